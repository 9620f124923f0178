//! What a page says when the server does not know its reader any more.

use skyports_model::time::clock_time;

use crate::live::Currency;
use crate::node::{Element, el};

/// Above the page: nothing while the reader is logged in.
pub(crate) fn logged_out(currency: Currency) -> Element {
    let said = match currency {
        Currency::LoggedOut(since) => Some(
            el("p")
                .class("logged-out")
                .with("skyports was started anew, so this page’s login ended. ")
                .with(["Everything below is as of ", &clock_time(since), ". "].concat())
                // The page itself: it will ask for the code.
                .with(el("a").attr("href", "").with("Log in again")),
        ),
        Currency::Connecting | Currency::Live | Currency::Reconnecting | Currency::Stale(_) => None,
    };
    el("div").attr("role", "alert").with(said)
}
