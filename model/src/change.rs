//! What differs between two overviews: the only thing that the event stream carries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::context::ContextStatus;
use crate::id::ClusterId;
use crate::overview::Overview;
use crate::time::Timestamp;

/// The step from one overview to a later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The revision that it must be applied to.
    pub from: u64,
    /// The revision that it leads to.
    pub revision: u64,
    /// When the later overview was made.
    pub as_of: Timestamp,
    /// All contexts, if any of them changed.
    pub contexts: Option<Vec<ContextStatus>>,
    /// Clusters that are new or not as before.
    pub changed: Vec<Cluster>,
    /// Clusters that are gone.
    pub gone: Vec<ClusterId>,
}

impl Change {
    /// The step from `old` to `new`.
    pub fn between(old: &Overview, new: &Overview) -> Self {
        let before: BTreeMap<&ClusterId, &Cluster> =
            old.clusters.iter().map(|c| (&c.id, c)).collect();
        let now: BTreeMap<&ClusterId, &Cluster> = new.clusters.iter().map(|c| (&c.id, c)).collect();
        Self {
            from: old.revision,
            revision: new.revision,
            as_of: new.as_of,
            contexts: (old.contexts != new.contexts).then(|| new.contexts.clone()),
            changed: new
                .clusters
                .iter()
                .filter(|c| before.get(&c.id) != Some(c))
                .cloned()
                .collect(),
            gone: before
                .keys()
                .filter(|id| !now.contains_key(*id))
                .map(|id| (*id).clone())
                .collect(),
        }
    }

    /// Whether nothing that people see differs.
    pub fn is_empty(&self) -> bool {
        self.contexts.is_none() && self.changed.is_empty() && self.gone.is_empty()
    }

    /// Takes the step. `false`, and nothing changes, when `overview` is not the one it starts from.
    #[must_use]
    pub fn apply(self, overview: &mut Overview) -> bool {
        let Self { from, revision, as_of, contexts, changed, gone } = self;
        if overview.revision != from {
            return false;
        }
        overview.revision = revision;
        overview.as_of = as_of;
        if let Some(contexts) = contexts {
            overview.contexts = contexts;
        }
        overview.clusters.retain(|c| !gone.contains(&c.id));
        for cluster in changed {
            let clusters = &mut overview.clusters;
            match clusters.iter_mut().find(|c| c.id == cluster.id) {
                Some(old) if old.rank() == cluster.rank() => *old = cluster,
                // New, or of another place: a whole overview is not sorted anew for one cluster.
                _ => {
                    clusters.retain(|c| c.id != cluster.id);
                    let place = clusters.partition_point(|c| c.rank() < cluster.rank());
                    clusters.insert(place, cluster);
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{an_overview, overviews};
    use proptest::prelude::*;

    #[test]
    fn a_change_for_another_revision_is_refused() {
        let mut overview = an_overview();
        let mut later = overview.clone();
        later.revision += 2;
        let change = Change::between(&later, &later.clone());
        let before = overview.clone();
        assert!(!change.apply(&mut overview));
        assert_eq!(overview, before);
    }

    proptest! {
        #[test]
        fn applying_the_difference_gives_the_later_overview(old in overviews(), new in overviews()) {
            let mut overview = old.clone();
            prop_assert!(Change::between(&old, &new).apply(&mut overview));
            prop_assert_eq!(overview, new);
        }

        #[test]
        fn equal_overviews_have_an_empty_difference(overview in overviews()) {
            prop_assert!(Change::between(&overview, &overview).is_empty());
        }

        #[test]
        fn a_change_survives_the_wire(old in overviews(), new in overviews()) {
            let change = Change::between(&old, &new);
            let bytes = postcard::to_allocvec(&change).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Change>(&bytes).unwrap(), change);
        }
    }
}
