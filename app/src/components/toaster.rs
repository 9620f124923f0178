//! Where short news are shown.
//!
//! Those who listen to the page hear them from the announcer, its one live region, so this is
//! hidden from them.

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

/// One piece of news.
pub(crate) fn toast(text: String) -> Element {
    el("p").class("toast").with(text)
}
