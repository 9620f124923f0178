//! All routes, and the layers that every request passes, in one place.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use http::{HeaderValue, StatusCode};
use skyports_app::page::Demo;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::assets::WebFiles;
use super::events::Streams;
use super::gate::{self, Gate};
use super::host::AllowedHosts;
use super::pages::PageCache;
use super::{
    access, api, assets, broken, events, headers, host, leftovers, pages, ports, said, session,
    share,
};
use crate::dashboard::document;
use crate::dashboard::live::Live;
use crate::share::pace::Pace;

/// No request of ours has more to say.
const LARGEST_BODY: usize = 64 * 1024;
/// Everything is answered from memory; a stream begins at once.
const SLOWEST_ANSWER: Duration = Duration::from_secs(10);

/// What all handlers share.
#[derive(Debug)]
pub struct Shared {
    pub(super) live: Live,
    pub(super) files: WebFiles,
    pub(super) gate: Gate,
    /// Whether forms and functions that write are there.
    pub(super) has_writes: bool,
    pub(super) hosts: AllowedHosts,
    pub(super) policy: HeaderValue,
    pub(super) streams: Streams,
    pub(super) pages: PageCache,
    pub(super) document: document::Kept,
    pub(super) stopping: CancellationToken,
    /// How often each client may ask for guest links.
    pub(super) pace: Pace,
    /// Told in a banner on every page.
    pub(super) demo: Option<Demo>,
}

impl Shared {
    /// What the handlers of one server share.
    pub fn new(
        live: Live,
        files: WebFiles,
        gate: Gate,
        hosts: AllowedHosts,
        stopping: CancellationToken,
    ) -> Self {
        let policy = headers::content_security_policy(files.assets.as_ref());
        // Paths of built files are the only part that varies; a policy that allows nothing is the
        // safe answer to one that is no header.
        let policy = HeaderValue::from_str(&policy)
            .unwrap_or(HeaderValue::from_static("default-src 'none'"));
        let (streams, pages) = (Streams::default(), PageCache::default());
        let document = document::Kept::default();
        let (demo, pace) = (None, Pace::default());
        Self {
            live,
            files,
            gate,
            has_writes: true,
            hosts,
            policy,
            streams,
            pages,
            document,
            stopping,
            pace,
            demo,
        }
    }

    /// The same, without anything that writes.
    #[must_use]
    pub fn without_writes(self) -> Self {
        Self { has_writes: false, ..self }
    }

    /// The same, with a banner that says that a demo is shown.
    #[must_use]
    pub fn telling_of(self, demo: Option<Demo>) -> Self {
        Self { demo, ..self }
    }
}

/// The server's whole behaviour over HTTP.
pub fn router(shared: Shared) -> Router {
    let shared = Arc::new(shared);
    // What is not there cannot be reached by any mistake.
    let writing = if shared.has_writes { writing() } else { reading() };
    let guarded = Router::new()
        .route("/", get(pages::overview))
        .route("/contexts", get(pages::contexts))
        .route("/c/{context}/{namespace}/{name}", get(pages::cluster))
        .route("/c/{context}/{namespace}/{name}/{port}", get(pages::endpoint))
        .route("/c/{context}/{namespace}/{name}/{port}/app", get(said::back).post(said::say))
        .merge(writing)
        .route("/go/{name}", get(pages::go))
        .route("/api/v1/overview", get(api::overview))
        .route("/api/v1/events", get(events::events))
        .route("/api/fn/{*name}", post(api::server_function))
        .fallback(pages::nowhere)
        .layer(from_fn_with_state(Arc::clone(&shared), gate::guard));
    Router::new()
        .route("/s/{id}", get(share::guest).post(share::visit))
        .route("/login", post(session::login).get(pages::home))
        .route("/favicon.ico", get(assets::favicon))
        .route("/pkg/{name}", get(assets::file))
        .merge(guarded)
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, SLOWEST_ANSWER))
        // What is kept is compressed already, and well; what is made for one reader must be quick.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(Arc::clone(&shared), access::origin_or_token))
        .layer(CsrfLayer::new().with_rejection_response(|_| access::foreign()))
        .layer(from_fn_with_state(Arc::clone(&shared), host::guard))
        // Kubernetes asks for these by the pod's address; they say nothing to anybody.
        .route("/healthz", get(api::alive))
        .route("/readyz", get(api::ready))
        .layer(from_fn_with_state(Arc::clone(&shared), broken::guard))
        .layer(from_fn_with_state(Arc::clone(&shared), headers::set))
        .with_state(shared)
}

/// The forms of opening, closing, sharing and cleaning up.
fn writing() -> Router<Arc<Shared>> {
    Router::new()
        .route("/contexts/{context}/leftovers", get(leftovers::form).post(leftovers::submit))
        .route("/c/{context}/{namespace}/{name}/open", get(ports::form).post(ports::submit))
        .route("/c/{context}/{namespace}/{name}/close", get(ports::form).post(ports::submit))
        .route("/c/{context}/{namespace}/{name}/share", get(share::form).post(share::submit))
}

/// What is left of them where nothing is written: the links that anybody may copy.
fn reading() -> Router<Arc<Shared>> {
    Router::new()
        .route("/c/{context}/{namespace}/{name}/open", any(pages::nowhere))
        .route("/c/{context}/{namespace}/{name}/close", any(pages::nowhere))
        .route("/c/{context}/{namespace}/{name}/share", get(share::form).post(pages::nowhere))
}
