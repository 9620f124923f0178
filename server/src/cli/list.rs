//! `skyports list`: the overview in a terminal.

use std::io::{ErrorKind, Write as _};

use skyports_app::dashboard::Dashboard as _;
use skyports_model::Overview;

use super::exit::{Exit, tell};
use super::find::{PATIENCE, find, tell_contexts};
use super::table;
use crate::cluster::contexts;
use crate::config::args::{ListArgs, ListOutput};
use crate::config::clock;
use crate::dashboard::document;
use crate::dashboard::live::Live;

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
    if let Some(wanted) = wanted {
        match find(&overview, wanted, blind).cloned() {
            Ok(cluster) => overview.clusters = vec![cluster],
            Err(exit) => return (String::new(), exit),
        }
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
