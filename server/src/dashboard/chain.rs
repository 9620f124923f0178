//! The chain of checks of one endpoint, made of what is known: its object and address from the
//! overview, everything behind them from the last check.
//!
//! Pure: who asks has read and checked. [`objects`] has the links that Kubernetes tells of,
//! [`answer`] those that a check tells of, [`app`] the last one.

mod answer;
mod app;
pub(super) mod exposed;
mod objects;
#[cfg(test)]
mod tests;

use skyports_k8s::check::Surroundings;
use skyports_k8s::describe::Balancer;
use skyports_model::{
    Chain, Cluster, Endpoint, EventLine, Finding, Link, LinkKind, LinkResult, Overview, Timestamp,
    verdict::Verdict,
};

use super::probing::Learnt;

/// What is known of one endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) overview: &'a Overview,
    pub(super) cluster: &'a Cluster,
    pub(super) endpoint: &'a Endpoint,
    /// The events of its objects, newest first.
    pub(super) events: &'a [EventLine],
    /// Its object, where that is a load balancer that was read.
    pub(super) balancer: Option<&'a Balancer>,
    /// What is known of load balancers there, where somebody looked.
    pub(super) surroundings: Option<&'a Surroundings>,
    /// What the last check found.
    pub(super) learnt: Option<&'a Learnt>,
    /// What the last experiment found.
    pub(super) verdict: Option<&'a Verdict>,
    /// Now.
    pub(super) now: Timestamp,
}

/// The chain.
pub(super) fn chain(known: &Known<'_>) -> Chain {
    let mut links = objects::links(known);
    let stopped = links.iter().any(|link| link.result.stops());
    let learnt = known.learnt.filter(|_| !stopped);
    let mut millis = None;
    if let Some(learnt) = learnt {
        links.extend(answer::links(known, learnt));
        millis = answer::millis(learnt);
        if !links.iter().any(|link| link.result.stops()) {
            links.extend(app::link(known, learnt));
        }
    }
    let as_of = learnt.map_or(known.now, |learnt| learnt.at);
    Chain::of(known.endpoint.id.clone(), links, as_of, millis)
}

/// A link that does not hold.
fn broken(kind: LinkKind, result: LinkResult, told: impl Into<String>, finding: Finding) -> Link {
    Link::new(kind, result, told).because(finding)
}
