//! What the live indicator opens: one line a context, and the way to the page of all of them.

use skyports_model::time::age_in_words;
use skyports_model::{ContextState, ContextStatus, Timestamp};

use super::icon::icon;
use crate::node::{Element, el};

/// The id of the menu, for the button that opens it.
pub(crate) const MENU: &str = "live-menu";

/// The menu, which the browser opens and closes by itself.
pub(crate) fn contexts_menu(contexts: &[ContextStatus], now: Timestamp) -> Element {
    let lines: Vec<_> = contexts.iter().map(|context| line(context, now)).collect();
    let all = el("a")
        .attr("href", "/contexts")
        .with(icon("contexts"))
        .with("What is seen of each context");
    el("div")
        .class("menu")
        .attr("id", MENU)
        .attr("popover", "")
        .attr("role", "group")
        .attr("aria-label", "Contexts")
        .with((!lines.is_empty()).then(|| el("ul").attr("role", "list").with(lines)))
        .with(all)
}

fn line(context: &ContextStatus, now: Timestamp) -> Element {
    let (live, told) = match context.state {
        ContextState::Live => ("live", "live".to_owned()),
        ContextState::Connecting => ("connecting", "connecting".to_owned()),
        ContextState::Stale { since } => {
            ("stale", ["silent for ", &age_in_words(since.age(now))].concat())
        }
        ContextState::Forbidden => ("stale", "not allowed to look".to_owned()),
        ContextState::Unreachable => ("retrying", "never answered".to_owned()),
    };
    let name = context.name.as_str().to_owned();
    el("li")
        .class("live-line")
        .attr("data-live", live)
        .with(el("span").class("live-dot"))
        .with(el("span").class("truncate").attr("title", name.clone()).with(name))
        .with(el("span").class("live-told").with(told))
}
