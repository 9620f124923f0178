//! Events of Kubernetes objects, newest first.

use skyports_model::time::age_in_words;
use skyports_model::{EventLine, Timestamp};

use super::icon::icon;
use crate::node::{Element, el};
use crate::words;

/// The events, a line each.
pub(crate) fn event_list(events: &[EventLine], now: Timestamp) -> Element {
    if events.is_empty() {
        return el("p").class("hint").with("None now. Kubernetes keeps events for about an hour.");
    }
    let lines: Vec<_> = events.iter().map(|event| line(event, now)).collect();
    el("ul").class("events").with(lines)
}

fn line(event: &EventLine, now: Timestamp) -> Element {
    let EventLine { at, first, count, is_warning, reason, message, source, object } = event;
    let (exact, told) = words::moment(*at);
    let age =
        el("time").attr("datetime", exact).attr("title", told).with(age_in_words(at.age(now)));
    let mark = is_warning.then(|| {
        let mark = el("span").class("mark").attr("data-state", "attention");
        mark.with(icon("attention")).with(el("span").class("visually-hidden").with("Warning: "))
    });
    let times = (*count > 1).then(|| match first.filter(|first| first < at) {
        Some(first) => format!(" · {count} times in {}", age_in_words(first.age(*at))),
        None => format!(" · {count} times"),
    });
    let source = (!source.is_empty()).then(|| format!(" · {source}"));
    let about = el("p")
        .class("about")
        .with(format!("{} {}", object.kind.as_str(), object.name))
        .with(source)
        .with(times);
    let said = el("div")
        .with(el("p").with(mark).with(el("b").with(reason.clone())))
        .with(el("p").with(message.clone()))
        .with(about);
    el("li").flag("data-warning", *is_warning).with(age).with(said)
}
