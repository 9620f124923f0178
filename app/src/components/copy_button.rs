//! A button that copies what stands before it. The click is handled once for the whole document,
//! in `behaviour`.

use super::icon::icon;
use crate::node::{Element, el};

/// Copies the link or the text of the element before it; `label` says what that is.
pub(crate) fn copy_button(label: String) -> Element {
    el("button")
        .class("icon-btn")
        .attr("type", "button")
        .attr("data-copy", "")
        .attr("aria-label", label)
        .with(icon("copy"))
}
