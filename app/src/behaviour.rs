//! What works on every page alike, by one listener for the whole document.
//!
//! Clicks and keys act on elements by their `data-` attributes, so nothing here knows the data.

mod copy;
mod dialogs;
mod keys;
pub(crate) mod palette;
mod ports;
mod theme;
pub(crate) mod toast;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::Function;
use web_sys::{Element, Event, KeyboardEvent};

use crate::browser::document;
use crate::components::keyboard_sheet::SINGLE_KEYS;
use crate::components::palette::WORDS;

/// Begins to listen.
pub(crate) fn begin() {
    // `Fn`: a key that clicks is heard while the click is.
    let handler: Closure<dyn Fn(Event)> = Closure::new(|event: Event| handle(&event));
    let handler: Function = handler.into_js_value().unchecked_into();
    if let Some(document) = document() {
        for kind in ["click", "keydown", "input", "submit"] {
            let _ = document.add_event_listener_with_callback(kind, &handler);
        }
    }
    theme::tell();
    keys::tell();
}

fn handle(event: &Event) {
    let target = || event.target()?.dyn_into::<Element>().ok();
    if let Some(key) = event.dyn_ref::<KeyboardEvent>() {
        keys::press(key);
    } else if let Some(target) = target() {
        match event.type_().as_str() {
            "input" if target.id() == WORDS => palette::typed(),
            "input" => ports::typed(&target),
            "submit" => ports::submitted(event, &target),
            "click" if ports::click(event, &target).is_none() => click(&target),
            _ => {}
        }
    }
}

fn click(target: &Element) {
    let within = |selector| target.closest(selector).ok().flatten();
    if let Some(button) = within("[data-copy]") {
        copy::copy(button);
    } else if within(theme::BUTTON).is_some() {
        theme::next();
    } else if let Some(button) = within("[data-open]") {
        dialogs::open(&button.get_attribute("data-open").unwrap_or_default());
    } else if let Some(option) = within("[role=option]") {
        palette::go(&option);
    } else if target.id() == SINGLE_KEYS {
        keys::switched();
    }
}
