//! A state as icon and word: the only place that maps one to the other.

use leptos::prelude::*;
use skyports_model::{EndpointState, Timestamp};

use super::icon::{Icons, drawn};
use crate::words;

/// The badge of a state; what is waiting shows for how long.
pub(crate) fn status_badge(
    state: &EndpointState,
    now: Timestamp,
    icons: &Icons,
) -> impl IntoView + use<> {
    let word = state.word();
    let (class, waiting) = match state {
        EndpointState::Pending { since, .. } => ("icon glyph spin", Some(since.age(now))),
        EndpointState::Open | EndpointState::Attention { .. } | EndpointState::Unknown { .. } => {
            ("icon glyph", None)
        }
    };
    let elapsed = waiting.map(|seconds| {
        view! {
            <time class="elapsed" datetime=format!("PT{seconds}S")>
                {words::clock(seconds)}
            </time>
        }
    });
    view! {
        <span class="status" data-state=word>
            {drawn(class, word, icons)}
            {state.label()}
            {elapsed}
        </span>
    }
}
