//! How current the page is.

use skyports_model::Timestamp;
use skyports_model::time::age_in_words;

use crate::live::Currency;
use crate::node::{Element, el};

/// The word and its sign; it leads to the contexts.
pub(crate) fn live_indicator(currency: Currency, now: Timestamp) -> Element {
    let (state, text) = match currency {
        Currency::Connecting => ("connecting", "Connecting".to_owned()),
        Currency::Live => ("live", "Live".to_owned()),
        Currency::Reconnecting => ("retrying", "Reconnecting".to_owned()),
        Currency::Stale(since) => ("stale", format!("Stale · {}", age_in_words(since.age(now)))),
    };
    el("a")
        .class("live")
        .attr("href", "/contexts")
        .attr("data-live", state)
        .with(el("span").class("live-dot"))
        .with(text)
}
