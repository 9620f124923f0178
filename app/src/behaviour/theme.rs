//! The theme: the system's, light or dark, kept in a cookie so that the server writes it.

use web_sys::Element;

use crate::browser::{self, document};

/// The button that goes to the next theme.
pub(super) const BUTTON: &str = "[data-theme-toggle]";

/// Lets the button say what the theme is now.
pub(super) fn tell() -> Option<&'static str> {
    let root = document()?.document_element()?;
    let told = match root.get_attribute("data-theme").as_deref() {
        None => "Theme: as the system",
        Some("light") => "Theme: light",
        Some(_) => "Theme: dark",
    };
    let button: Element = document()?.query_selector(BUTTON).ok()??;
    for name in ["aria-label", "title"] {
        let _ = button.set_attribute(name, told);
    }
    Some(told)
}

/// From the system's theme to light to dark and back.
pub(super) fn next() {
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
    let kept = ["theme=", next, "; SameSite=Lax; Path=/; Max-Age=31536000"].concat();
    let _ = document.set_cookie(&kept);
    if let Some(told) = tell() {
        browser::announce(told);
    }
}
