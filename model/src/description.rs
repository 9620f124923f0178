//! What lies behind one endpoint, read on demand: the objects as they are now, and their events.
//!
//! Everything in here is text that people of a cluster wrote, cut to bounds; nothing of it is
//! ever more than text.

use serde::{Deserialize, Serialize};

use crate::chain::Chain;
use crate::finding::Finding;
use crate::id::{EndpointId, ObjectRef};
use crate::time::Timestamp;

/// The objects behind an endpoint and what happened to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Of which endpoint.
    pub endpoint: EndpointId,
    /// Its objects, the one that exposes it first. Those that could not be read are missing here
    /// and told in `problems`.
    pub objects: Vec<ObjectText>,
    /// How the way to its app is, link by link.
    pub chain: Chain,
    /// Their events, newest first.
    pub events: Vec<EventLine>,
    /// What could not be read, and why.
    pub problems: Vec<Finding>,
    /// When this was read.
    pub as_of: Timestamp,
}

/// An object as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectText {
    /// Which object.
    pub object: ObjectRef,
    /// The object in YAML, without `metadata.managedFields` and without the annotation of
    /// `kubectl apply`.
    pub yaml: String,
    /// Whether the text was too long and ends early.
    pub is_cut: bool,
}

/// An event, or a series of the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// When it last happened.
    pub at: Timestamp,
    /// When it first happened, if that was earlier.
    pub first: Option<Timestamp>,
    /// How often it happened; at least once.
    pub count: u32,
    /// Whether Kubernetes calls it a warning.
    pub is_warning: bool,
    /// Kubernetes' word for it: `SyncLoadBalancerFailed`.
    pub reason: String,
    /// Its sentence.
    pub message: String,
    /// Who wrote it: `service-controller`; may be empty.
    pub source: String,
    /// The object that it is about.
    pub object: ObjectRef,
}
