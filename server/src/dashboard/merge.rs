//! Makes the overview of the contexts' pictures and of what was checked, and tells each change of it
//! once to all who listen.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use skyports_model::{Change, ContextState, ContextStatus, EndpointId, Overview};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::asking::{Checks, until};
use super::document;
use super::probing::{Learnt, Told as CheckTold};
use crate::cluster::view::Picture;
use crate::config::clock;

/// One change, serialised once for all listeners.
#[derive(Debug)]
pub struct Told {
    /// The change itself.
    pub change: Change,
    /// The change in postcard and base64, as the page's own script reads it.
    pub compact: String,
    /// The change in JSON, as scripts read it.
    pub json: String,
}

impl Told {
    /// A change as it is told; `None` where it cannot be written, which no change is known for.
    pub fn of(change: Change) -> Option<Self> {
        let compact = postcard::to_allocvec(&change).ok()?;
        let json = serde_json::to_string(&document::Change::of(&change)).ok()?;
        Some(Self { compact: BASE64_STANDARD.encode(compact), json, change })
    }
}

/// What the merging task is asked for.
#[derive(Debug)]
pub(super) enum Wish {
    /// Somebody has begun to listen.
    Watch,
    /// A check, and who waits for it.
    Check(EndpointId, Option<oneshot::Sender<CheckTold>>),
    /// What the last check found.
    Recall(EndpointId, oneshot::Sender<Option<Learnt>>),
}

/// The task that makes the overview of the pictures.
pub(super) struct Merge {
    pub(super) pictures: Vec<Option<Picture>>,
    pub(super) overview: watch::Sender<Arc<Overview>>,
    pub(super) settled: watch::Sender<bool>,
    pub(super) changes: broadcast::Sender<Arc<Told>>,
    pub(super) checks: Checks,
}

impl Merge {
    /// Runs until nobody has the overview any more.
    pub(super) async fn run(
        mut self,
        mut incoming: mpsc::Receiver<Picture>,
        mut wished: mpsc::Receiver<Wish>,
    ) {
        loop {
            let is_watched = self.changes.receiver_count() > 0;
            self.checks.start(is_watched);
            let next = self.checks.next(is_watched);
            tokio::select! {
                picture = incoming.recv() => match picture {
                    Some(picture) => {
                        self.take(picture);
                        while let Ok(picture) = incoming.try_recv() {
                            self.take(picture);
                        }
                        self.publish();
                    }
                    None => break,
                },
                () = self.checks.heard() => {}
                Some(wish) = wished.recv() => self.grant(wish),
                () = until(next) => {
                    if self.checks.is_to_be_shown() {
                        self.publish();
                    }
                }
                () = self.overview.closed() => return,
            }
        }
        // Every context's entry was unusable: what was told of them stays.
        self.overview.closed().await;
    }

    fn grant(&mut self, wish: Wish) {
        match wish {
            // Whoever has begun to listen is counted.
            Wish::Watch => {}
            Wish::Check(id, waiting) => self.checks.wish(&id, waiting),
            Wish::Recall(id, waiting) => {
                // Who does not wait any more needs no answer.
                let _ = waiting.send(self.checks.learnt(&id));
            }
        }
    }

    fn take(&mut self, picture: Picture) {
        if let Some(place) = self.pictures.get_mut(picture.index) {
            *place = Some(picture);
        }
    }

    fn publish(&mut self) {
        let old = Arc::clone(&self.overview.borrow());
        let mut new =
            Overview { as_of: clock::now(), revision: old.revision + 1, ..Overview::default() };
        for (picture, before) in self.pictures.iter().zip(&old.contexts) {
            new.contexts.push(
                picture.as_ref().map_or_else(|| before.clone(), |picture| picture.status.clone()),
            );
            new.clusters
                .extend(picture.iter().flat_map(|picture| picture.clusters.iter().cloned()));
        }
        self.checks.tell(&mut new.clusters, !*self.settled.borrow());
        new.sort();
        for (before, after) in old.contexts.iter().zip(&new.contexts) {
            log(before, after);
        }
        let change = Change::between(&old, &new);
        if !change.is_empty() {
            // The overview comes first: who hears of a change finds it there.
            self.overview.send_replace(Arc::new(new));
            if self.changes.receiver_count() > 0
                && let Some(told) = Told::of(change)
            {
                // Nobody listening any more is no failure.
                let _ = self.changes.send(Arc::new(told));
            }
        }
        let settled =
            self.pictures.iter().all(|picture| picture.as_ref().is_some_and(|p| p.settled));
        self.settled.send_if_modified(|before| settled && !std::mem::replace(before, settled));
    }
}

/// Tells the log when a context is lost, and when it is back: once each, however many attempts.
fn log(before: &ContextStatus, after: &ContextStatus) {
    if std::mem::discriminant(&before.state) == std::mem::discriminant(&after.state) {
        return;
    }
    let context = after.name.as_str();
    match after.state {
        ContextState::Live => tracing::info!(context, "live"),
        ContextState::Connecting => tracing::info!(context, "connecting"),
        ContextState::Stale { .. } | ContextState::Forbidden | ContextState::Unreachable => {
            let reason = after.findings.first().and_then(|finding| finding.evidence.as_deref());
            tracing::warn!(context, state = after.state.word(), reason, "lost");
        }
    }
}
