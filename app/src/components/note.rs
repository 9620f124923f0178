//! A finding that stands apart: of a context or of a cluster as a whole.

use skyports_model::{Code, ContextState, ContextStatus, Finding};

use super::finding::{finding, prose, steps};
use super::icon::icon;
use crate::dashboard::DashboardError;
use crate::node::{Element, el};

/// The notes of a context; none where all is well.
pub(crate) fn context_notes(context: &ContextStatus) -> Vec<Element> {
    let forbidden = context.state == ContextState::Forbidden;
    context.findings.iter().map(|finding| note(finding, forbidden)).collect()
}

/// One finding in a frame; `unfolded` shows its next steps at once.
pub(crate) fn note(found: &Finding, unfolded: bool) -> Element {
    let state = if found.code == Code::Unreachable { "unknown" } else { "attention" };
    framed(state, icon(state), finding(found, unfolded))
}

/// Why something that was asked for could not be had, and what to do.
pub(crate) fn failure(error: &DashboardError) -> Element {
    let DashboardError { code, message, next } = error;
    let next = (!next.is_empty()).then(|| steps(next));
    let said = el("div").with(prose(el("p"), message)).with(next);
    framed("attention", icon("attention"), said)
        .attr("data-code", code.clone())
        .attr("role", "alert")
}

/// A frame in the colour of a state, with a sign and what is to be said.
pub(crate) fn framed(state: &'static str, sign: Element, said: Element) -> Element {
    el("div").class("note").attr("role", "group").attr("data-state", state).with(sign).with(said)
}
