//! `--wait`: until the ports can be used. And where they are reached, once that is known.

use std::collections::BTreeSet;
use std::time::Duration;

use skyports_app::dashboard::Dashboard as _;
use skyports_model::plan::{Place, PlannedUrl};
use skyports_model::{Ask, EndpointId, EndpointState, Overview, Port};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::exit::{Exit, hint, note, tell};
use super::Ended;
use crate::dashboard::live::Live;
use crate::dashboard::probing::Told;

/// How often a check is wished for a port that does not answer yet; while it is new, it is asked
/// more often by itself.
const PAUSE: Duration = Duration::from_secs(5);

/// Waits until every port of `ask` is ready, or open where nobody can ask it from here.
pub(super) async fn until_ready(live: &mut Live, ask: &Ask, patience: Duration) -> Ended {
    let deadline = Instant::now() + patience;
    let ids = ids(ask);
    let (mut unasked, mut told) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let pause = Instant::now() + PAUSE;
        for id in &ids {
            let overview = live.overview();
            if is_done(&overview, id, &unasked) || is_pending(&overview, id) {
                continue;
            }
            if let Some(why) = failing(&overview, id).filter(|_| told.insert(id)) {
                note(why);
            }
            if let Ok(Some(Told::Impossible)) = timeout_at(deadline, live.checked(id.clone())).await
            {
                unasked.insert(id.clone());
            }
        }
        // What was found out is in the overview moments later.
        loop {
            let overview = live.overview();
            let waiting: Vec<&EndpointId> =
                ids.iter().filter(|id| !is_done(&overview, id, &unasked)).collect();
            if waiting.is_empty() {
                return Ok(Exit::Done);
            }
            if Instant::now() >= deadline {
                for id in waiting {
                    tell_waiting(&overview, id, patience);
                }
                return Err(Exit::Late);
            }
            tokio::select! {
                () = live.changed() => {}
                () = sleep_until(deadline) => {}
                () = sleep_until(pause) => break,
            }
        }
    }
}

/// Waits until the watch has told of every port of `ask`, or for so long.
pub(super) async fn until_seen(live: &mut Live, ask: &Ask, patience: Duration) {
    let deadline = Instant::now() + patience;
    let ids = ids(ask);
    while ids.iter().any(|id| live.overview().endpoint(id).is_none()) {
        if timeout_at(deadline, live.changed()).await.is_err() {
            return;
        }
    }
}

/// Puts the links that are known by now in the place of those that were to come.
pub(super) fn reached(overview: &Overview, ask: &Ask, urls: &mut [PlannedUrl]) {
    for PlannedUrl { port, place } in urls {
        let Some((_, endpoint)) = overview.endpoint(&id(ask, *port)) else { continue };
        match (&*place, endpoint.links(), endpoint.addresses.first()) {
            (Place::Future(_), [_, ..], _) => *place = Place::Known(endpoint.links().to_vec()),
            (Place::FutureAddress, _, Some(address)) => *place = Place::Address(address.clone()),
            _ => {}
        }
    }
}

fn ids(ask: &Ask) -> Vec<EndpointId> {
    ask.ports().iter().map(|port| id(ask, port)).collect()
}

fn id(ask: &Ask, port: Port) -> EndpointId {
    EndpointId { cluster: ask.cluster().clone(), port, mode: ask.mode().into() }
}

/// Whether a port answers, or is open where nobody can ask.
fn is_done(overview: &Overview, id: &EndpointId, unasked: &BTreeSet<EndpointId>) -> bool {
    match overview.endpoint(id).map(|(_, endpoint)| &endpoint.state) {
        Some(EndpointState::Ready { .. }) => true,
        Some(EndpointState::Open) => unasked.contains(id),
        Some(
            EndpointState::Pending { .. }
            | EndpointState::Attention { .. }
            | EndpointState::Failed { .. }
            | EndpointState::Unknown { .. },
        )
        | None => false,
    }
}

fn is_pending(overview: &Overview, id: &EndpointId) -> bool {
    let state = overview.endpoint(id).map(|(_, endpoint)| &endpoint.state);
    matches!(state, None | Some(EndpointState::Pending { .. }))
}

/// Why a port does not answer, the first time that this is known.
fn failing(overview: &Overview, id: &EndpointId) -> Option<String> {
    match &overview.endpoint(id)?.1.state {
        EndpointState::Failed { reason } | EndpointState::Attention { reason } => {
            Some(format!("port {}: {} Asking again.", id.port, reason.message()))
        }
        EndpointState::Open
        | EndpointState::Ready { .. }
        | EndpointState::Pending { .. }
        | EndpointState::Unknown { .. } => None,
    }
}

/// Says what a port still waits for.
fn tell_waiting(overview: &Overview, id: &EndpointId, patience: Duration) {
    let seconds = patience.as_secs();
    let state = overview.endpoint(id).map(|(_, endpoint)| &endpoint.state);
    match state.map(|state| (state, state.reason())) {
        Some((_, Some(reason))) => tell(
            format!("port {} after {seconds} s: {}", id.port, reason.message()),
            reason.steps.first().map(hint).as_deref(),
        ),
        Some((_, None)) => {
            tell(format!("port {} is open after {seconds} s, and has not answered", id.port), None);
        }
        None => tell(format!("port {} was not seen in {seconds} s", id.port), None),
    }
}
