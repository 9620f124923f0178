//! The few things that the page asks of the browser. Called in effects and handlers, which never
//! run on the server.

use js_sys::{Date, Reflect};
use skyports_model::Timestamp;
use wasm_bindgen::JsCast as _;
use web_sys::{Document, Element, HtmlDocument, HtmlElement, Storage, Window};

/// The element that speaks to those who listen to the page.
pub(crate) const ANNOUNCER: &str = "announcer";

/// The window; none on the server.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub(crate) fn document() -> Option<HtmlDocument> {
    window()?.document()?.dyn_into().ok()
}

/// The element of that id.
pub(crate) fn element(id: &str) -> Option<Element> {
    let document: Document = window()?.document()?;
    document.get_element_by_id(id)
}

/// The time as the browser knows it.
pub(crate) fn now() -> Timestamp {
    let seconds = (Date::now() / 1000.0).floor();
    // Exact for the next 285 million years.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "std has no other way from f64"
    )]
    Timestamp(seconds as i64)
}

/// The bytes of a base64 text.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    // The browser's own decoder: one byte a character.
    let binary = window()?.atob(text.trim()).ok()?;
    binary.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// Says something to those who listen to the page.
pub(crate) fn announce(text: &str) {
    if let Some(announcer) = element(ANNOUNCER) {
        announcer.set_text_content(Some(text));
    }
}

/// Under which name the browser remembers as which owner the reader is known.
pub(crate) const OWNER: &str = "skyports-owner";

/// Remembers a value in this browser, or forgets it.
pub(crate) fn remember(name: &str, value: Option<&str>) {
    if let Some(storage) = window().and_then(|window| window.local_storage().ok().flatten()) {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// What is remembered in this browser.
pub(crate) fn remembered(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

/// What a box or a menu says.
pub(crate) fn value(control: &Element) -> String {
    Reflect::get(control, &"value".into())
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// Makes a box or a menu say something else.
pub(crate) fn set_value(control: &Element, to: &str) {
    if value(control) != to {
        let _ = Reflect::set(control, &"value".into(), &to.into());
    }
}

/// Moves the keyboard's focus.
pub(crate) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Whether the pointer or the keyboard's focus is in what `selector` names.
pub(crate) fn is_attended(selector: &str) -> bool {
    let attended = format!("{selector}:hover, {selector}:focus-within");
    document().is_some_and(|document| document.query_selector(&attended).ok().flatten().is_some())
}

/// The time in milliseconds, for durations.
pub(crate) fn milliseconds() -> f64 {
    Date::now()
}

/// Loads the page anew because the server is of build `build`; once only, should the new page
/// turn out to be as old as this one.
pub(crate) fn reload_for(build: &str) {
    const KEY: &str = "skyports-reloaded-for";
    let storage: Option<Storage> =
        window().and_then(|window| window.session_storage().ok().flatten());
    let last = storage.as_ref().and_then(|storage| storage.get_item(KEY).ok().flatten());
    if last.as_deref() == Some(build) {
        return;
    }
    if let Some(storage) = storage {
        let _ = storage.set_item(KEY, build);
    }
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// The element that has the keyboard's focus, if text can be typed into it.
pub(crate) fn is_typing() -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable)
    })
}
