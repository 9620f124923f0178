//! How many endpoints are in each state, as tabs of the filter.

use leptos::prelude::*;
use skyports_model::{EndpointState, Filter};

use super::icon::{Icons, drawn};
use crate::words::overview_path;

/// Every state's word for people, in the order of [`EndpointState::WORDS`].
const LABELS: [&str; 4] = ["Open", "Pending", "Needs attention", "Unknown"];

/// A link for each state and one for all; they work without JavaScript.
pub(crate) fn status_tally(
    filter: &Filter,
    tally: [usize; 4],
    icons: &Icons,
) -> impl IntoView + use<> {
    let all = tab(filter, "", "All", tally.iter().sum(), None, icons);
    let states: Vec<_> = EndpointState::WORDS
        .into_iter()
        .zip(LABELS)
        .zip(tally)
        .map(|((word, label), number)| tab(filter, word, label, number, Some(word), icons))
        .collect();
    view! {
        <nav class="tally" aria-label="Filter by status">
            {all}
            {states}
        </nav>
    }
}

fn tab(
    filter: &Filter,
    word: &'static str,
    label: &'static str,
    number: usize,
    state: Option<&'static str>,
    icons: &Icons,
) -> impl IntoView + use<> {
    let chosen = filter.state == word;
    let path = overview_path(&Filter { text: filter.text.clone(), state: word.to_owned() });
    view! {
        <a href=path data-filter=word data-state=state aria-current=chosen.then_some("true")>
            {state.map(|state| drawn("icon glyph small state-icon", state, icons))}
            {label}
            <span class="count">{number}</span>
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skyports_model::{Code, Finding, Timestamp};

    #[test]
    fn tabs_are_named_as_the_states_are() {
        let reason = Finding {
            code: Code::Stale,
            lead: String::new(),
            detail: String::new(),
            evidence: None,
            steps: vec![],
        };
        let states = [
            EndpointState::Open,
            EndpointState::Pending { since: Timestamp(0), reason: reason.clone() },
            EndpointState::Attention { reason: reason.clone() },
            EndpointState::Unknown { reason },
        ];
        assert_eq!(states.each_ref().map(EndpointState::label), LABELS);
        assert_eq!(states.each_ref().map(EndpointState::word), EndpointState::WORDS);
    }
}
