//! The sheet of keyboard shortcuts: only those that work on the page that shows it.

use super::dialog::dialog;
use crate::node::{Element, el};
use crate::state::View;

/// The id of the dialog.
pub(crate) const KEYS: &str = "keys";
/// The id of the switch for single keys.
pub(crate) const SINGLE_KEYS: &str = "single-keys";

/// What a shortcut does, its keys, and what stands between them.
type Shortcut = (&'static str, &'static [&'static str], &'static str);

const ANYWHERE: [Shortcut; 6] = [
    ("Jump to a cluster, port or page", &["Ctrl or ⌘", "K"], ""),
    ("Go to all endpoints", &["g", "e"], "then"),
    ("Go to contexts", &["g", "c"], "then"),
    ("Next theme", &["t"], ""),
    ("This sheet", &["?"], ""),
    ("Close what is on top", &["Esc"], ""),
];

const FILTER: [Shortcut; 3] = [
    ("Filter", &["/"], ""),
    ("From the filter to the rows", &["↓", "Enter"], "or"),
    ("My clusters only", &["m"], ""),
];

const LIST: [Shortcut; 5] = [
    ("Next row", &["j", "↓"], "or"),
    ("Previous row", &["k", "↑"], "or"),
    ("Open the URL", &["Enter", "o"], "or"),
    ("Details", &["Space"], ""),
    ("Copy the URL", &["c"], ""),
];

const PANEL: [Shortcut; 6] = [
    ("Next endpoint", &["j"], ""),
    ("Previous endpoint", &["k"], ""),
    ("Open the URL", &["o"], ""),
    ("Copy the URL", &["c"], ""),
    ("Check now", &["r"], ""),
    ("YAML", &["y"], ""),
];

/// The dialog, closed.
pub(crate) fn keyboard_sheet(view: &View) -> Element {
    let has_filter = matches!(view, View::Overview { .. } | View::Endpoint { .. });
    let has_list = !matches!(view, View::Contexts);
    let switch = el("input").attr("type", "checkbox").attr("id", SINGLE_KEYS).flag("checked", true);
    let foot = el("div")
        .class("dialog-foot")
        .with(
            el("label")
                .class("check")
                .attr("for", SINGLE_KEYS)
                .with(switch)
                .with("Single-key shortcuts"),
        )
        .with(el("p").with("Turn them off if you use speech input or a screen reader."));
    let keys = el("div")
        .class("keys")
        .with(section("Anywhere", &ANYWHERE))
        .with(has_list.then(|| section("In the list", &LIST)))
        .with(has_filter.then(|| section("Above the list", &FILTER)))
        .with(has_list.then(|| section("In the details", &PANEL)));
    // Longer than a small window: whoever has no mouse scrolls it by its own focus.
    let body = el("div")
        .class("dialog-body")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", "Shortcuts")
        .with(keys);
    dialog(KEYS, "Keyboard shortcuts").with(body).with(foot)
}

fn section(title: &'static str, shortcuts: &[Shortcut]) -> Element {
    let lines: Vec<_> = shortcuts
        .iter()
        .map(|(what, keys, between)| {
            let mut by = el("dd");
            for (at, key) in keys.iter().enumerate() {
                by = by.with((at > 0).then_some(*between)).with(el("kbd").with(*key));
            }
            el("div").with(el("dt").with(*what)).with(by)
        })
        .collect();
    el("section").with(el("h3").with(title)).with(el("dl").with(lines))
}
