//! A finding that stands apart: of a context or of a cluster as a whole.

use leptos::prelude::*;
use skyports_model::{Code, ContextState, ContextStatus, Finding};

use super::finding::finding;
use super::icon::{Icons, glyph};

/// The notes of a context; none where all is well.
pub(crate) fn context_notes(context: &ContextStatus, icons: &Icons) -> Vec<impl IntoView + use<>> {
    let forbidden = context.state == ContextState::Forbidden;
    context.findings.iter().map(|finding| note(finding, forbidden, icons)).collect()
}

/// One finding in a frame; `unfolded` shows its next steps at once.
pub(crate) fn note(found: &Finding, unfolded: bool, icons: &Icons) -> impl IntoView + use<> {
    let state = if found.code == Code::Unreachable { "unknown" } else { "attention" };
    view! {
        <div class="note" role="group" data-state=state>
            {glyph(state, icons)}
            {finding(found, unfolded, icons)}
        </div>
    }
}
