//! The one picture that every page and command shows.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::context::ContextStatus;
use crate::endpoint::{Endpoint, EndpointState};
use crate::id::{ClusterId, EndpointId};
use crate::time::Timestamp;

/// All contexts and clusters at one instant.
///
/// Invariant: `clusters` is sorted by [`Cluster::rank`] and holds each identity once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// When this picture was made.
    pub as_of: Timestamp,
    /// Goes up by at least one with each change, within one run of the server; see [`run_of`].
    pub revision: u64,
    /// The contexts, in the order of the command line or the kubeconfig.
    pub contexts: Vec<ContextStatus>,
    /// The clusters.
    pub clusters: Vec<Cluster>,
}

/// The digits of a revision that count; those above them name the run of the server.
const COUNTED: u32 = 32;
/// All of a revision is a whole number in JavaScript: 2^53 at most.
const RUNS: u64 = 1 << (53 - COUNTED);

/// The run of the server that a revision is of. Revisions of two runs say nothing of each other: of
/// two replicas either may be the later one.
pub fn run_of(revision: u64) -> u64 {
    revision >> COUNTED
}

/// The first revision of a run that got this random number.
pub fn first_revision(random: u64) -> u64 {
    (random % RUNS) << COUNTED
}

impl Overview {
    /// The cluster of that identity.
    pub fn cluster(&self, id: &ClusterId) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id == *id)
    }

    /// The cluster that a page's path names.
    pub fn cluster_at(&self, context: &str, namespace: &str, name: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| {
            let id = &cluster.id;
            id.context.slug() == context
                && id.namespace.as_str() == namespace
                && id.name.as_str() == name
        })
    }

    /// The endpoint of that identity, with its cluster.
    pub fn endpoint(&self, id: &EndpointId) -> Option<(&Cluster, &Endpoint)> {
        let cluster = self.cluster(&id.cluster)?;
        let endpoint = cluster.endpoints.iter().find(|endpoint| endpoint.id == *id)?;
        Some((cluster, endpoint))
    }

    /// All endpoints with their clusters.
    pub fn endpoints(&self) -> impl Iterator<Item = (&Cluster, &Endpoint)> {
        self.clusters.iter().flat_map(|c| c.endpoints.iter().map(move |e| (c, e)))
    }

    /// How many endpoints are in each state, in the order of [`EndpointState::WORDS`].
    pub fn tally(&self) -> [usize; 6] {
        EndpointState::WORDS
            .map(|word| self.endpoints().filter(|(_, e)| e.state.word() == word).count())
    }

    /// Puts clusters in their order; for those who build an overview from parts.
    pub fn sort(&mut self) {
        self.clusters.sort_by(|a, b| a.rank().cmp(&b.rank()));
    }
}
