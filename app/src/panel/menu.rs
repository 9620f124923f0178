//! The menu of copies by keyboard: arrows, Home and End; Esc and what lies outside close it by
//! themselves, since it is a popover.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, NodeList};

use crate::browser;
use crate::components::copy_menu::MENU;

const ITEMS: &str = "[role=menuitem]";

/// After the menu opened: its first item has the focus.
pub(super) fn toggled(event: &Event) {
    let Some(menu) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    if menu.id() == MENU && is_open(&menu) {
        focus(menu.query_selector(ITEMS).ok().flatten());
    }
}

/// Whether the menu is open.
fn is_open(menu: &Element) -> bool {
    menu.matches(":popover-open").unwrap_or(false)
}

/// Moves the focus through the menu; tells whether the key was for it.
pub(super) fn press(key: &KeyboardEvent) -> bool {
    let Some(menu) = browser::element(MENU).filter(is_open) else { return false };
    let Ok(items) = menu.query_selector_all(ITEMS) else { return false };
    let last = items.length().saturating_sub(1);
    let focused = browser::document().and_then(|document| document.active_element());
    let at = (0..items.length()).find(|at| item(&items, *at) == focused);
    let next = match (key.key().as_str(), at) {
        ("Tab", _) => {
            hide();
            return true;
        }
        ("Home", _) | ("ArrowDown", None) => 0,
        ("End", _) | ("ArrowUp", None | Some(0)) => last,
        ("ArrowDown", Some(at)) if at == last => 0,
        ("ArrowDown", Some(at)) => at + 1,
        ("ArrowUp", Some(at)) => at - 1,
        _ => return false,
    };
    key.prevent_default();
    focus(item(&items, next));
    true
}

/// Closes the menu; the browser gives the focus back to where it came from.
pub(super) fn hide() {
    if let Some(menu) = browser::element(MENU).filter(is_open) {
        let _ = menu.unchecked_into::<HtmlElement>().hide_popover();
    }
}

fn item(items: &NodeList, at: u32) -> Option<Element> {
    items.get(at)?.dyn_into().ok()
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
