//! One context: whether we see it, and what is missing.

use leptos::prelude::*;
use skyports_model::time::clock_time;
use skyports_model::{ContextState, ContextStatus};

use super::icon::{Icons, glyph};
use super::note::context_notes;

/// The card of a context.
pub(crate) fn context_card(context: &ContextStatus, icons: &Icons) -> impl IntoView + use<> {
    let (state, word, sub) = told(context.state);
    let scope = context.namespace.as_ref().map(|namespace| {
        view! { <span>{format!("Only the namespace {namespace} is shown")}</span> }
    });
    view! {
        <section class="context" id=context.name.slug()>
            <div class="context-head">
                <div>
                    <h2>{context.name.to_string()}</h2>
                    <p>
                        <span>{sub}</span>
                        {scope}
                    </p>
                </div>
                <span class="status" data-state=state>
                    {glyph(state, icons)}
                    {word}
                </span>
            </div>
            {context_notes(context, icons)}
        </section>
    }
}

/// A context's state as icon, word and sentence.
fn told(state: ContextState) -> (&'static str, &'static str, String) {
    match state {
        ContextState::Live => ("open", "Live", "Everything shown of it is current".to_owned()),
        ContextState::Connecting => ("pending", "Connecting", "It has not answered yet".to_owned()),
        ContextState::Stale { since } => {
            ("attention", "Stale", format!("No answer since {}", clock_time(since)))
        }
        ContextState::Forbidden => {
            ("attention", "Forbidden", "It answers, and refuses to tell".to_owned())
        }
        ContextState::Unreachable => ("unknown", "Unreachable", "It has never answered".to_owned()),
    }
}
