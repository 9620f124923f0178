//! The state of one kubeconfig context: do we see it, since when, what is missing.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::id::ContextName;
use crate::time::Timestamp;

/// One context and what we know of our view of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextStatus {
    /// The context's name.
    pub name: ContextName,
    /// Whether what is shown of it is current.
    pub state: ContextState,
    /// Why it is not `live`, or what is missing although it is.
    pub findings: Vec<Finding>,
    /// The only namespace that is shown, where listing all is forbidden or one was asked for.
    pub namespace: Option<String>,
}

/// Whether what is shown of a context is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ContextState {
    /// Current.
    Live,
    /// Not connected yet; nothing is known.
    Connecting,
    /// It answered once and does not now; what is shown is old.
    Stale {
        /// When it last answered.
        since: Timestamp,
    },
    /// It refuses to tell what we must know.
    Forbidden,
    /// It has never answered.
    Unreachable,
}

impl ContextState {
    /// The state for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Connecting => "connecting",
            Self::Stale { .. } => "stale",
            Self::Forbidden => "forbidden",
            Self::Unreachable => "unreachable",
        }
    }
}
