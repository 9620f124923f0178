//! `GET /api/v1/events`: changes of the overview as server-sent events.
//!
//! `hello` comes first and names the revision from which changes follow; a listener that has
//! another one, and every listener that gets `resync`, reads the overview anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, StreamExt as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use skyports_app::dashboard::Dashboard as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_stream::wrappers::BroadcastStream;

use super::api;
use super::router::Shared;
use super::said::said;
use super::session::Access;
use crate::dashboard::live::{Live, Told};
use crate::dashboard::said::{Reader, Said};

/// Streams at once: of all who listen, and of the browsers that share the login.
const ALL_STREAMS: usize = 2_000;
const BROWSER_STREAMS: usize = 32;
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many streams may be open.
#[derive(Debug)]
pub struct Streams {
    all: Arc<Semaphore>,
    browsers: Arc<Semaphore>,
}

impl Default for Streams {
    fn default() -> Self {
        let slots = |count| Arc::new(Semaphore::new(count));
        Self { all: slots(ALL_STREAMS), browsers: slots(BROWSER_STREAMS) }
    }
}

impl Streams {
    fn enter(&self, access: Access) -> Option<Vec<OwnedSemaphorePermit>> {
        let mut permits = vec![Arc::clone(&self.all).try_acquire_owned().ok()?];
        if access == Access::Browser {
            permits.push(Arc::clone(&self.browsers).try_acquire_owned().ok()?);
        }
        Some(permits)
    }
}

/// What the listener can read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Encoding {
    /// JSON, as the overview's document.
    #[default]
    Json,
    /// Postcard in base64, for the page's own script.
    Postcard,
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    encoding: Encoding,
}

/// The stream.
pub(super) async fn events(
    State(shared): State<Arc<Shared>>,
    Extension(access): Extension<Access>,
    headers: HeaderMap,
    Query(Asked { encoding }): Query<Asked>,
) -> Response {
    let Some(permits) = shared.streams.enter(access) else {
        let mut response = api::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_streams",
            "Too many pages are open. Close some, or reload this one later.",
        );
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    // Subscribed before the revision is read: no change can fall between the two.
    let changes = BroadcastStream::new(shared.live.changes());
    let revision = shared.live.overview().revision;
    let hello = hello(encoding, &shared.files.build, revision);
    // An open stream would keep the server from stopping.
    let changes = changes.take_until(shared.stopping.clone().cancelled_owned());
    // What a reader says of apps is for their pages, and not for scripts.
    let said = match encoding {
        Encoding::Json => Said::default(),
        Encoding::Postcard => said(&headers),
    };
    let changes = changes.then(move |told| {
        let (shared, said) = (Arc::clone(&shared), said.clone());
        async move {
            let told = match told {
                Ok(told) => own(&shared.live, said, told).await,
                Err(_) => None,
            };
            event(encoding, told.as_deref())
        }
    });
    let events = stream::once(std::future::ready(hello))
        .chain(changes)
        .map(Ok::<_, Infallible>)
        .inspect(move |_| {
            let _held_while_open = &permits;
        });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// A change as a reader is told it who says that of apps.
async fn own(live: &Live, said: Said, told: Arc<Told>) -> Option<Arc<Told>> {
    if said.is_empty() {
        return Some(told);
    }
    match Reader::of(live, said).await.own_change(&told.change) {
        Some(own) => Told::of(own).map(Arc::new),
        None => Some(told),
    }
}

fn hello(encoding: Encoding, build: &str, revision: u64) -> Event {
    let event = Event::default().event("hello").retry(RETRY);
    match encoding {
        Encoding::Json => event.data(format!(r#"{{"build":"{build}","revision":{revision}}}"#)),
        Encoding::Postcard => event.data(format!("{build} {revision}")),
    }
}

/// A change; `resync` to a listener that was too slow for it.
fn event(encoding: Encoding, told: Option<&Told>) -> Event {
    match told {
        None => Event::default().event("resync").data(""),
        Some(told) => {
            let data = match encoding {
                Encoding::Json => &told.json,
                Encoding::Postcard => &told.compact,
            };
            Event::default().event("change").id(told.change.revision.to_string()).data(data)
        }
    }
}
