//! From what is kept of a context's objects to clusters with endpoints, each with a reason.
//!
//! Looking cannot fail: what is half broken is told as a finding. The result depends on the objects
//! and the [`Scope`] alone, never on the order in which events came; and where it will change by
//! time alone, [`Observed::next`] says when.

mod advice;
mod clock;
mod cluster;
pub(crate) mod controller;
mod drift;
mod ingress;
mod merge;
mod orphans;
mod service;
mod signs;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;

use skyports_model::{Cluster, ClusterId, ContextName, Timestamp};

use crate::objects::Objects;

pub use orphans::orphans;

/// How the objects were seen: what may be concluded from something's absence.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The context that they were seen through.
    pub context: &'a ContextName,
    /// The time.
    pub now: Timestamp,
    /// Events may be listed; otherwise their absence means nothing.
    pub sees_events: bool,
    /// The Services of the namespace `ingress-nginx` may be listed: SkyPilot's rules for the
    /// address apply. Otherwise the Ingress' own status serves.
    pub sees_controller: bool,
    /// `IngressClass`es may be listed.
    pub sees_classes: bool,
}

/// What was understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The clusters, in the order of [`Cluster::rank`].
    pub clusters: Vec<Cluster>,
    /// The earliest moment after [`Scope::now`] at which the result changes by time alone.
    pub next: Option<Timestamp>,
}

/// What the objects say.
pub fn observe(objects: &Objects, scope: &Scope<'_>) -> Observed {
    let world = world::World::new(objects, *scope);
    let mut clusters: BTreeMap<ClusterId, Cluster> =
        world.crews().map(|crew| (crew.id.clone(), cluster::of(crew))).collect();
    let mut endpoints = service::endpoints(&world);
    endpoints.extend(ingress::endpoints(&world));
    for (id, endpoint) in merge::by_identity(endpoints) {
        if let Some(cluster) = clusters.get_mut(&id.cluster) {
            cluster.endpoints.push(endpoint);
        }
    }
    let mut clusters: Vec<Cluster> = clusters.into_values().collect();
    clusters.sort_by(|a, b| a.rank().cmp(&b.rank()));
    Observed { clusters, next: world.clock.next() }
}
