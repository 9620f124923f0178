//! A dialog of the page: its title, a button that closes it, and what is in it.
//!
//! The browser closes it by itself: the button is that of a form of the method `dialog`.

use super::icon::icon;
use crate::node::{Element, el};

/// The dialog of that id, closed.
pub(crate) fn dialog(id: &'static str, title: &'static str) -> Element {
    let title_id = [id, "-title"].concat();
    let title = el("h2")
        .attr("id", title_id.clone())
        .attr("tabindex", "-1")
        .flag("autofocus", true)
        .with(title);
    let close = el("button")
        .class("icon-btn")
        .attr("type", "submit")
        .attr("aria-label", "Close")
        .with(icon("x"));
    el("dialog")
        .class("dialog")
        .attr("id", id)
        .attr("aria-labelledby", title_id)
        .attr("closedby", "any")
        .with(el("form").class("dialog-head").attr("method", "dialog").with(title).with(close))
}
