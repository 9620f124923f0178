//! Copying: what a copy button stands for goes to the clipboard, and the button says so.

use std::time::Duration;

use leptos::prelude::set_timeout;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Reflect;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use super::toast::toast;
use crate::browser::{self, document, window};

/// How long a copy button says that it copied.
const COPIED: Duration = Duration::from_secs(2);

/// Copies what the button stands for: the link or the text of the element before it, unless
/// `data-copy` names something else.
pub(super) fn copy(button: Element) {
    let Some(text) = text_of(&button) else { return };
    spawn_local(async move {
        if write_to_clipboard(&text).await {
            show_copied(&button);
        } else {
            toast("Could not copy. Select the text and copy it by hand", None);
        }
    });
}

fn text_of(button: &Element) -> Option<String> {
    match button.get_attribute("data-copy")?.as_str() {
        // The address of this page.
        "page" => window()?.location().href().ok(),
        // The text that the button itself shows.
        "inside" => button.query_selector("code").ok()??.text_content(),
        _ => {
            let from = button.previous_element_sibling()?;
            from.get_attribute("href").or_else(|| from.text_content())
        }
    }
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
    // A menu closes when something in it was chosen.
    if button.closest("[popover]").is_ok_and(|menu| menu.is_some()) {
        toast("Copied", None);
        return;
    }
    browser::announce("Copied");
    let _ = button.set_attribute("data-done", "");
    set_icon(button, "i-copy", "i-check");
    let button = button.clone();
    let back = move || {
        let _ = button.remove_attribute("data-done");
        set_icon(&button, "i-check", "i-copy");
    };
    set_timeout(back, COPIED);
}

fn set_icon(button: &Element, from: &str, to: &str) {
    let Some(icon) = button.query_selector(".icon").ok().flatten() else { return };
    if let Some(rest) = icon.class_name().strip_suffix(from) {
        icon.set_class_name(&[rest, to].concat());
    }
}
