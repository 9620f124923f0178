//! One context: whether we see it, and what is missing.

use skyports_model::time::clock_time;
use skyports_model::{ContextState, ContextStatus};

use super::copy_button::copy_button;
use super::icon::icon;
use super::note::context_notes;
use crate::node::{Element, el};

/// The card of a context.
pub(crate) fn context_card(context: &ContextStatus) -> Element {
    let (state, word, sub) = told(context.state);
    let scope = match (&context.namespace, context.state) {
        (Some(namespace), _) => Some(["Only the namespace ", namespace, " is shown"].concat()),
        (None, ContextState::Live | ContextState::Stale { .. }) => {
            Some("All namespaces are shown".to_owned())
        }
        (None, _) => None,
    };
    let scope = scope.map(|scope| el("span").with(scope));
    let name = context.name.as_str().to_owned();
    let copy = copy_button(["Copy the name ", &name].concat());
    let title = el("div")
        .with(el("h2").with(el("span").with(name)).with(copy))
        .with(el("p").with(el("span").with(sub)).with(scope));
    let status = el("span").class("status").attr("data-state", state).with(icon(state)).with(word);
    el("section")
        .class("context")
        .attr("id", context.name.slug())
        .with(el("div").class("context-head").with(title).with(status))
        .with(context_notes(context))
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
