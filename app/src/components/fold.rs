//! A part that can be folded away under its name.

use super::icon::icon;
use crate::node::{Element, el};

/// The line that folds it and unfolds it; `count` says how much is in it.
pub(crate) fn summary(name: String, count: Option<usize>) -> Element {
    let count = count.map(|count| el("span").class("count").with(count.to_string()));
    el("summary").with(icon("chevron-right")).with(name).with(count)
}

/// The part; `open` says whether it is unfolded at first.
pub(crate) fn fold(summary: Element, open: bool, content: Element) -> Element {
    el("details").class("fold").flag("open", open).with(summary).with(content)
}
