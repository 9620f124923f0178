//! A SkyPilot cluster as its pods show it.

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::finding::Finding;
use crate::id::ClusterId;
use crate::net::Host;
use crate::time::Timestamp;

/// One SkyPilot cluster with its endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its identity.
    pub id: ClusterId,
    /// The name that its user gave it.
    pub name: String,
    /// Who launched it, as SkyPilot recorded it.
    pub user: Option<String>,
    /// SkyPilot's workspace; not every release records it.
    pub workspace: Option<String>,
    /// What it is for SkyPilot.
    pub kind: ClusterKind,
    /// The number of its pods.
    pub nodes: u32,
    /// The pods that are running and ready.
    pub ready_nodes: u32,
    /// What one node asks for.
    pub resources: Resources,
    /// When its oldest pod was created.
    pub created: Option<Timestamp>,
    /// The head pod's address inside the cluster's network: all that SkyPilot's `podip` mode uses.
    pub head_address: Option<Host>,
    /// Its endpoints by port, then mode.
    pub endpoints: Vec<Endpoint>,
    /// What a person should know of the cluster as a whole.
    pub findings: Vec<Finding>,
}

/// What a cluster is for SkyPilot, as far as its name and labels tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClusterKind {
    /// A user's cluster.
    Cluster,
    /// The controller of managed jobs.
    JobsController,
    /// The controller of `SkyServe`.
    ServeController,
    /// A replica of a `SkyServe` service.
    ServiceReplica,
    /// A pool of workers.
    Pool,
}

impl ClusterKind {
    /// The kind for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::JobsController => "jobs-controller",
            Self::ServeController => "serve-controller",
            Self::ServiceReplica => "service-replica",
            Self::Pool => "pool",
        }
    }

    /// Whether it is SkyPilot's own machinery and belongs below users' clusters.
    pub fn is_controller(self) -> bool {
        match self {
            Self::JobsController | Self::ServeController => true,
            Self::Cluster | Self::ServiceReplica | Self::Pool => false,
        }
    }
}

/// What one node of a cluster asks Kubernetes for, in Kubernetes' own notation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resources {
    /// CPU request: `4`, `500m`.
    pub cpu: Option<String>,
    /// Memory request: `16Gi`.
    pub memory: Option<String>,
    /// The accelerator's name: `H100`.
    pub accelerator: Option<String>,
    /// Accelerators a node; 0 without one.
    pub accelerator_count: u32,
}

impl Cluster {
    /// `8 nodes · H100:4` or `1 node · 4 CPU`, as the interface captions a cluster.
    pub fn size(&self) -> String {
        let nodes =
            if self.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", self.nodes) };
        let Resources { cpu, memory: _, accelerator, accelerator_count } = &self.resources;
        match (accelerator, accelerator_count, cpu) {
            (Some(name), 1.., _) => format!("{nodes} · {name}:{accelerator_count}"),
            (None, 1.., _) => format!("{nodes} · {accelerator_count} GPU"),
            (_, 0, Some(cpu)) => format!("{nodes} · {cpu} CPU"),
            (_, 0, None) => nodes,
        }
    }

    /// Users' clusters before controllers, then by name and identity: a total order that no event
    /// can change.
    pub fn rank(&self) -> (bool, &str, &ClusterId) {
        (self.kind.is_controller(), &self.name, &self.id)
    }
}
