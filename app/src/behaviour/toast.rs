//! Short news at the bottom of the window, which go by themselves and take no focus.

use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::browser;
use crate::components::toaster::{TOASTS, toast as shown};
use crate::node::Element;

/// How long a piece of news is there: long enough to read it twice.
const SHOWN: Duration = Duration::from_secs(5);

/// How long one that can be taken back is there.
const CAN_BE_UNDONE: Duration = Duration::from_secs(20);

/// Shows `text` for a while, and says it to those who listen to the page. What can be done about it
/// gets the focus.
pub(crate) fn toast(text: &str, action: Option<Element>) {
    browser::announce(text);
    let place = browser::element(TOASTS).and_then(|place| place.dyn_into::<HtmlElement>().ok());
    let (Some(place), Some(made)) = (place, shown(text.to_owned(), action).made()) else { return };
    // One at a time: what is newest counts. Hidden and shown again, it is above an open dialog.
    place.set_text_content(None);
    let _ = place.append_child(&made);
    let _ = place.hide_popover();
    let _ = place.show_popover();
    let action = made.first_element_child();
    let (hidden, time) = if action.is_some() { ("false", CAN_BE_UNDONE) } else { ("true", SHOWN) };
    let _ = place.set_attribute("aria-hidden", hidden);
    if let Some(action) = action {
        browser::focus(&action);
    }
    let gone = move || {
        made.remove();
        if place.first_element_child().is_none() {
            let _ = place.hide_popover();
        }
    };
    set_timeout(gone, time);
}
