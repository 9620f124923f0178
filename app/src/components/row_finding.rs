//! A reason or a warning as the second line of a row: the claim, the explanation, the next step.

use skyports_model::{Finding, Step};

use super::code_block::code_block;
use super::finding::{prose, steps};
use crate::node::{Element, el};

/// The longest first step that stands in the row itself, in characters.
const LONGEST_STEP: usize = 60;

/// The finding in a row; of what `waits` the evidence is in sight, since it is the newest that is
/// known: the last event.
pub(crate) fn row_finding(finding: &Finding, waits: bool) -> Element {
    let Finding { code, lead, detail, evidence, steps: to_do } = finding;
    let mut claim = prose(el("p").with(prose(el("b"), lead)).with(" "), detail);
    let grounds = evidence.as_deref().map(grounds);
    let (in_sight, folded) = if waits { (grounds, None) } else { (None, grounds) };
    let mut summary = el("summary");
    let mut below = el("div");
    match to_do.as_slice() {
        [] if folded.is_some() => summary = summary.with("Why we say so"),
        [] => {}
        [Step { title, command: None, form: _ }] if is_short(title) => {
            claim = prose(claim.with(" "), title);
            summary = summary.with("Why we say so");
        }
        [Step { title, command: Some(command), form: _ }] if is_short(title) => {
            summary = prose(summary, title);
            below = below.with(code_block(command, "the command"));
        }
        _ => {
            summary = summary.with("What to do");
            below = below.with(steps(to_do));
        }
    }
    let is_folded = folded.is_some() || to_do.iter().any(|step| step.command.is_some());
    let more = el("details").class("more").with(summary).with(below.with(folded));
    el("div")
        .class("why")
        .attr("data-code", code.as_str())
        .with(claim)
        .with(in_sight)
        .with((is_folded || to_do.len() > 1).then_some(more))
}

/// Whether a step's title has room in the row.
fn is_short(title: &str) -> bool {
    title.chars().count() <= LONGEST_STEP
}

fn grounds(evidence: &str) -> Element {
    el("p").class("evidence").with(el("span").with("Evidence: ")).with(evidence.to_owned())
}
