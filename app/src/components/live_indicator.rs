//! How current the page is.

use skyports_model::Timestamp;
use skyports_model::time::age_in_words;

use super::contexts_menu::MENU;
use crate::live::Currency;
use crate::node::{Element, el};

/// The word and its sign; it opens the menu of the contexts.
pub(crate) fn live_indicator(currency: Currency, now: Timestamp) -> Element {
    let (state, text) = match currency {
        Currency::Connecting => ("connecting", "Connecting".to_owned()),
        Currency::Live => ("live", "Live".to_owned()),
        Currency::Reconnecting => ("retrying", "Reconnecting".to_owned()),
        Currency::Stale(since) => ("stale", ["Stale · ", &age_in_words(since.age(now))].concat()),
        Currency::LoggedOut(_) => ("stale", "Logged out".to_owned()),
    };
    // The browser opens it without a script.
    el("button")
        .class("live")
        .attr("type", "button")
        .attr("popovertarget", MENU)
        .attr("data-live", state)
        .attr("aria-label", [&text, ". How current each context is"].concat())
        .with(el("span").class("live-dot"))
        .with(text)
}
