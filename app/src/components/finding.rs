//! A reason or a warning: the claim, the explanation, what to do next and what it rests on.

use skyports_model::{Finding, Step};

use super::code_block::code_block;
use super::port_dialog::filled_in;
use crate::node::{Element, el};
use crate::words;

/// The finding as the second line of a row or as the body of a note.
pub(crate) fn finding(finding: &Finding, unfolded: bool) -> Element {
    let Finding { code, evidence, steps, .. } = finding;
    let more = (!steps.is_empty() || evidence.is_some()).then(|| {
        let summary = if steps.is_empty() { "Why we say so" } else { "What to do" };
        el("details")
            .class("more")
            .flag("open", unfolded)
            .with(el("summary").with(summary))
            .with((!steps.is_empty()).then(|| self::steps(steps)))
            .with(evidence.as_deref().map(grounds))
    });
    el("div").class("why").attr("data-code", code.as_str()).with(claim(finding)).with(more)
}

/// The claim with its explanation.
pub(crate) fn claim(finding: &Finding) -> Element {
    prose(el("p").with(prose(el("b"), &finding.lead)).with(" "), &finding.detail)
}

/// What to do, best first.
pub(crate) fn steps(steps: &[Step]) -> Element {
    steps.iter().fold(el("ol").class("steps"), |list, step| {
        let command = step.command.as_ref().map(|command| code_block(command, "the text"));
        let button = step.form.as_ref().map(filled_in);
        list.with(el("li").with(prose(el("p"), &step.title)).with(command).with(button))
    })
}

fn grounds(evidence: &str) -> Element {
    el("p").class("evidence").with(el("span").with("Evidence: ")).with(evidence.to_owned())
}

/// Puts a sentence in which backticks mark code into an element.
pub(crate) fn prose(into: Element, text: &str) -> Element {
    words::pieces(text).fold(into, |into, (code, piece)| {
        let piece = piece.to_owned();
        if code { into.with(el("code").with(piece)) } else { into.with(piece) }
    })
}
