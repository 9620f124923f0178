//! `GET /api/v1/events`: changes of the overview as server-sent events.
//!
//! `hello` comes first and names the revision from which changes follow; a listener that has
//! another one, and every listener that gets `resync`, reads the overview anew.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream::{self, BoxStream, StreamExt as _};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use skyports_app::dashboard::Dashboard as _;
use skyports_model::Change;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_stream::wrappers::BroadcastStream;

use super::api;
use super::gate::Until;
use super::router::Shared;
use super::said::said;
use super::session::Access;
use crate::cluster::reader::Reader;
use crate::config::clock;
use crate::dashboard::live::Live;
use crate::dashboard::merge::Told;
use crate::dashboard::said::Said;
use crate::dashboard::viewer::Viewer;

/// Streams at once: of all who listen, and of the browsers that share a login, or one reader's.
const ALL_STREAMS: usize = 2_000;
const BROWSER_STREAMS: usize = 32;
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What a reader may see is asked again after this time, whether anything happens or not.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How many streams may be open.
#[derive(Debug)]
pub struct Streams {
    all: Arc<Semaphore>,
    browsers: Arc<Semaphore>,
    readers: Mutex<HashMap<Arc<Reader>, Arc<Semaphore>>>,
}

impl Default for Streams {
    fn default() -> Self {
        let slots = |count| Arc::new(Semaphore::new(count));
        let readers = Mutex::default();
        Self { all: slots(ALL_STREAMS), browsers: slots(BROWSER_STREAMS), readers }
    }
}

impl Streams {
    fn enter(&self, access: Access, viewer: &Viewer) -> Option<Vec<OwnedSemaphorePermit>> {
        let mut permits = vec![Arc::clone(&self.all).try_acquire_owned().ok()?];
        if access == Access::Browser {
            permits.push(Arc::clone(&self.browsers).try_acquire_owned().ok()?);
        }
        if let Some(reader) = viewer.reader() {
            permits.push(self.of(reader).try_acquire_owned().ok()?);
        }
        Some(permits)
    }

    /// The places of one reader.
    fn of(&self, reader: &Arc<Reader>) -> Arc<Semaphore> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever listens to nothing any more needs no entry.
        readers.retain(|_, slots| slots.available_permits() < BROWSER_STREAMS);
        let slots = || Arc::new(Semaphore::new(BROWSER_STREAMS));
        Arc::clone(readers.entry(Arc::clone(reader)).or_insert_with(slots))
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
    Extension(until): Extension<Until>,
    Extension(viewer): Extension<Viewer>,
    headers: HeaderMap,
    Query(Asked { encoding }): Query<Asked>,
) -> Response {
    let Some(permits) = shared.streams.enter(access, &viewer) else {
        let mut response = api::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_streams",
            "Too many pages are open. Close some, or reload this one later.",
        );
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    // What a reader says of apps is for their pages, and not for scripts.
    let said = match encoding {
        Encoding::Json => Said::default(),
        Encoding::Postcard => said(&headers),
    };
    let (hello, changes) = match viewer.reader().cloned() {
        None => all(&shared, encoding, said),
        Some(reader) => seen(&shared, viewer, reader, (encoding, said)),
    };
    // An open stream would keep the server from stopping; and nobody stays longer than they may.
    let changes =
        changes.take_until(shared.stopping.clone().cancelled_owned()).take_until(expired(until));
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
    match Viewer::everything(live.clone()).named(said).await.own_change(&told.change) {
        Some(own) => Told::of(own).map(Arc::new),
        None => Some(told),
    }
}

async fn expired(Until(until): Until) {
    let Some(until) = until else { return std::future::pending().await };
    let left = u64::try_from(until.0.saturating_sub(clock::now().0)).unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(left)).await;
}

/// Every change, for those who see everything.
fn all(shared: &Shared, encoding: Encoding, said: Said) -> (Event, BoxStream<'static, Event>) {
    // Subscribed before the revision is read: no change can fall between the two.
    let changes = BroadcastStream::new(shared.live.changes());
    let hello = hello(encoding, &shared.files.build, shared.live.overview().revision);
    let live = shared.live.clone();
    let changes = changes.then(move |told| {
        let (live, said) = (live.clone(), said.clone());
        async move {
            let told = match told {
                Ok(told) => own(&live, said, told).await,
                Err(_) => None,
            };
            event(encoding, told.as_deref())
        }
    });
    (hello, changes.boxed())
}

/// What a reader sees, as it changes: because something happened, or because they may see more or
/// less than before.
fn seen(
    shared: &Shared,
    viewer: Viewer,
    reader: Arc<Reader>,
    (encoding, said): (Encoding, Said),
) -> (Event, BoxStream<'static, Event>) {
    let overviews = shared.live.overviews();
    let live = shared.live.clone();
    // Scripts are told of apps as skyports names them.
    let viewer = if said.is_empty() { viewer.plain() } else { viewer };
    let overview = viewer.overview();
    let hello = hello(encoding, &shared.files.build, overview.revision);
    let later = stream::unfold((overviews, overview), move |(mut overviews, mut before)| {
        let (live, reader, said) = (live.clone(), Arc::clone(&reader), said.clone());
        async move {
            loop {
                // Whoever tells of overviews lives as long as the server.
                let _ = timeout(LOOK_AGAIN, overviews.changed()).await;
                let viewer = Viewer::of(&live, Arc::clone(&reader)).await;
                let after = viewer.named(said.clone()).await.overview();
                let change = Change::between(&before, &after);
                if change.is_empty() {
                    continue;
                }
                // The same revision with more or less of it is no step: it is read anew.
                let step = (after.revision > before.revision).then(|| Told::of(change)).flatten();
                before = after;
                return Some((event(encoding, step.as_ref()), (overviews, before)));
            }
        }
    });
    (hello, later.boxed())
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
