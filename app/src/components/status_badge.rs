//! A state as icon and word: the only place that maps one to the other.

use skyports_model::{EndpointState, Timestamp};

use super::icon::drawn;
use crate::node::{Element, el};
use crate::words;

/// The badge of a state; what is waiting shows for how long.
pub(crate) fn status_badge(state: &EndpointState, now: Timestamp) -> Element {
    let word = state.word();
    let (class, waiting) = match state {
        EndpointState::Pending { since, .. } => ("icon spin", Some(since.age(now))),
        EndpointState::Open
        | EndpointState::Ready { .. }
        | EndpointState::Attention { .. }
        | EndpointState::Failed { .. }
        | EndpointState::Unknown { .. } => ("icon", None),
    };
    let elapsed = waiting.map(|seconds| {
        el("time")
            .class("elapsed")
            .attr("datetime", format!("PT{seconds}S"))
            .with(words::clock(seconds))
    });
    el("span")
        .class("status")
        .attr("data-state", word)
        .with(drawn(class, word))
        .with(state.label())
        .with(elapsed)
}
