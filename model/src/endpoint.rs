//! An endpoint: one port of a cluster, exposed in one mode.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::id::{EndpointId, ObjectRef};
use crate::net::{Port, Scheme};
use crate::time::Timestamp;
use crate::url::ExternalUrl;

/// One port of a cluster in one mode, as Kubernetes' objects tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its identity, stable while the port stays open in that mode.
    pub id: EndpointId,
    /// What can be said of it now.
    pub state: EndpointState,
    /// Links that a browser can open as they are, working ones first. Empty while there is no
    /// address, and for ports that are known not to speak HTTP.
    pub urls: Vec<ExternalUrl>,
    /// `HOST:PORT` for each address of the status, IPv6 in brackets; for ports without a link this
    /// is the thing to copy.
    pub addresses: Vec<String>,
    /// The link as far as it is known while there is no address; `None` where no link will come.
    pub future: Option<FutureUrl>,
    /// Who made the object that exposes it.
    pub owner: Owner,
    /// The object that exposes it.
    pub object: ObjectRef,
    /// What becomes of the path on the way to the app.
    pub route: Route,
    /// When that object was created.
    pub opened: Option<Timestamp>,
    /// What a person should know before using it.
    pub warnings: Vec<Finding>,
    /// The app that is usually on this port.
    pub app: Option<AppGuess>,
}

impl Endpoint {
    /// The port that the app listens on.
    pub fn port(&self) -> Port {
        self.id.port
    }

    /// The mode in which it is exposed.
    pub fn mode(&self) -> Mode {
        self.id.mode
    }

    /// The links that can be opened: none while it is pending, even where the address is known.
    pub fn links(&self) -> &[ExternalUrl] {
        match self.state {
            EndpointState::Pending { .. } => &[],
            EndpointState::Open
            | EndpointState::Ready { .. }
            | EndpointState::Attention { .. }
            | EndpointState::Failed { .. }
            | EndpointState::Unknown { .. } => &self.urls,
        }
    }

    /// The text to copy: the first link, else the first address.
    pub fn copy_text(&self) -> Option<String> {
        self.urls.first().map(ToString::to_string).or_else(|| self.addresses.first().cloned())
    }
}

/// What can be said of an endpoint: from Kubernetes' objects, and where it was asked, from its
/// answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointState {
    /// Nothing to open yet; something is expected to finish. Wait.
    Pending {
        /// Since when it has been waiting.
        since: Timestamp,
        /// What is being waited for.
        reason: Finding,
    },
    /// Kubernetes has an address and a route; nobody has checked it, or nobody can from here.
    Open,
    /// The last check got an answer from the app. Never said from objects alone.
    Ready {
        /// When, and what came.
        checked: Checked,
    },
    /// Waiting will not help, or it answers but not as people need it: a person must decide.
    Attention {
        /// What is wrong and what to do.
        reason: Finding,
    },
    /// The last check failed.
    Failed {
        /// What stood in its way, and what to do.
        reason: Finding,
    },
    /// No current data.
    Unknown {
        /// What it was, and when.
        reason: Finding,
    },
}

/// A check that got an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// The answer in a few words: `200 in 12 ms, “JupyterLab”`.
    pub told: String,
}

impl EndpointState {
    /// Every state's word for scripts, in the order of the interface's tally.
    pub const WORDS: [&'static str; 6] =
        ["ready", "open", "pending", "attention", "failed", "unknown"];

    /// The state's word for scripts, one of [`EndpointState::WORDS`].
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Open => "open",
            Self::Ready { .. } => "ready",
            Self::Failed { .. } => "failed",
            Self::Attention { .. } => "attention",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The state's word for people.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "Pending",
            Self::Open => "Open",
            Self::Ready { .. } => "Ready",
            Self::Failed { .. } => "Failed",
            Self::Attention { .. } => "Needs attention",
            Self::Unknown { .. } => "Unknown",
        }
    }

    /// Why; only `open` and `ready` need no reason.
    pub fn reason(&self) -> Option<&Finding> {
        match self {
            Self::Open | Self::Ready { .. } => None,
            Self::Pending { reason, .. }
            | Self::Attention { reason }
            | Self::Failed { reason }
            | Self::Unknown { reason } => Some(reason),
        }
    }
}

/// The ways in which a port can be exposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// A Service of type `LoadBalancer`.
    LoadBalancer,
    /// A path of an Ingress.
    Ingress,
    /// The head pod's own address.
    PodIp,
    /// A port of every node.
    NodePort,
    /// A route of the Gateway API.
    Gateway,
    /// A Service's `externalIPs`.
    ExternalIp,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 6] = [
        Self::LoadBalancer,
        Self::Ingress,
        Self::PodIp,
        Self::NodePort,
        Self::Gateway,
        Self::ExternalIp,
    ];

    /// The mode for scripts, as `--mode` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoadBalancer => "loadbalancer",
            Self::Ingress => "ingress",
            Self::PodIp => "podip",
            Self::NodePort => "nodeport",
            Self::Gateway => "gateway",
            Self::ExternalIp => "external-ip",
        }
    }

    /// The mode for people, in Kubernetes' spelling.
    pub fn label(self) -> &'static str {
        match self {
            Self::LoadBalancer => "LoadBalancer",
            Self::Ingress => "Ingress",
            Self::PodIp => "Pod IP",
            Self::NodePort => "NodePort",
            Self::Gateway => "Gateway",
            Self::ExternalIp => "External IP",
        }
    }

    /// The mode that a script's word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who made the object that exposes an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Owner {
    /// SkyPilot: the object has SkyPilot's name and shape.
    SkyPilot,
    /// skyports: the object carries `app.kubernetes.io/managed-by: skyports`.
    Skyports,
    /// Somebody else.
    Other,
}

impl Owner {
    /// The owner for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SkyPilot => "skypilot",
            Self::Skyports => "skyports",
            Self::Other => "other",
        }
    }
}

/// What becomes of an endpoint's path on the way to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Route {
    /// It has no path: the app answers at the address's own root.
    Root,
    /// It is taken off, as SkyPilot's Ingress does: the app does not know where it is.
    Stripped,
    /// The app sees it: it must know it, and most want a flag for that.
    Kept,
}

impl Route {
    /// The route for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Stripped => "stripped",
            Self::Kept => "kept",
        }
    }
}

/// A link whose host is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FutureUrl {
    /// The scheme that it will have.
    pub scheme: Scheme,
    /// The port that it will name; `None` where the controller's own port is meant.
    pub port: Option<Port>,
    /// The path, from its first slash.
    pub path: String,
}

/// The app that is probably behind an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppGuess {
    /// The profile's id: `jupyter`.
    pub id: String,
    /// The profile's name for people: `JupyterLab`.
    pub name: String,
    /// Two letters for the tile.
    pub tile: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How sure we are of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// From the port's number alone.
    Guess,
    /// From its answers.
    Seen,
    /// From what the reader says.
    Said,
}

impl Confidence {
    /// How the app is known, for people.
    pub fn told(self) -> &'static str {
        match self {
            Self::Guess => "guessed from the port number",
            Self::Seen => "told by its answers",
            Self::Said => "as you say",
        }
    }

    /// The confidence for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Seen => "seen",
            Self::Said => "said",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_overview;

    #[test]
    fn what_is_pending_has_no_link_even_where_its_address_is_known() {
        let endpoints = an_overview().clusters.remove(0).endpoints;
        let is_pending = |endpoint: &&Endpoint| endpoint.state.word() == "pending";
        let mut open = endpoints.iter().find(|endpoint| !is_pending(endpoint)).unwrap().clone();
        assert_eq!(open.links(), open.urls);
        open.state = endpoints.iter().find(is_pending).unwrap().state.clone();
        assert!(!open.urls.is_empty() && open.links().is_empty());
    }
}
