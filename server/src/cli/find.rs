//! Which cluster a command means, and which contexts could not be asked.

use std::time::Duration;

use skyports_model::{Cluster, ContextState, Overview};

use super::exit::{Exit, hint, note, tell};

/// How long a context may stay silent before a command goes on without it.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The one cluster that is wanted; `blind` when nothing is known of any.
pub(super) fn find<'a>(
    overview: &'a Overview,
    wanted: &str,
    blind: bool,
) -> Result<&'a Cluster, Exit> {
    let found: Vec<&Cluster> =
        overview.clusters.iter().filter(|cluster| is_named(cluster, wanted)).collect();
    match found.as_slice() {
        [cluster] => Ok(cluster),
        [] if blind => Err(Exit::Cluster),
        [] => {
            let known: Vec<&str> =
                overview.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
            let hint = match known.as_slice() {
                [] => "there are no SkyPilot clusters here".to_owned(),
                known => format!("known clusters: {}", known.join(", ")),
            };
            tell(format!("no cluster is named `{wanted}`"), Some(&hint));
            Err(Exit::NoMatch)
        }
        several => {
            tell(
                format!("`{wanted}` names {} clusters", several.len()),
                Some("name one of these:"),
            );
            for cluster in several {
                note(&cluster.id);
            }
            Err(Exit::Usage)
        }
    }
}

/// Whether NAME, NAMESPACE/NAME or CONTEXT/NAMESPACE/NAME means the cluster; NAME may be the
/// display name or the name on the cloud.
fn is_named(cluster: &Cluster, wanted: &str) -> bool {
    let id = &cluster.id;
    [cluster.name.as_str(), id.name.as_str()].into_iter().any(|name| {
        wanted == name
            || wanted == format!("{}/{name}", id.namespace)
            || wanted == format!("{}/{}/{name}", id.context, id.namespace)
    })
}

/// Tells what is wrong with contexts; the number of those of which nothing can be told.
pub(super) fn tell_contexts(overview: &Overview) -> usize {
    let mut dead = 0;
    for context in &overview.contexts {
        let is_silent = context.state == ContextState::Connecting;
        if is_silent {
            tell(format!("{}: no answer in {} s", context.name, PATIENCE.as_secs()), None);
        }
        let blind = is_silent
            || matches!(context.state, ContextState::Unreachable | ContextState::Forbidden);
        dead += usize::from(blind);
        for finding in &context.findings {
            let message = format!("{}: {}", context.name, finding.message());
            if blind {
                let evidence = finding.evidence.iter().map(|evidence| format!(" ({evidence})"));
                let hint = finding.steps.first().map(hint);
                tell(message + &evidence.collect::<String>(), hint.as_deref());
            } else {
                note(message);
            }
        }
    }
    dead
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::testing::cluster;

    #[test]
    fn a_cluster_has_six_names() {
        let cluster = cluster("prod", "ml", "train", "train-2ea4");
        for name in [
            "train",
            "train-2ea4",
            "ml/train",
            "ml/train-2ea4",
            "prod/ml/train",
            "prod/ml/train-2ea4",
        ] {
            assert!(is_named(&cluster, name), "{name}");
        }
        for name in ["", "tra", "other/train", "x/ml/train", "TRAIN"] {
            assert!(!is_named(&cluster, name), "{name}");
        }
    }
}
