//! What works on every page alike, by one listener for the whole document.
//!
//! Clicks and keys act on elements by their `data-` attributes, so nothing here knows the data.

mod copy;
mod keys;
mod theme;
pub(crate) mod toast;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::Function;
use web_sys::{Element, Event, KeyboardEvent};

use crate::browser::document;

/// Begins to listen.
pub(crate) fn begin() {
    let handler: Closure<dyn FnMut(Event)> = Closure::new(|event: Event| handle(&event));
    let handler: Function = handler.into_js_value().unchecked_into();
    if let Some(document) = document() {
        let _ = document.add_event_listener_with_callback("click", &handler);
        let _ = document.add_event_listener_with_callback("keydown", &handler);
    }
    theme::tell();
}

fn handle(event: &Event) {
    if let Some(key) = event.dyn_ref::<KeyboardEvent>() {
        keys::press(key);
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let within = |selector| target.closest(selector).ok().flatten();
    if let Some(button) = within("[data-copy]") {
        copy::copy(button);
    } else if within(theme::BUTTON).is_some() {
        theme::next();
    }
}
