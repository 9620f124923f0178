//! What `serve` shows: the reader's clusters, or the demo. Nothing else knows of the demo.

use skyports_app::page::Demo as Banner;
use skyports_demo::{Config, Demo, Which};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::cli::exit::note;
use crate::cluster::contexts::{self, ContextsError, Wanted};
use crate::config::args::CommonArgs;

/// The contexts to show.
pub(super) struct Source {
    /// How to reach them.
    pub(super) contexts: Vec<Wanted>,
    /// That they are the demo's, and why.
    pub(super) demo: Option<Banner>,
}

/// Why there is nothing to show.
#[derive(Debug, Error)]
pub(super) enum SourceError {
    /// No context can be looked at.
    #[error(transparent)]
    Contexts(#[from] ContextsError),
    /// The demo needs a port on loopback.
    #[error("the demo cannot start: {0}")]
    Demo(#[from] std::io::Error),
}

impl SourceError {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Contexts(error) => error.hint(),
            Self::Demo(_) => None,
        }
    }
}

/// The contexts that the flags ask for; the demo also where there is no kubeconfig at all. The
/// demo ends with `stopping`.
pub(super) async fn resolve(
    demo: bool,
    args: &CommonArgs,
    stopping: &CancellationToken,
) -> Result<Source, SourceError> {
    if demo {
        contexts::check(args)?;
        if args.kubeconfig.is_some() {
            return Err(ContextsError::Both("--demo", "--kubeconfig").into());
        }
        return started(args, Banner::Asked, stopping).await;
    }
    match contexts::resolve(args).await {
        Ok(contexts) => Ok(Source { contexts, demo: None }),
        // Who names a context does not mean the demo's.
        Err(error @ ContextsError::NoKubeconfig(_)) if args.contexts.is_empty() => {
            note(format!("{error}; showing the demo"));
            started(args, Banner::NoKubeconfig, stopping).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn started(
    args: &CommonArgs,
    why: Banner,
    stopping: &CancellationToken,
) -> Result<Source, SourceError> {
    // A context that is named may be one of those that fail.
    let all = args.all_contexts || !args.contexts.is_empty();
    let which = if all { Which::All } else { Which::Default };
    let config = Config { contexts: which, ..Config::default() };
    let demo = Demo::start(config, stopping.clone()).await?;
    let contexts = if args.contexts.is_empty() { demo.contexts() } else { args.contexts.clone() };
    let args = CommonArgs { contexts, all_contexts: false, ..args.clone() };
    let contexts = contexts::resolve_in(demo.kubeconfig(), &args).await?;
    Ok(Source { contexts, demo: Some(why) })
}
