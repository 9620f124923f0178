//! The panel's dialog: shown and hidden, over the page or beside the list, and where the focus goes.

use skyports_model::EndpointId;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

use crate::browser::{self, document, window};
use crate::components::endpoint_drawer::{DRAWER, TITLE};

/// From that width on the list beside the panel stays in use.
const WIDE: f64 = 640.0;

/// What is never out of reach.
const ABOVE_ALL: &str = "dialog, [popover], [role=status], script";

/// Shows the dialog; the focus goes to its title unless the page began with it.
pub(super) fn show(at_first: bool) {
    let Some(dialog) = dialog() else { return };
    if !dialog.open() {
        dialog.show();
    }
    keep_modality(true);
    if !at_first {
        focus_title();
    }
}

/// Hides the dialog; the focus goes back to what opened it, or else to the row of `last`.
pub(super) fn hide(last: &EndpointId, opener: Option<Element>) {
    let Some(dialog) = dialog() else { return };
    let focused = document().and_then(|document| document.active_element());
    let is_elsewhere = focused
        .is_some_and(|focused| focused.tag_name() != "BODY" && !dialog.contains(Some(&focused)));
    dialog.close();
    keep_modality(false);
    if !is_elsewhere {
        let opener = opener
            .filter(|opener| opener.is_connected() && named_by(opener).as_ref() == Some(last));
        focus(opener.or_else(|| port_link(last)).or_else(|| browser::element("main")));
    }
}

/// Gives the focus to the panel's title.
pub(super) fn focus_title() {
    focus(browser::element(TITLE));
}

/// In a narrow window an open panel covers the list, which is out of reach then.
///
/// Not by `showModal`: the menu of copies and the news are no part of the dialog, and would be out
/// of reach with the rest.
pub(super) fn keep_modality(is_open: bool) {
    let Some(dialog) = dialog() else { return };
    let width = window().and_then(|window| window.inner_width().ok()?.as_f64());
    let is_modal = is_open && width.is_some_and(|width| width < WIDE);
    let island = dialog.closest("leptos-island").ok().flatten();
    let places = [island, document().and_then(|d| d.body().map(Into::into))];
    for child in places.into_iter().flatten().flat_map(|place| children(&place)) {
        let stays = child.contains(Some(&dialog)) || child.matches(ABOVE_ALL).unwrap_or(true);
        if !stays {
            let _ = child.toggle_attribute_with_force("inert", is_modal);
        }
    }
    let _ = if is_modal {
        dialog.set_attribute("aria-modal", "true")
    } else {
        dialog.remove_attribute("aria-modal")
    };
}

/// The endpoint that an element is about.
pub(super) fn named_by(element: &Element) -> Option<EndpointId> {
    element.closest("[data-endpoint]").ok()??.get_attribute("data-endpoint")?.parse().ok()
}

/// The link to the panel of an endpoint, in its row.
fn port_link(id: &EndpointId) -> Option<Element> {
    let links = document()?.query_selector_all("[data-port-link]").ok()?;
    (0..links.length())
        .filter_map(|at| links.get(at)?.dyn_into::<Element>().ok())
        .find(|link| named_by(link).as_ref() == Some(id))
}

fn dialog() -> Option<HtmlDialogElement> {
    browser::element(DRAWER)?.dyn_into().ok()
}

fn children(place: &Element) -> Vec<Element> {
    let children = place.children();
    (0..children.length()).filter_map(|at| children.item(at)).collect()
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
