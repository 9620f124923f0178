//! The palette: a box for words, and what they find (`behaviour::palette`).

use super::icon::icon;
use crate::find::{Found, Target};
use crate::node::{Element, el};

/// The id of the dialog.
pub(crate) const PALETTE: &str = "palette";
/// The id of the box.
pub(crate) const WORDS: &str = "palette-words";
/// The id of the list of what was found.
pub(crate) const LIST: &str = "palette-list";
/// The id of the line that says that nothing was.
pub(crate) const NOTHING: &str = "palette-nothing";
/// What one of those found is known by.
pub(crate) const FOUND: &str = "#palette-list > li";

/// The dialog, closed.
pub(crate) fn palette() -> Element {
    let words = el("input")
        .class("input")
        .attr("id", WORDS)
        .attr("type", "text")
        .attr("role", "combobox")
        .attr("aria-label", "Jump to a cluster, port or page")
        .attr("aria-expanded", "true")
        .attr("aria-controls", LIST)
        .attr("aria-autocomplete", "list")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .attr("maxlength", "200")
        .attr("placeholder", "Cluster, port, app or page")
        .flag("autofocus", true);
    let list = el("ul")
        .class("found")
        .attr("id", LIST)
        .attr("role", "listbox")
        .attr("aria-label", "Found");
    let nothing = el("p")
        .class("nothing-found")
        .attr("id", NOTHING)
        .attr("role", "status")
        .flag("hidden", true)
        .with("Nothing is named like that.");
    el("dialog")
        .class("dialog palette")
        .attr("id", PALETTE)
        .attr("aria-label", "Jump to")
        .attr("closedby", "any")
        .with(el("div").class("palette-head").with(icon("search")).with(words))
        .with(list)
        .with(nothing)
}

/// One of those found.
pub(crate) fn option(at: usize, found: &Found) -> Element {
    let Found { name, place, target } = found;
    let (path, clicks) = match target {
        Target::Path(path) => (Some(path.clone()), None),
        Target::Button(button) => (None, Some(*button)),
    };
    el("li")
        .attr("id", ["found-", &at.to_string()].concat())
        .attr("role", "option")
        .attr("aria-selected", "false")
        .maybe("data-path", path)
        .maybe("data-clicks", clicks)
        .with(el("b").with(name.clone()))
        .with(el("span").class("truncate").with(place.clone()))
}
