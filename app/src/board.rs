//! The signals of a page: one a row, one a cluster's header, one a list for its order.
//!
//! So a change to one Service sets one signal and touches one row. Signals are set only when
//! what they hold differs.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use skyports_model::{
    Cluster, ClusterId, ContextStatus, Endpoint, EndpointState, Filter, Finding, ObjectRef,
    Overview, Timestamp,
};

use crate::live::{Currency, stale_since};
use crate::state::View;

/// Everything on a page that can change.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// Users' clusters.
    pub(crate) users: RwSignal<Vec<Group>>,
    /// SkyPilot's controllers.
    pub(crate) controllers: RwSignal<Vec<Group>>,
    /// The contexts that the page is about.
    pub(crate) contexts: RwSignal<Vec<ContextStatus>>,
    /// Counts, and what to say when there is nothing to show.
    pub(crate) summary: RwSignal<Summary>,
    /// What the reader asks for.
    pub(crate) filter: RwSignal<Filter>,
    /// How current the page is.
    pub(crate) currency: RwSignal<Currency>,
    /// The time, each second: for what is waiting.
    pub(crate) second: RwSignal<Timestamp>,
    /// The time, each minute: for ages.
    pub(crate) minute: RwSignal<Timestamp>,
}

/// A cluster in a list.
#[derive(Clone)]
pub(crate) struct Group {
    /// Tells it from every other one.
    pub(crate) serial: Serial,
    /// The cluster's own facts.
    pub(crate) head: ArcRwSignal<Head>,
    /// Its rows, in order.
    pub(crate) rows: ArcRwSignal<Vec<Row>>,
}

/// A row in a list.
#[derive(Clone)]
pub(crate) struct Row {
    /// Tells it from every other one.
    pub(crate) serial: Serial,
    /// What it shows.
    pub(crate) value: ArcRwSignal<RowValue>,
}

/// The key of a list's item: each has its own, so that an item that went and came back between two
/// renderings is a new one, with its new signals. (Signals themselves cannot be keys: in
/// `reactive_graph` 0.2.16 equal ones differ in their hash.)
pub(crate) type Serial = u32;

fn next_serial() -> Serial {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What is shown of a cluster beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// The cluster, without its endpoints.
    pub(crate) cluster: Cluster,
    /// How many endpoints it has, shown or not.
    pub(crate) ports: usize,
    /// Since when its context has been silent.
    pub(crate) stale: Option<Timestamp>,
    /// The objects that expose it; told on its own page only.
    pub(crate) objects: Vec<ObjectRef>,
}

/// What is shown in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowValue {
    /// The endpoint.
    pub(crate) endpoint: Endpoint,
    /// Its cluster's name for people.
    pub(crate) cluster: String,
}

/// Counts, and what to say when there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// How many clusters there are.
    pub(crate) clusters: usize,
    /// How many endpoints are in each state, of those that the filter's words match.
    pub(crate) tally: [usize; 4],
    /// Why no cluster is shown.
    pub(crate) empty: Option<Empty>,
}

/// Why no cluster is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Empty {
    /// No context has answered yet.
    Connecting,
    /// There are no contexts.
    NoContexts,
    /// So many contexts answered and have no cluster.
    NoClusters(usize),
    /// The filter hides all of so many endpoints.
    Filtered(usize),
    /// Contexts refuse to tell.
    Forbidden,
    /// No context has ever answered.
    Unreachable,
    /// The cluster of this page is not there.
    Gone(ClusterId),
}

impl Board {
    /// The board of a page that shows `overview`.
    pub(crate) fn new(overview: &Overview, view: &View, now: Timestamp) -> Self {
        let board = Self {
            users: RwSignal::new(vec![]),
            controllers: RwSignal::new(vec![]),
            contexts: RwSignal::new(vec![]),
            summary: RwSignal::new(Summary::default()),
            filter: RwSignal::new(view.filter()),
            currency: RwSignal::new(Currency::Connecting),
            second: RwSignal::new(now),
            minute: RwSignal::new(now),
        };
        board.show(overview, view);
        board
    }

    /// Shows `overview` as the filter wants it, and tells the rows whose state changed.
    pub(crate) fn show(&self, overview: &Overview, view: &View) -> Vec<String> {
        let filter = self.filter.get_untracked();
        let stale = |cluster: &Cluster| {
            let context =
                overview.contexts.iter().find(|context| context.name == cluster.id.context);
            context.and_then(|context| stale_since(context.state))
        };
        let wanted: Vec<Wanted<'_>> = overview
            .clusters
            .iter()
            .filter(|cluster| view.cluster().is_none_or(|only| *only == cluster.id))
            .filter_map(|cluster| Wanted::of(cluster, &filter, stale(cluster), view))
            .collect();
        let (controllers, users): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|wanted| wanted.cluster.kind.is_controller() && view.cluster().is_none());
        let nothing = users.is_empty() && controllers.is_empty();

        // The page of a cluster keeps its signals for when the cluster is back.
        let keep = nothing && view.cluster().is_some();
        let mut said = if keep { vec![] } else { arrange(self.users, &users) };
        said.extend(arrange(self.controllers, &controllers));
        let contexts =
            overview.contexts.iter().filter(|context| concerns(view, context)).cloned().collect();
        set_if_new(self.contexts, contexts);
        let empty = if nothing { Some(Empty::of(overview, view)) } else { None };
        set_if_new(
            self.summary,
            Summary { clusters: overview.clusters.len(), tally: filter.tally(overview), empty },
        );
        said
    }

    /// Moves the clocks to `now`.
    pub(crate) fn tick(&self, now: Timestamp) {
        set_if_new(self.second, now);
        if now.0.div_euclid(60) != self.minute.get_untracked().0.div_euclid(60) {
            self.minute.set(now);
        }
    }
}

/// Sets a signal when the value differs.
pub(crate) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// A cluster that is to be shown, with its rows.
struct Wanted<'a> {
    cluster: &'a Cluster,
    endpoints: Vec<&'a Endpoint>,
    stale: Option<Timestamp>,
    objects: Vec<&'a ObjectRef>,
    shared: Vec<&'a Finding>,
}

impl<'a> Wanted<'a> {
    fn of(
        cluster: &'a Cluster,
        filter: &Filter,
        stale: Option<Timestamp>,
        view: &View,
    ) -> Option<Self> {
        let endpoints: Vec<_> =
            cluster.endpoints.iter().filter(|endpoint| filter.shows(cluster, endpoint)).collect();
        let shown =
            !endpoints.is_empty() || (cluster.endpoints.is_empty() && filter.shows_empty(cluster));
        let mut objects = vec![];
        if view.cluster().is_some() {
            for endpoint in &cluster.endpoints {
                if !objects.contains(&&endpoint.object) {
                    objects.push(&endpoint.object);
                }
            }
        }
        shown.then(|| Self { cluster, endpoints, stale, objects, shared: shared(cluster) })
    }

    fn head(&self) -> Head {
        let mut cluster = without_endpoints(self.cluster);
        cluster.findings.extend(self.shared.iter().copied().cloned());
        Head {
            cluster,
            ports: self.cluster.endpoints.len(),
            stale: self.stale,
            objects: self.objects.iter().copied().cloned().collect(),
        }
    }

    fn row(&self, endpoint: &Endpoint) -> Row {
        Row { serial: next_serial(), value: ArcRwSignal::new(self.value(endpoint)) }
    }

    fn value(&self, endpoint: &Endpoint) -> RowValue {
        let mut endpoint = endpoint.clone();
        endpoint.warnings.retain(|warning| !self.shared.iter().any(|other| same(warning, other)));
        RowValue { endpoint, cluster: self.cluster.name.clone() }
    }

    fn is_shown_by(&self, value: &RowValue, endpoint: &Endpoint) -> bool {
        if self.shared.is_empty() {
            value.endpoint == *endpoint && value.cluster == self.cluster.name
        } else {
            *value == self.value(endpoint)
        }
    }

    fn group(&self) -> Group {
        let rows = self.endpoints.iter().map(|endpoint| self.row(endpoint)).collect();
        Group {
            serial: next_serial(),
            head: ArcRwSignal::new(self.head()),
            rows: ArcRwSignal::new(rows),
        }
    }
}

/// Warnings that several ports of a cluster have alike: told once for all of them.
fn shared(cluster: &Cluster) -> Vec<&Finding> {
    let mut all = cluster.endpoints.iter().flat_map(|endpoint| &endpoint.warnings);
    let mut shared: Vec<&Finding> = vec![];
    while let Some(warning) = all.next() {
        let again = all.clone().any(|other| same(warning, other));
        if again && !shared.iter().any(|other| same(warning, other)) {
            shared.push(warning);
        }
    }
    shared
}

/// Whether two findings read alike; what they rest on may differ.
fn same(one: &Finding, other: &Finding) -> bool {
    (one.code, &one.lead, &one.detail) == (other.code, &other.lead, &other.detail)
}

fn without_endpoints(cluster: &Cluster) -> Cluster {
    Cluster {
        id: cluster.id.clone(),
        name: cluster.name.clone(),
        user: cluster.user.clone(),
        workspace: cluster.workspace.clone(),
        kind: cluster.kind,
        nodes: cluster.nodes,
        ready_nodes: cluster.ready_nodes,
        resources: cluster.resources.clone(),
        created: cluster.created,
        head_address: cluster.head_address.clone(),
        endpoints: vec![],
        findings: cluster.findings.clone(),
    }
}

/// Makes `list` show the clusters that are wanted; signals of clusters that stay are kept.
fn arrange(list: RwSignal<Vec<Group>>, wanted: &[Wanted<'_>]) -> Vec<String> {
    let old = list.get_untracked();
    let mut known = Known::of(&old);
    let mut said = vec![];
    let new: Vec<Group> = wanted
        .iter()
        .map(|wanted| {
            match known.find(|group: &Group| {
                group.head.with_untracked(|head| head.cluster.id == wanted.cluster.id)
            }) {
                None => wanted.group(),
                Some(group) => {
                    let head = wanted.head();
                    if group.head.with_untracked(|old| *old != head) {
                        group.head.set(head);
                    }
                    arrange_rows(&group.rows, wanted, &mut said);
                    Group::clone(group)
                }
            }
        })
        .collect();
    if !old.iter().map(|group| group.serial).eq(new.iter().map(|group| group.serial)) {
        list.set(new);
    }
    said
}

fn arrange_rows(rows: &ArcRwSignal<Vec<Row>>, wanted: &Wanted<'_>, said: &mut Vec<String>) {
    let old = rows.get_untracked();
    let mut known = Known::of(&old);
    let new: Vec<Row> = wanted
        .endpoints
        .iter()
        .map(|endpoint| {
            match known.find(|row: &Row| {
                row.value.with_untracked(|value| value.endpoint.id == endpoint.id)
            }) {
                None => wanted.row(endpoint),
                Some(row) => {
                    let differs = row.value.with_untracked(|old| {
                        if old.endpoint.state.word() != endpoint.state.word() {
                            said.push(told(endpoint, &wanted.cluster.name));
                        }
                        !wanted.is_shown_by(old, endpoint)
                    });
                    if differs {
                        row.value.set(wanted.value(endpoint));
                    }
                    Row::clone(row)
                }
            }
        })
        .collect();
    if !old.iter().map(|row| row.serial).eq(new.iter().map(|row| row.serial)) {
        rows.set(new);
    }
}

/// What a list held, for look-ups in nearly the order of that list.
struct Known<'a, T> {
    list: &'a [T],
    next: usize,
}

impl<'a, T> Known<'a, T> {
    fn of(list: &'a [T]) -> Self {
        Self { list, next: 0 }
    }

    fn find(&mut self, is: impl Fn(&T) -> bool) -> Option<&'a T> {
        let (before, after) = self.list.split_at_checked(self.next)?;
        let here = after.iter().position(&is).map(|at| at + self.next);
        let at = here.or_else(|| before.iter().position(is))?;
        self.next = at + 1;
        self.list.get(at)
    }
}

/// `8888 JupyterLab on train is open`, for those who listen to the page.
fn told(endpoint: &Endpoint, cluster: &str) -> String {
    let app = endpoint.app.as_ref().map_or(String::new(), |app| format!(" {}", app.name));
    let state = match endpoint.state {
        EndpointState::Pending { .. } => "is pending",
        EndpointState::Open => "is open",
        EndpointState::Attention { .. } => "needs attention",
        EndpointState::Unknown { .. } => "is unknown",
    };
    format!("{}{app} on {cluster} {state}", endpoint.port())
}

/// Whether a page tells of a context.
fn concerns(view: &View, context: &ContextStatus) -> bool {
    view.cluster().is_none_or(|cluster| cluster.context == context.name)
}

impl Empty {
    fn of(overview: &Overview, view: &View) -> Self {
        use skyports_model::ContextState as State;
        if let Some(id) = view.cluster() {
            return Self::Gone(id.clone());
        }
        let has = |wanted: fn(State) -> bool| {
            overview.contexts.iter().filter(|c| wanted(c.state)).count()
        };
        let known = has(|state| matches!(state, State::Live | State::Stale { .. }));
        if !overview.clusters.is_empty() {
            Self::Filtered(overview.endpoints().count())
        } else if overview.contexts.is_empty() {
            Self::NoContexts
        } else if known > 0 {
            Self::NoClusters(known)
        } else if has(|state| state == State::Connecting) > 0 {
            Self::Connecting
        } else if has(|state| state == State::Forbidden) > 0 {
            Self::Forbidden
        } else {
            Self::Unreachable
        }
    }
}
