//! One context as use-cases reach it: its client, and what its watches have told of a cluster.

use std::sync::Arc;

use skyports_k8s::ground::Ground;
use skyports_model::{ClusterId, ObjectRef, PortSet};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::contexts::{Target, Wanted};
use super::turns::{Turn, Turns};

/// Questions that wait for the view; beyond it who asks waits.
const QUEUE: usize = 64;

/// A context that can be reached.
#[derive(Debug)]
pub(crate) struct Context {
    /// How to reach it.
    pub(crate) target: Arc<Target>,
    questions: mpsc::Sender<Question>,
    turns: Turns,
    /// As whom the API server knows us, once it was asked.
    pub(super) who: Arc<OnceCell<Option<String>>>,
    /// Notes that are being left on pods.
    notes: TaskTracker,
}

/// What a view is asked, or told.
#[derive(Debug)]
pub(crate) enum Question {
    /// What is known of a cluster.
    Ground(ClusterId, oneshot::Sender<Ground>),
    /// What clusters that are gone have left behind, for long enough.
    Leftovers(oneshot::Sender<Vec<ObjectRef>>),
    /// Ports of a cluster are being closed here.
    LettingGo(ClusterId, PortSet, oneshot::Sender<()>),
}

impl Context {
    /// The context, if its entry can be used, and where its view hears questions.
    pub(crate) fn of(wanted: &Wanted) -> (Option<Self>, mpsc::Receiver<Question>) {
        let (questions, asked) = mpsc::channel(QUEUE);
        let target = wanted.target.as_ref().ok().map(Arc::clone);
        let (turns, notes) = (Turns::default(), TaskTracker::new());
        (target.map(|target| Self { target, questions, turns, who: Arc::default(), notes }), asked)
    }

    /// Says that ports are about to be closed, so that nobody is said to have dropped them.
    pub(super) async fn let_go(&self, cluster: ClusterId, ports: PortSet) {
        let (answer, heard) = oneshot::channel();
        // Nobody watching any more has nothing to say.
        if self.questions.send(Question::LettingGo(cluster, ports, answer)).await.is_ok() {
            let _ = heard.await;
        }
    }

    /// As whom the API server knows us, where it was asked already.
    pub(crate) fn known_as(&self) -> Option<String> {
        self.who.get().cloned().flatten()
    }

    /// Does something that nobody waits for.
    pub(crate) fn aside(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.notes.spawn(work);
    }

    /// Waits until nothing is done aside any more.
    pub(crate) async fn rest(&self) {
        self.notes.close();
        self.notes.wait().await;
        self.notes.reopen();
    }

    /// What the watches have told of a cluster. `None` when nobody watches any more.
    pub(crate) async fn ground(&self, cluster: ClusterId) -> Option<Ground> {
        let (answer, told) = oneshot::channel();
        self.questions.send(Question::Ground(cluster, answer)).await.ok()?;
        told.await.ok()
    }

    /// What clusters that are gone have left behind, as the watches have told. `None` when nobody
    /// watches any more.
    pub(super) async fn left_behind(&self) -> Option<Vec<ObjectRef>> {
        let (answer, told) = oneshot::channel();
        self.questions.send(Question::Leftovers(answer)).await.ok()?;
        told.await.ok()
    }

    /// The turn of who writes an object that takes one write at a time; at the latest well before
    /// `deadline`.
    pub(super) async fn turn(&self, object: Option<&ObjectRef>, deadline: Instant) -> Option<Turn> {
        let half = deadline.saturating_duration_since(Instant::now()) / 2;
        self.turns.next(object?, half).await
    }
}
