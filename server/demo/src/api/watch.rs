//! The changes of a kind, as they happen.
//!
//! A watch keeps nothing but the version it has told: it takes what came after from the store's
//! history, so a client that reads slowly costs nothing, and one that is too slow must list anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::stream;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::bookmark::bookmark;
use super::failure::Failure;
use super::options::{Options, Version};
use super::path::Of;
use super::{Served, Silence, reply};
use crate::document::text;
use crate::selectors::Selectors;
use crate::store::{Event, Resource, Store, at_version};

/// How long a watch lasts that does not say so itself.
const LASTS: Duration = Duration::from_mins(30);
/// A bookmark comes so often, and so long before the end.
const BOOKMARK_EVERY: Duration = Duration::from_mins(1);
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);
/// Changes that are told in one piece.
const BATCH: usize = 64;

/// Answers with a stream of changes.
pub(super) fn answer(served: &Arc<Served>, of: &Of, options: Options) -> Result<Response, Failure> {
    let place = Arc::clone(&served.watches).try_acquire_owned().map_err(|_| Failure::too_many())?;
    let watching = Watching::new(served, of, options, place)?;
    let pieces = stream::unfold(watching, |mut watching| async {
        let piece = watching.next().await?;
        Some((Ok::<_, Infallible>(piece), watching))
    });
    Ok(reply::stream(Body::from_stream(pieces)))
}

/// An open watch.
struct Watching {
    store: Store,
    changes: watch::Receiver<u64>,
    scope: Scope,
    silence: Silence,
    stopping: CancellationToken,
    /// The version that was asked for or told of first, which no bookmark repeats.
    from: u64,
    /// The version up to which everything is told.
    version: u64,
    /// What is there at the start and still to be told.
    initial: Option<std::vec::IntoIter<Arc<Value>>>,
    /// Whether the end of that is told.
    ends_initial: bool,
    end: Instant,
    /// When the next bookmark is due.
    bookmark: Option<Instant>,
    state: Now,
    _place: OwnedSemaphorePermit,
}

/// How far a watch is.
#[derive(PartialEq, Eq)]
enum Now {
    Begins,
    Goes,
    Ended,
}

/// The objects that are watched.
struct Scope {
    resource: Resource,
    namespace: Option<String>,
    name: Option<String>,
    selectors: Selectors,
}

impl Watching {
    fn new(
        served: &Served,
        of: &Of,
        options: Options,
        place: OwnedSemaphorePermit,
    ) -> Result<Self, Failure> {
        let now = Instant::now();
        let lasts = options.timeout.filter(|it| !it.is_zero()).unwrap_or(LASTS);
        let end = now + lasts.min(LASTS);
        let scope = Scope {
            resource: of.resource,
            namespace: of.namespace.clone(),
            name: of.name.clone(),
            selectors: options.selectors,
        };
        let from = match options.version {
            Version::Newest | Version::Any => None,
            Version::Exact(version) | Version::NotOlderThan(version) => Some(version),
        };
        let (version, initial) = match from {
            Some(version) if !options.initial_events => (version, None),
            _ => {
                let snapshot =
                    served.store.snapshot(of.resource, None).map_err(|_| Failure::too_many())?;
                let objects = snapshot.objects.into_values().filter(|it| scope.takes(it));
                (snapshot.version, Some(objects.collect::<Vec<_>>().into_iter()))
            }
        };
        // A real server reads events from etcd, which sends bookmarks of its own every ten minutes.
        let has_bookmarks = options.bookmarks && of.resource != Resource::Events;
        let bookmark = has_bookmarks.then(|| next_bookmark(now, end));
        Ok(Self {
            store: served.store.clone(),
            changes: served.store.changes(),
            silence: served.silence.clone(),
            stopping: served.silence.stopping.clone(),
            from: version,
            version,
            ends_initial: options.bookmarks && initial.is_some(),
            initial,
            end,
            bookmark,
            state: Now::Begins,
            scope,
            _place: place,
        })
    }

    /// The next piece of the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if self.state == Now::Ended {
            return None;
        }
        if let Some(piece) = self.initial() {
            return Some(piece);
        }
        loop {
            self.silence.pass().await;
            self.changes.borrow_and_update();
            match self.store.since(self.scope.resource, self.version, BATCH) {
                // Too slow a reader is cut off; it asks again and is told so.
                Err(_) if self.state == Now::Goes => return None,
                Err(expired) => {
                    self.state = Now::Ended;
                    let (asked, oldest) = (self.version, expired.oldest);
                    let message = format!("too old resource version: {asked} ({oldest})");
                    return Piece::of("ERROR", &Failure::expired(&message).object());
                }
                Ok((events, version)) => {
                    if self.state == Now::Begins {
                        let newest = events.last().map_or(0, |event| event.version);
                        self.from = self.from.max(newest);
                    }
                    self.state = Now::Goes;
                    self.version = version;
                    let mut piece = Piece::default();
                    for event in &events {
                        self.scope.tell(event, &mut piece);
                    }
                    if let Some(piece) = piece.bytes() {
                        return Some(piece);
                    }
                    if events.len() == BATCH {
                        continue;
                    }
                }
            }
            tokio::select! {
                biased;
                () = self.stopping.cancelled() => return None,
                () = self.silence.begins() => {}
                () = sleep_until(self.end) => return None,
                changed = self.changes.changed() => changed.ok()?,
                () = due(self.bookmark) => {
                    self.bookmark = Some(next_bookmark(Instant::now(), self.end));
                    if self.version <= self.from {
                        continue;
                    }
                    let bookmark = bookmark(self.scope.resource, self.version, false);
                    return Piece::of("BOOKMARK", &bookmark);
                }
            }
        }
    }

    /// The next piece of what is there at the start.
    fn initial(&mut self) -> Option<Bytes> {
        let objects = self.initial.as_mut()?;
        let mut piece = Piece::default();
        for object in objects.take(BATCH) {
            piece.say("ADDED", &object);
        }
        if let Some(piece) = piece.bytes() {
            return Some(piece);
        }
        self.initial = None;
        let ends = std::mem::take(&mut self.ends_initial);
        let bookmark = ends.then(|| bookmark(self.scope.resource, self.version, true))?;
        Piece::of("BOOKMARK", &bookmark)
    }
}

impl Scope {
    fn takes(&self, object: &Value) -> bool {
        let fits = |wanted: &Option<String>, pointer| {
            wanted.as_deref().is_none_or(|wanted| text(object, pointer) == Some(wanted))
        };
        let namespace = &self.namespace;
        fits(namespace, "/metadata/namespace")
            && fits(&self.name, "/metadata/name")
            && self.selectors.matches(object)
    }

    /// Says what a change is to those who look at these objects: one that leaves them is deleted,
    /// one that enters them is added.
    fn tell(&self, event: &Event, piece: &mut Piece) {
        let Event { version, place: _, before, after } = event;
        let taken = |object: &Option<Arc<Value>>| object.clone().filter(|it| self.takes(it));
        match (taken(before), taken(after)) {
            (None, None) => {}
            (None, Some(after)) => piece.say("ADDED", &after),
            (Some(_), Some(after)) => piece.say("MODIFIED", &after),
            (Some(before), None) => piece.say("DELETED", &at_version(&before, *version)),
        }
    }
}

/// A piece of the stream: some lines.
#[derive(Default)]
struct Piece(Vec<u8>);

/// A line of the stream.
#[derive(Serialize)]
struct Line<'a> {
    r#type: &'a str,
    object: &'a Value,
}

impl Piece {
    /// One line.
    fn of(kind: &str, object: &Value) -> Option<Bytes> {
        let mut piece = Self::default();
        piece.say(kind, object);
        piece.bytes()
    }

    fn say(&mut self, kind: &str, object: &Value) {
        // A vector takes everything, and a value can always be written.
        let _ = serde_json::to_writer(&mut self.0, &Line { r#type: kind, object });
        self.0.push(b'\n');
    }

    /// `None` when nothing was said.
    fn bytes(self) -> Option<Bytes> {
        Some(self.0).filter(|text| !text.is_empty()).map(Bytes::from)
    }
}

/// Every minute, and once more shortly before the end.
fn next_bookmark(now: Instant, end: Instant) -> Instant {
    let regular = now + BOOKMARK_EVERY;
    let last = end.checked_sub(BOOKMARK_BEFORE_END).filter(|last| *last > now);
    last.map_or(regular, |last| last.min(regular))
}

async fn due(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
