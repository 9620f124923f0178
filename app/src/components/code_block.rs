//! A command or a text to copy.

use super::copy_button::copy_button;
use super::icon::Icons;
use crate::node::{Element, el};

/// The text with its copy button, on one line where it is one; `what` names it for the button.
pub(crate) fn code_block(text: &str, what: &str, icons: &Icons) -> Element {
    let text = text.trim_end().to_owned();
    el("div")
        .class(if text.contains('\n') { "code" } else { "code line" })
        .with(el("pre").attr("tabindex", "0").with(el("code").with(text)))
        .with(copy_button(format!("Copy {what}"), icons))
}
