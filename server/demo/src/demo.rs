//! The demo as a whole: which contexts there are, and everything that runs for them.
//!
//! A list of starts: each context has a store with what it begins with, an API before it, and
//! behind it what a real one has: apps, an ingress controller, a cloud.

mod context;
mod kubeconfig;
mod settle;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::context::{Context, Shared};
use crate::api::{Rules, Verb};
use crate::balancer::address::Addresses;
use crate::ingress::NodePort;
use crate::resource::Resource;
use crate::seed;

/// `demo-away` answers for so long.
const AWAY_AFTER: Duration = Duration::from_secs(10);

/// What is shown, and how fast.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Which contexts there are.
    pub contexts: Which,
    /// How much faster than a real one the scripted cloud is; 1 is as fast.
    pub pace: f32,
}

impl Default for Config {
    fn default() -> Self {
        Self { contexts: Which::Default, pace: 1.0 }
    }
}

/// Which contexts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// A cloud, and a room of machines without one.
    Default,
    /// Also those that fail, each in its own way.
    All,
}

/// A demo that runs until its token is cancelled.
#[derive(Debug)]
pub struct Demo {
    kubeconfig: String,
    contexts: Vec<String>,
}

impl Demo {
    /// Starts everything. It listens on loopback only: on free ports of `127.0.0.1` for the APIs,
    /// on a node port for the ingress, on `127.77.0.N` for load balancers.
    pub async fn start(config: Config, stopping: CancellationToken) -> io::Result<Self> {
        let Config { contexts: which, pace } = config;
        let addresses = Arc::new(Addresses::default());
        let shared = Shared { addresses, clock: Timestamp::now, pace, stopping };
        let now = Timestamp::now();
        let mut opened = vec![];
        for context in contexts(which, now, pace).await? {
            opened.push(context.open(&shared).await?);
        }
        let mut contexts: Vec<String> = opened.iter().map(|context| context.name.clone()).collect();
        let mut text = crate::kubeconfig::text(&opened);
        if which == Which::All {
            let off = context::nobody_listens("demo-off", &shared.stopping)?;
            contexts.extend(["demo-off".to_owned(), "demo-broken".to_owned()]);
            opened.push(off);
            text = kubeconfig::with_broken(&crate::kubeconfig::text(&opened), "demo-broken");
        }
        Ok(Self { kubeconfig: text, contexts })
    }

    /// The kubeconfig of all contexts, with their tokens: for its owner's eyes only.
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// The contexts, the first one first.
    pub fn contexts(&self) -> Vec<String> {
        self.contexts.clone()
    }
}

/// Where somebody has forgotten a right: what is open can be changed, and nothing new opens.
fn no_new_services() -> Rules {
    Rules { forbidden: vec![(Verb::Create, Resource::Services)], ..Rules::default() }
}

/// The contexts that answer, at least in the beginning.
async fn contexts(which: Which, now: Timestamp, pace: f32) -> io::Result<Vec<Context>> {
    let ingress = NodePort::bind().await?;
    let cloud = Context::new("demo-cloud", seed::cloud::seed(now, ingress.port));
    let lab = Context::new("demo-lab", seed::lab::seed(now)).ruled(no_new_services());
    let mut contexts = vec![cloud.behind(ingress).with_cloud(), lab];
    if which == Which::All {
        let ingress = NodePort::bind().await?;
        let local = seed::extras::sky_local(now, ingress.port);
        let forbidden = vec![(Verb::List, Resource::Pods), (Verb::Watch, Resource::Pods)];
        let away = Duration::try_from_secs_f32(AWAY_AFTER.as_secs_f32() / pace);
        let silent_after = Some(away.unwrap_or(AWAY_AFTER));
        contexts.extend([
            Context::new("demo-locked", seed::extras::locked(now))
                .with_cloud()
                .ruled(Rules { forbidden, ..Rules::default() }),
            Context::new("demo-away", seed::extras::away(now))
                .with_cloud()
                .ruled(Rules { silent_after, ..Rules::default() }),
            Context::new("kind-skypilot", local).behind(ingress),
            Context::new("demo-odd", seed::extras::odd(now)).with_cloud(),
        ]);
    }
    Ok(contexts)
}
