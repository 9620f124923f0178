//! What works on every page alike, by one listener for the whole document: copying, the theme,
//! the key `/`.

use std::time::Duration;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::{Function, Reflect};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};

use crate::browser::{self, document, window};
use crate::components::endpoint_filters::BOX;

/// How long a copy button says that it copied.
const COPIED: Duration = Duration::from_secs(2);

/// Begins to listen.
pub(crate) fn begin() {
    let handler: Closure<dyn FnMut(Event)> = Closure::new(|event: Event| handle(&event));
    let handler: Function = handler.into_js_value().unchecked_into();
    if let Some(document) = document() {
        let _ = document.add_event_listener_with_callback("click", &handler);
        let _ = document.add_event_listener_with_callback("keydown", &handler);
    }
}

fn handle(event: &Event) {
    if let Some(key) = event.dyn_ref::<KeyboardEvent>() {
        press(key);
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let within = |selector| target.closest(selector).ok().flatten();
    if let Some(button) = within("[data-copy]") {
        copy(button);
    } else if within("[data-theme-toggle]").is_some() {
        next_theme();
    }
}

fn press(key: &KeyboardEvent) {
    let plain = !key.ctrl_key() && !key.meta_key() && !key.alt_key();
    let filter =
        browser::element(BOX).and_then(|element| element.dyn_into::<HtmlInputElement>().ok());
    if let (true, "/", false, Some(filter)) =
        (plain, key.key().as_str(), browser::is_typing(), filter)
    {
        key.prevent_default();
        let _ = filter.focus();
        filter.select();
    }
}

fn copy(button: Element) {
    let Some(from) = button.previous_element_sibling() else { return };
    let text = from.get_attribute("href").or_else(|| from.text_content()).unwrap_or_default();
    spawn_local(async move {
        if write_to_clipboard(&text).await {
            show_copied(&button);
        } else {
            browser::announce("Could not copy");
        }
    });
}

async fn write_to_clipboard(text: &str) -> bool {
    let Some(window) = window() else { return false };
    let navigator = window.navigator();
    // Not there on plain http, other than loopback.
    let has = Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|found| !found.is_undefined());
    if has && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document()?;
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_read_only(true);
    area.set_class_name("visually-hidden");
    let focused = document.active_element();
    document.body()?.append_child(&area).ok()?;
    area.select();
    let copied = document.exec_command("copy").unwrap_or(false);
    area.remove();
    if let Some(focused) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    Some(copied)
}

fn show_copied(button: &Element) {
    browser::announce("Copied");
    let _ = button.set_attribute("data-done", "");
    set_icon(button, "copy", "check");
    let button = button.clone();
    let back = move || {
        let _ = button.remove_attribute("data-done");
        set_icon(&button, "check", "copy");
    };
    set_timeout(back, COPIED);
}

fn set_icon(button: &Element, from: &str, to: &str) {
    let Some(icon) = button.query_selector("use").ok().flatten() else { return };
    let address = icon.get_attribute("href").unwrap_or_default();
    let _ =
        icon.set_attribute("href", &address.replace(&format!("#i-{from}"), &format!("#i-{to}")));
}

/// From the system's theme to light to dark and back.
fn next_theme() {
    let Some(document) = document() else { return };
    let Some(root) = document.document_element() else { return };
    let next = match root.get_attribute("data-theme").as_deref() {
        None => "light",
        Some("light") => "dark",
        Some(_) => "system",
    };
    let _ = match next {
        "system" => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme),
    };
    let _ = document.set_cookie(&format!("theme={next}; SameSite=Lax; Path=/; Max-Age=31536000"));
    browser::announce(&format!("Theme: {next}"));
}
