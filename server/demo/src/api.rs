//! The API server of one context: what it is given, how it starts, and who answers what.
//!
//! A verb is a file: `get`, `list`, `watch`; all that change something are in `write`. Each takes what was asked for and answers; none knows
//! of connections, tokens or rights, which are dealt with before.

mod access;
mod bookmark;
mod discovery;
mod failure;
mod get;
mod list;
mod listen;
mod options;
mod path;
mod reply;
mod review;
mod token;
mod watch;
mod write;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::Method;
use http::request::Parts;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::access::Verb;
use self::failure::Failure;
use self::options::Options;
use self::path::Target;
use crate::store::{Resource, Store};

/// Watches that one server has open at once; skyports has six.
const WATCHES: usize = 128;

/// A server that runs until it is told to stop.
pub struct Api {
    address: SocketAddr,
}

/// What a server is given.
pub struct ApiConfig {
    /// What a request must show (`Authorization: Bearer …`); all else is refused with 401.
    pub token: String,
    /// What it serves.
    pub store: Store,
    /// What it does not do.
    pub rules: Rules,
}

/// What a server does not do, or not for ever.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Who asks, as refusals say it.
    pub user: String,
    /// What is refused with 403, everywhere.
    pub forbidden: Vec<(Verb, Resource)>,
    /// The one namespace of which anything may be asked; nothing of the whole cluster then.
    pub only_namespace: Option<String>,
    /// So long after its start it still accepts connections, and never answers again.
    pub silent_after: Option<Duration>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            user: "demo".to_owned(),
            forbidden: vec![],
            only_namespace: None,
            silent_after: None,
        }
    }
}

impl Api {
    /// Starts on a free port of 127.0.0.1, and ends with `stopping`.
    pub async fn start(config: ApiConfig, stopping: CancellationToken) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let ApiConfig { token, store, rules } = config;
        let silent_at = rules.silent_after.and_then(|after| Instant::now().checked_add(after));
        let silence = Silence { at: silent_at, stopping: stopping.clone() };
        let watches = Arc::new(Semaphore::new(WATCHES));
        let served = Arc::new(Served { token, store, rules, silence, watches, address });
        let router = Router::new().fallback(answer).with_state(served);
        tokio::spawn(listen::serve(listener, router, stopping));
        Ok(Self { address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// What every request needs.
struct Served {
    token: String,
    store: Store,
    rules: Rules,
    silence: Silence,
    watches: Arc<Semaphore>,
    address: SocketAddr,
}

/// From when on nothing is said any more.
#[derive(Clone)]
struct Silence {
    at: Option<Instant>,
    stopping: CancellationToken,
}

impl Silence {
    /// Comes back when it begins.
    async fn begins(&self) {
        match self.at {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Goes on at once before it has begun; after that, not before the end of the server.
    async fn pass(&self) {
        if self.at.is_some_and(|at| at <= Instant::now()) {
            self.stopping.cancelled().await;
        }
    }
}

async fn answer(State(served): State<Arc<Served>>, request: Request) -> Response {
    served.silence.pass().await;
    let (head, body) = request.into_parts();
    let answered = answered(&served, &head, body).await;
    answered.unwrap_or_else(Failure::into_response)
}

async fn answered(served: &Arc<Served>, request: &Parts, body: Body) -> Result<Response, Failure> {
    let Parts { method, uri, headers, .. } = request;
    access::check_token(&served.token, headers)?;
    let target = Target::of(uri.path())?;
    let options = Options::raw(uri);
    if let Target::Review(review) = target {
        return review::answer(served, review, &options, (request, body)).await;
    }
    let Target::Objects(of) = target else {
        if *method != Method::GET {
            return Err(Failure::method());
        }
        return discovery::answer(target, served.address);
    };
    let verb =
        Verb::of(method, of.name.is_some(), options.watches()).ok_or_else(Failure::method)?;
    access::check_rules(&served.rules, verb, &of)?;
    match verb {
        Verb::Get => get::answer(&served.store, &of),
        Verb::List => list::answer(&served.store, &of, &options.parsed(of.resource)?).await,
        Verb::Watch => watch::answer(served, &of, options.parsed(of.resource)?),
        Verb::Create | Verb::Update | Verb::Patch | Verb::Delete | Verb::DeleteCollection => {
            write::answer(&served.store, verb, &of, &options, (request, body)).await
        }
    }
}

#[cfg(test)]
mod tests;
