//! How current the page is.

use leptos::prelude::*;
use skyports_model::Timestamp;
use skyports_model::time::age_in_words;

use crate::live::Currency;

/// The word and its sign; it leads to the contexts.
pub(crate) fn live_indicator(currency: Currency, now: Timestamp) -> impl IntoView + use<> {
    let (state, text) = match currency {
        Currency::Connecting => ("connecting", "Connecting".to_owned()),
        Currency::Live => ("live", "Live".to_owned()),
        Currency::Reconnecting => ("retrying", "Reconnecting".to_owned()),
        Currency::Stale(since) => ("stale", format!("Stale · {}", age_in_words(since.age(now)))),
    };
    view! {
        <a class="live" href="/contexts" data-live=state>
            <span class={"live-dot"}></span>
            {text}
        </a>
    }
}
