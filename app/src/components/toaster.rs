//! Where short news are shown.
//!
//! Those who listen to the page hear them from the announcer, its one live region, so this is
//! hidden from them, unless there is something to press in it.

use crate::node::{Element, el};

/// The id of the place for news.
pub(crate) const TOASTS: &str = "toasts";

/// The place, empty. A popover, so that it is above an open dialog.
pub(crate) fn toaster() -> Element {
    el("div")
        .class("toasts")
        .attr("id", TOASTS)
        .attr("popover", "manual")
        .attr("aria-hidden", "true")
}

/// One piece of news, and what can be done about it.
pub(crate) fn toast(text: String, action: Option<Element>) -> Element {
    el("p").class("toast").with(text).with(action)
}
