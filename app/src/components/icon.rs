//! Icons: one element each, which the style sheet of the same name makes a picture.

use crate::node::{Element, el};

/// An icon of the usual size.
pub(crate) fn icon(name: &str) -> Element {
    drawn("icon", name)
}

/// An icon of the given classes, `icon` among them.
pub(crate) fn drawn(class: &'static str, name: &str) -> Element {
    // Several a row: this is measurably cheaper than `format!`.
    el("i").class([class, " i-", name].concat())
}
