//! `--wait`: until the ports can be used.

use std::time::Duration;

use skyports_app::dashboard::Dashboard as _;
use skyports_model::{Ask, EndpointId, EndpointState, Overview};
use tokio::time::Instant;

use super::super::exit::{Exit, hint, tell};
use super::Ended;
use crate::dashboard::live::Live;

/// Waits until every port of `ask` is open, so far as the objects tell.
pub(super) async fn until_open(mut live: Live, ask: &Ask, patience: Duration) -> Ended {
    let deadline = Instant::now() + patience;
    let ids: Vec<EndpointId> = ask
        .ports()
        .iter()
        .map(|port| EndpointId { cluster: ask.cluster().clone(), port, mode: ask.mode().into() })
        .collect();
    loop {
        let overview = live.overview();
        let waiting: Vec<&EndpointId> = ids.iter().filter(|id| !is_open(&overview, id)).collect();
        if waiting.is_empty() {
            return Ok(Exit::Done);
        }
        if tokio::time::timeout_at(deadline, live.changed()).await.is_err() {
            for id in waiting {
                tell_waiting(&overview, id, patience);
            }
            return Err(Exit::Late);
        }
    }
}

fn is_open(overview: &Overview, id: &EndpointId) -> bool {
    overview.endpoint(id).is_some_and(|(_, endpoint)| endpoint.state == EndpointState::Open)
}

/// Says what a port still waits for.
fn tell_waiting(overview: &Overview, id: &EndpointId, patience: Duration) {
    let seconds = patience.as_secs();
    let reason = overview.endpoint(id).and_then(|(_, endpoint)| endpoint.state.reason().cloned());
    match reason {
        Some(reason) => tell(
            format!("port {} after {seconds} s: {}", id.port, reason.message()),
            reason.steps.first().map(hint).as_deref(),
        ),
        None => tell(format!("port {} was not seen in {seconds} s", id.port), None),
    }
}
