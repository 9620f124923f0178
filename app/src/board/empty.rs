//! Why a page has no cluster to show.

use skyports_model::{ClusterId, ContextState as State, Overview};

use crate::state::View;

/// Why no cluster is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Empty {
    /// No context has answered yet.
    Connecting,
    /// There are no contexts.
    NoContexts,
    /// So many contexts answered and have no cluster.
    NoClusters(usize),
    /// The filter hides all of so many endpoints.
    Filtered(usize),
    /// Contexts refuse to tell.
    Forbidden,
    /// No context has ever answered.
    Unreachable,
    /// The cluster of this page is not there.
    Gone(ClusterId),
}

impl Empty {
    /// Why a page shows nothing of `overview`.
    pub(super) fn of(overview: &Overview, view: &View) -> Self {
        if let Some(id) = view.cluster() {
            return Self::Gone(id.clone());
        }
        let has = |wanted: fn(State) -> bool| {
            overview.contexts.iter().filter(|c| wanted(c.state)).count()
        };
        let known = has(|state| matches!(state, State::Live | State::Stale { .. }));
        if !overview.clusters.is_empty() {
            Self::Filtered(overview.endpoints().count())
        } else if overview.contexts.is_empty() {
            Self::NoContexts
        } else if known > 0 {
            Self::NoClusters(known)
        } else if has(|state| state == State::Connecting) > 0 {
            Self::Connecting
        } else if has(|state| state == State::Forbidden) > 0 {
            Self::Forbidden
        } else {
            Self::Unreachable
        }
    }
}
