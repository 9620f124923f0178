//! `skyports list`: the overview in a terminal.

use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use skyports_app::dashboard::Dashboard as _;
use skyports_model::{Cluster, ContextState, Overview};

use super::exit::{Exit, note, tell};
use super::table;
use crate::cluster::contexts;
use crate::config::args::{ListArgs, ListOutput};
use crate::config::clock;
use crate::dashboard::document;
use crate::dashboard::live::Live;

/// How long a context may stay silent before the list is printed without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks once, or until it is interrupted.
pub fn run(args: ListArgs) -> Exit {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(list(args)),
        Err(error) => {
            tell(format!("cannot start the runtime: {error}"), None);
            Exit::Usage
        }
    }
}

async fn list(args: ListArgs) -> Exit {
    let ListArgs { cluster, output, watch, common } = args;
    let contexts = match contexts::resolve(&common).await {
        Ok(contexts) => contexts,
        Err(error) => {
            tell(&error, error.hint().as_deref());
            return Exit::Usage;
        }
    };
    let mut live = Live::start(contexts);
    // Who has said nothing by then is told of as silent; the others are shown.
    let _ = tokio::time::timeout(PATIENCE, live.settled()).await;
    loop {
        let (text, exit) = told(Overview::clone(&live.overview()), cluster.as_deref(), output);
        if let Err(error) = written(&text) {
            // The reader has seen enough: `skyports list | head`.
            if error.kind() == ErrorKind::BrokenPipe {
                return exit;
            }
            tell(format!("cannot write the list: {error}"), None);
            return Exit::Usage;
        }
        if !watch {
            return exit;
        }
        live.changed().await;
    }
}

fn written(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// What was asked for; standard error says what is missing from it.
fn told(mut overview: Overview, wanted: Option<&str>, output: ListOutput) -> (String, Exit) {
    let blind = tell_contexts(&overview) == overview.contexts.len();
    if let Some(wanted) = wanted
        && let Err(exit) = narrow(&mut overview, wanted, blind)
    {
        return (String::new(), exit);
    }
    let now = clock::now();
    let text = match output {
        // Nothing is known: standard error has said why, and a table would claim more.
        ListOutput::Table | ListOutput::Wide if blind => String::new(),
        ListOutput::Json => {
            let json = serde_json::to_string_pretty(&document::Overview::of(&overview, now));
            json.map_or_else(|error| untold(&error), |json| json + "\n")
        }
        ListOutput::Table => table::table(&overview, now, false),
        ListOutput::Wide => table::table(&overview, now, true),
    };
    (text, if blind { Exit::Cluster } else { Exit::Done })
}

fn untold(error: &serde_json::Error) -> String {
    tell(format!("cannot write the overview as JSON: {error}"), None);
    String::new()
}

/// Keeps the one cluster that is wanted.
fn narrow(overview: &mut Overview, wanted: &str, blind: bool) -> Result<(), Exit> {
    let found: Vec<Cluster> =
        overview.clusters.iter().filter(|cluster| is_named(cluster, wanted)).cloned().collect();
    match found.as_slice() {
        [_] => {
            overview.clusters = found;
            Ok(())
        }
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
fn tell_contexts(overview: &Overview) -> usize {
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
                let hint = finding.steps.first().map(|step| match &step.command {
                    Some(command) => format!("{}: {command}", step.title),
                    None => step.title.clone(),
                });
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
