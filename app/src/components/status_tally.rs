//! How many endpoints are in each state, as tabs of the filter.

use skyports_model::{EndpointState, Filter, Query};

use super::icon::drawn;
use crate::node::{Element, el};

/// Every state's word for people, in the order of [`EndpointState::WORDS`].
const LABELS: [&str; 6] = ["Ready", "Open", "Pending", "Needs attention", "Failed", "Unknown"];

/// A link for each state and one for all; they work without JavaScript.
pub(crate) fn status_tally(query: &Query, tally: [usize; 6]) -> Element {
    let states = EndpointState::WORDS.into_iter().zip(LABELS).zip(tally);
    el("nav")
        .class("tally")
        .attr("aria-label", "Filter by status")
        .with(tab(query, "", "All", tally.iter().sum()))
        .with(
            states
                .map(|((word, label), number)| tab(query, word, label, number))
                .collect::<Vec<_>>(),
        )
}

fn tab(query: &Query, word: &'static str, label: &'static str, number: usize) -> Element {
    let filter = Filter { state: word.to_owned(), ..query.filter.clone() };
    let path = Query { filter, ..query.clone() }.path();
    let state = (!word.is_empty()).then_some(word);
    el("a")
        .attr("href", path)
        .attr("data-query", "")
        .maybe("data-state", state)
        .maybe("aria-current", (query.filter.state == word).then_some("true"))
        .with(state.map(|state| drawn("icon small state-icon", state)))
        .with(label)
        .with(el("span").class("count").with(number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use skyports_model::{Checked, Code, Finding, Timestamp};

    #[test]
    fn tabs_are_named_as_the_states_are() {
        let reason = Finding {
            code: Code::Stale,
            lead: String::new(),
            detail: String::new(),
            evidence: None,
            steps: vec![],
        };
        let checked = Checked { at: Timestamp(0), told: String::new() };
        let states = [
            EndpointState::Ready { checked },
            EndpointState::Open,
            EndpointState::Pending { since: Timestamp(0), reason: reason.clone() },
            EndpointState::Attention { reason: reason.clone() },
            EndpointState::Failed { reason: reason.clone() },
            EndpointState::Unknown { reason },
        ];
        assert_eq!(states.each_ref().map(EndpointState::label), LABELS);
        assert_eq!(states.each_ref().map(EndpointState::word), EndpointState::WORDS);
    }
}
