//! What to do about a finding, best first, each as a card.

use skyports_model::Step;

use super::code_block::code_block;
use super::finding::prose;
use super::port_dialog::filled_in;
use crate::node::{Element, el};

/// The steps under a heading; `order` says what their order means.
pub(crate) fn fix_list(
    title: &'static str,
    order: Option<&'static str>,
    steps: &[Step],
) -> Element {
    let order = order.map(|order| el("small").with(order));
    let fixes: Vec<_> = steps.iter().map(fix).collect();
    el("div")
        .class("fix-list")
        .with(el("h3").with(title).with(order.map(|order| (" ", order))))
        .with(el("ol").class("fixes").with(fixes))
}

fn fix(step: &Step) -> Element {
    let command = step.command.as_ref().map(|command| code_block(command, "the text"));
    let button = step.form.as_ref().map(filled_in);
    let said = el("div").with(prose(el("p"), &step.title)).with(command).with(button);
    el("li").class("fix").with(said)
}
