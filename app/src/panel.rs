//! The panel of one endpoint: what it shows, and of which endpoint the copies are offered.
//!
//! Which endpoint is asked for is the board's `panel`; here is what follows from that. How it
//! opens and closes in the browser: [`follow`]; how it looks: `components::endpoint_drawer`.

mod address;
mod describe;
mod dialog;
mod follow;
mod menu;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use skyports_model::{Cluster, Endpoint, EndpointId, Overview};

use crate::board::Board;
use crate::node::Element;

pub(crate) use follow::{follow, tell_address};

/// The panel and the menu of copies: one state, since a signal for each part of it would cost the
/// browser's program the library's code once more for each.
#[derive(Clone)]
pub(crate) struct Panel {
    /// The endpoint that is asked for: the board's signal.
    pub(crate) asked: RwSignal<Option<EndpointId>>,
    state: Arc<Mutex<State>>,
    /// Tells that the state differs.
    changed: ArcTrigger,
}

/// What the panel and the menu show.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What the panel shows; nothing while it is closed.
    pub(crate) shown: Option<Shown>,
    /// What Kubernetes says of it.
    pub(crate) described: Described,
    /// The endpoint whose copies are asked for.
    copying: Option<EndpointId>,
    /// What the menu of copies offers.
    pub(crate) copies: Option<Shown>,
}

/// An endpoint with its cluster, as they are now or were last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Which endpoint.
    pub(crate) id: EndpointId,
    /// Its cluster; `None` where there has never been one of that name.
    pub(crate) cluster: Option<Cluster>,
    /// The endpoint; `None` where there has never been one.
    pub(crate) endpoint: Option<Endpoint>,
    /// Whether the endpoint is there now.
    pub(crate) is_there: bool,
}

/// What Kubernetes said, when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Described {
    /// Whether an answer is on its way.
    pub(crate) asking: bool,
    /// The last answer, or why there was none.
    pub(crate) answer: Option<Element>,
}

impl Panel {
    /// The panel of a page that shows `overview`.
    pub(crate) fn new(board: Board, overview: &Overview) -> Self {
        let panel =
            Self { asked: board.panel, state: Arc::default(), changed: ArcTrigger::default() };
        panel.show(overview);
        panel
    }

    /// Reads the state, and reads it again when it differs.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        self.changed.track();
        read(&self.lock())
    }

    /// Shows what is asked for as `overview` has it.
    pub(crate) fn show(&self, overview: &Overview) {
        let asked = self.asked.get_untracked();
        let mut state = self.lock();
        let State { shown, described, copying, copies } = &mut *state;
        let new = asked.map(|id| Shown::of(overview, id, shown.as_ref()));
        let offered = copying.clone().map(|id| Shown::of(overview, id, copies.as_ref()));
        if *shown == new && *copies == offered {
            return;
        }
        if shown.as_ref().map(|shown| &shown.id) != new.as_ref().map(|shown| &shown.id) {
            *described = Described::default();
        }
        (*shown, *copies) = (new, offered);
        drop(state);
        self.changed.notify();
    }

    /// Offers the copies of another endpoint.
    fn offer(&self, id: Option<EndpointId>) {
        self.lock().copying = id;
        // Whoever follows what is asked for shows it.
        self.asked.notify();
    }

    /// Changes what is known of Kubernetes.
    fn describe(&self, change: impl FnOnce(&mut Described)) {
        change(&mut self.lock().described);
        self.changed.notify();
    }

    fn is_asked_for(&self) -> bool {
        self.asked.with_untracked(Option::is_some)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// The endpoint as `overview` has it; else as it was before.
    fn of(overview: &Overview, id: EndpointId, before: Option<&Self>) -> Self {
        if let Some((cluster, endpoint)) = overview.endpoint(&id) {
            let (cluster, endpoint) = (Some(cluster.clone()), Some(endpoint.clone()));
            return Self { id, cluster, endpoint, is_there: true };
        }
        let before = before.filter(|before| before.id == id);
        let cluster = overview.cluster(&id.cluster).or_else(|| before?.cluster.as_ref());
        let (cluster, endpoint) = (cluster.cloned(), before.and_then(|b| b.endpoint.clone()));
        Self { id, cluster, endpoint, is_there: false }
    }

    /// The cluster's name for people.
    pub(crate) fn cluster_name(&self) -> &str {
        self.cluster.as_ref().map_or(self.id.cluster.name.as_str(), |cluster| &cluster.name)
    }

    /// What the document is called while its panel is open: `Pending 8888 · train`.
    pub(crate) fn title(&self) -> String {
        let state = match &self.endpoint {
            Some(endpoint) if self.is_there => endpoint.state.label(),
            Some(_) | None => NOT_OPEN,
        };
        format!("{state} {} · {}", self.id.port, self.cluster_name())
    }
}

/// The state of an endpoint that is not there.
pub(crate) const NOT_OPEN: &str = "Not open";

/// The panel's endpoint as a page is opened with it, for its title.
pub(crate) fn at_first(overview: &Overview, id: &EndpointId) -> Shown {
    Shown::of(overview, id.clone(), None)
}
