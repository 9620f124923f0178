//! Whether contexts can expose ports: the use-case of `/contexts` and `skyports check`, and what the
//! plan of opening a port knows of the place.
//!
//! What was read of a context is kept for some minutes, so that a preview asks nothing more, and is
//! read once however many want to know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, join_all};
use skyports_k8s::check::{Facts, SkyPilotSays, Surroundings, check};
use skyports_model::{ContextCheck, ContextName, DefaultMode};
use tokio::time::{Instant, timeout};

use super::ports::Settings;
use crate::cluster;
use crate::cluster::context::Context;
use crate::cluster::contexts::Wanted;
use crate::config::skypilot::SkyPilotConfig;

/// What was read is looked at for so long.
pub const LASTS: Duration = Duration::from_mins(5);
/// That nobody answered is believed for so long.
const SILENCE_LASTS: Duration = Duration::from_secs(5);
/// What a preview waits for at most; without an answer it says less.
const PREVIEW_PATIENCE: Duration = Duration::from_secs(2);

/// What was read of the contexts.
#[derive(Debug, Default)]
pub(super) struct Readings(Mutex<BTreeMap<ContextName, Reading>>);

/// Facts that were read, or are on their way.
#[derive(Debug, Clone)]
struct Reading {
    since: Instant,
    facts: Shared<BoxFuture<'static, Arc<Facts>>>,
}

impl Reading {
    fn begin(context: Arc<Context>) -> Self {
        // A task of its own: whoever asked may leave before the answer comes.
        let read = tokio::spawn(async move { cluster::check::facts(&context.target).await });
        let facts = read.map(|read| {
            Arc::new(read.unwrap_or_else(|error| cluster::check::nothing(&error.to_string())))
        });
        Self { since: Instant::now(), facts: facts.boxed().shared() }
    }

    fn is_good(&self, lasts: Duration) -> bool {
        let lasts = match self.facts.peek() {
            Some(facts) if !facts.is_answered() => SILENCE_LASTS.min(lasts),
            Some(_) | None => lasts,
        };
        self.since.elapsed() < lasts
    }
}

impl Readings {
    /// The facts of a context, not older than that; they may be on their way.
    fn of(&self, name: &ContextName, context: &Arc<Context>, lasts: Duration) -> Reading {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(name).filter(|reading| reading.is_good(lasts)).cloned();
        kept.unwrap_or_else(|| {
            let reading = Reading::begin(Arc::clone(context));
            all.insert(name.clone(), reading.clone());
            reading
        })
    }

    /// What is known of a load balancer of that context; asks where nobody has asked yet.
    pub(super) async fn surroundings(
        &self,
        name: &ContextName,
        context: &Arc<Context>,
    ) -> Surroundings {
        let facts = timeout(PREVIEW_PATIENCE, self.of(name, context, LASTS).facts).await;
        facts.map(|facts| Surroundings::of(&facts)).unwrap_or_default()
    }

    /// Checks a context; `None` when it takes longer than `patience`. Without a way to reach it, that
    /// is what the check says.
    pub(super) async fn check(
        &self,
        name: &ContextName,
        context: Option<&Arc<Context>>,
        settings: &Settings,
        lasts: Duration,
        patience: Duration,
    ) -> Option<ContextCheck> {
        let facts = match context {
            Some(context) => timeout(patience, self.of(name, context, lasts).facts).await.ok()?,
            None => Arc::new(cluster::check::nothing("the kubeconfig’s entry cannot be used")),
        };
        Some(check(name, &facts, &settings.skypilot_says(name)))
    }
}

/// Checks contexts once, without watching them.
pub async fn once(
    contexts: &[Wanted],
    settings: &Settings,
    patience: Duration,
) -> Vec<(ContextName, Option<ContextCheck>)> {
    let readings = &Readings::default();
    let checks = contexts.iter().map(|wanted| async move {
        let context = Context::of(wanted).0.map(Arc::new);
        let check = readings.check(&wanted.name, context.as_ref(), settings, LASTS, patience).await;
        (wanted.name.clone(), check)
    });
    join_all(checks).await
}

impl Settings {
    /// What SkyPilot's config says of a context.
    fn skypilot_says(&self, context: &ContextName) -> SkyPilotSays {
        let config = SkyPilotConfig::read(&self.skypilot_config);
        let of_context = config.of(context);
        SkyPilotSays {
            mode: DefaultMode::of([], of_context.ports, self.is_sky_local),
            files: config.files.iter().map(|file| file.display().to_string()).collect(),
            problems: config.problems,
            labels: of_context.labels,
            annotations: of_context.annotations,
        }
    }
}
