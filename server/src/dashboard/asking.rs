//! Runs the checks that are due, and says of clusters what they have found.

use std::time::Duration;

use futures::future::join;
use skyports_model::{Cluster, EndpointId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::probing::{Ended, Learnt, Probing, Told};
use crate::config::clock;
use crate::probe::Prober;
use crate::probe::look::Look;

/// Results that wait to be taken.
const QUEUE: usize = 64;
/// What checks find within this time is shown together.
const COALESCE: Duration = Duration::from_millis(250);

/// The checks that run, and what they have found.
pub(super) struct Checks {
    prober: Option<Prober>,
    probing: Probing,
    ended: mpsc::Receiver<Ended>,
    tell: mpsc::Sender<Ended>,
    /// When what they have found is shown.
    show: Option<Instant>,
}

impl Checks {
    /// Checks by that prober; none without one.
    pub(super) fn of(prober: Option<Prober>) -> Self {
        let (tell, ended) = mpsc::channel(QUEUE);
        Self { prober, probing: Probing::default(), ended, tell, show: None }
    }

    /// Starts the checks that are due.
    pub(super) fn start(&mut self, is_watched: bool) {
        let Some(prober) = &self.prober else { return };
        for job in self.probing.due(Instant::now(), is_watched) {
            let (prober, tell) = (prober.clone(), self.tell.clone());
            tokio::spawn(async move {
                let (outcome, trace) = prober.traced(&job.target).await;
                let closer = async {
                    match job.look {
                        Some(wanted) => prober.look(&job.target, wanted.after(&outcome)).await,
                        None => Look::default(),
                    }
                };
                let experiment = async {
                    match job.to_experiment_on(&outcome) {
                        Some(subject) => Some(prober.experiment(subject, clock::now()).await),
                        None => None,
                    }
                };
                let (look, verdict) = join(closer, Box::pin(experiment)).await;
                let (is_close, at) = (job.is_wished, clock::now());
                let learnt = Learnt { outcome, trace, look, verdict, is_close, at };
                // Nobody looks any more.
                let _ = tell.send(Ended { job, learnt }).await;
            });
        }
    }

    /// Waits for a check to end, and takes what it found.
    pub(super) async fn heard(&mut self) {
        // The sender is kept here, too, so there is always somebody who may tell.
        if let Some(ended) = self.ended.recv().await {
            self.take(ended);
        }
    }

    /// Somebody wishes a check.
    pub(super) fn wish(&mut self, id: &EndpointId, waiting: Option<oneshot::Sender<Told>>) {
        self.probing.wish(id, waiting);
    }

    /// What the last check of an endpoint found.
    pub(super) fn learnt(&self, id: &EndpointId) -> Option<Learnt> {
        self.probing.learnt(id)
    }

    /// Whether what was found is to be shown now.
    pub(super) fn is_to_be_shown(&self) -> bool {
        self.show.is_some_and(|show| show <= Instant::now())
    }

    fn take(&mut self, ended: Ended) {
        if self.probing.take(ended) && self.show.is_none() {
            self.show = Some(Instant::now() + COALESCE);
        }
    }

    /// When there is something to do without anything having happened.
    pub(super) fn next(&self, is_watched: bool) -> Option<Instant> {
        let due = self.prober.as_ref().and_then(|_| self.probing.next(Instant::now(), is_watched));
        due.into_iter().chain(self.show).min()
    }

    /// Says of the clusters what was learnt.
    pub(super) fn tell(&mut self, clusters: &mut [Cluster], is_first: bool) {
        self.show = None;
        if self.prober.is_some() {
            self.probing.follow(clusters, Instant::now(), is_first);
            self.probing.apply(clusters);
        }
    }
}

/// Waits until then, or for ever.
pub(super) async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
