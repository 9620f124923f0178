//! A command or a text to copy.

use super::copy_button::copy_button;
use crate::node::{Element, el};

/// The text with its copy button, on one line where it is one; `what` names it for the button.
pub(crate) fn code_block(text: &str, what: &str) -> Element {
    let text = text.trim_end().to_owned();
    let class = if text.contains('\n') { "code" } else { "code line" };
    block(class, None, el("code").with(text), what)
}

/// A text under a heading; lines break where they must.
pub(crate) fn titled_code(title: String, code: Element, what: &str) -> Element {
    let title = el("p").class("code-head").with(el("span").class("truncate").with(title));
    block("code titled", Some(title), code, what)
}

fn block(class: &'static str, title: Option<Element>, code: Element, what: &str) -> Element {
    el("div")
        .class(class)
        .with(title)
        .with(el("pre").attr("tabindex", "0").with(code))
        .with(copy_button(format!("Copy {what}")))
}
