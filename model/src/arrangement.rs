//! How the endpoints of an overview lie on the page: sections, their order, and rows.
//!
//! Everything is borrowed from the overview, so that a thousand clusters are arranged at every
//! keystroke. Start reading at [`arrange`].

mod run;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::endpoint::{Endpoint, EndpointState, Mode};
use crate::id::ContextName;
use crate::net::Port;
use crate::order::put_in_order;
use crate::overview::Overview;
use crate::query::Query;
use crate::time::Timestamp;

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum SortKey {
    /// The section's title and the cluster's name: the order of the overview.
    #[default]
    Name,
    /// What needs a person first.
    Status,
    /// The port's number.
    Port,
    /// The mode, in the order of [`Mode::ALL`].
    Mode,
    /// How long the port has been open, youngest first.
    Age,
}

impl SortKey {
    /// Every key.
    pub const ALL: [Self; 5] = [Self::Name, Self::Status, Self::Port, Self::Mode, Self::Age];

    /// The key as an address spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Status => "status",
            Self::Port => "port",
            Self::Mode => "mode",
            Self::Age => "age",
        }
    }
}

/// What rows are sorted by, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub by: SortKey,
    /// Whether the last come first. Where two are alike in `by` their order stays.
    pub descending: bool,
}

impl Sort {
    /// Reads a word of an address: `age`, or `-age` for descending.
    pub fn parse(word: &str) -> Option<Self> {
        let (descending, word) = match word.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, word),
        };
        let by = SortKey::ALL.into_iter().find(|key| key.as_str() == word)?;
        Some(Self { by, descending })
    }

    /// The word of an address.
    pub fn word(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.by.as_str())
    }
}

/// What the sections of the page are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Grouping {
    /// A section a cluster.
    #[default]
    Cluster,
    /// A section a context.
    Context,
    /// A section a user.
    User,
}

impl Grouping {
    /// Every grouping.
    pub const ALL: [Self; 3] = [Self::Cluster, Self::Context, Self::User];

    /// The grouping as an address spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Context => "context",
            Self::User => "user",
        }
    }

    /// Reads a word of an address.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grouping| grouping.as_str() == word)
    }
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// One cluster.
    Cluster(&'a Cluster),
    /// All clusters of a context.
    Context(&'a ContextName),
    /// All clusters of a user; `None` for those whose user nobody recorded.
    User(Option<&'a str>),
}

/// A heading with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// What it is about.
    pub about: About<'a>,
    /// Whether it is one of SkyPilot's controllers, which stand apart, below all others: a user
    /// with clusters and a controller has two sections.
    pub is_of_controllers: bool,
    /// Its rows; never empty.
    pub rows: Vec<RowItem<'a>>,
}

impl<'a> Section<'a> {
    /// The heading.
    pub fn title(&self) -> &'a str {
        match self.about {
            About::Cluster(cluster) => &cluster.name,
            About::Context(context) => context.as_str(),
            About::User(Some(user)) => user,
            About::User(None) => "No owner recorded",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowItem<'a> {
    /// One endpoint.
    Port {
        /// Its cluster.
        cluster: &'a Cluster,
        /// The endpoint.
        endpoint: &'a Endpoint,
    },
    /// Neighbouring ports that are alike: five or more, so that a row is worth less than its place.
    Range {
        /// Their cluster.
        cluster: &'a Cluster,
        /// The endpoints by port.
        endpoints: Vec<&'a Endpoint>,
    },
    /// A cluster that has no endpoint at all.
    NoPorts {
        /// The cluster.
        cluster: &'a Cluster,
    },
}

impl<'a> RowItem<'a> {
    /// The cluster whose row it is.
    pub fn cluster(&self) -> &'a Cluster {
        match self {
            Self::Port { cluster, .. }
            | Self::Range { cluster, .. }
            | Self::NoPorts { cluster } => cluster,
        }
    }

    /// The endpoints of the row by port.
    pub fn endpoints(&self) -> &[&'a Endpoint] {
        match self {
            Self::Port { endpoint, .. } => std::slice::from_ref(endpoint),
            Self::Range { endpoints, .. } => endpoints,
            Self::NoPorts { .. } => &[],
        }
    }

    /// The first endpoint. With the row's kind it tells rows apart, also while a range grows.
    pub fn first(&self) -> Option<&'a Endpoint> {
        self.endpoints().first().copied()
    }

    /// `8888` or `30001–30020`; empty without ports.
    pub fn ports(&self) -> String {
        match self.endpoints() {
            [] => String::new(),
            [one] => one.port().to_string(),
            [first, .., last] => format!("{}–{}", first.port(), last.port()),
        }
    }
}

/// What a query shows of an overview.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrangement<'a> {
    /// The sections, in a total order, which no event changes.
    pub sections: Vec<Section<'a>>,
    /// How many endpoints are in each state, in the order of [`EndpointState::WORDS`], of those that
    /// everything but the state asks for.
    pub tally: [usize; 6],
}

/// What `query` shows of an overview.
///
/// Rows are sorted within their section, and a section stands where its first row would; by name,
/// where its title would. Clusters without ports come after all others of their section.
pub fn arrange<'a>(overview: &'a Overview, query: &Query) -> Arrangement<'a> {
    let Query { filter, sort, group } = query;
    let matcher = filter.matcher();
    let Arrangement { mut sections, mut tally } = Arrangement::default();
    for cluster in &overview.clusters {
        let Some(within) = matcher.within(cluster) else { continue };
        let mut shown = Vec::with_capacity(cluster.endpoints.len());
        for endpoint in cluster.endpoints.iter().filter(|it| within.shows_in_every_state(it)) {
            count(&endpoint.state, &mut tally);
            if within.is_in_state(endpoint) {
                shown.push(endpoint);
            }
        }
        let mut rows = run::rows(cluster, shown);
        if cluster.endpoints.is_empty() && within.shows_empty() {
            rows.push(RowItem::NoPorts { cluster });
        }
        if rows.is_empty() {
            continue;
        }
        let is_of_controllers = cluster.kind.is_controller();
        let about = match group {
            Grouping::Cluster => About::Cluster(cluster),
            Grouping::Context => About::Context(&cluster.id.context),
            Grouping::User => About::User(cluster.user.as_deref()),
        };
        let known = match group {
            Grouping::Cluster => None,
            Grouping::Context | Grouping::User => sections.iter_mut().find(|section| {
                section.about == about && section.is_of_controllers == is_of_controllers
            }),
        };
        match known {
            Some(section) => section.rows.append(&mut rows),
            None => sections.push(Section { about, is_of_controllers, rows }),
        }
    }
    for section in &mut sections {
        put_in_order(&mut section.rows, |a, b| of_rows(a, b, *sort));
    }
    put_in_order(&mut sections, |a, b| of_sections(a, b, *sort));
    Arrangement { sections, tally }
}

fn count(state: &EndpointState, tally: &mut [usize; 6]) {
    let word = state.word();
    let place = EndpointState::WORDS.iter().position(|other| *other == word);
    if let Some(number) = place.and_then(|place| tally.get_mut(place)) {
        *number += 1;
    }
}

fn of_sections(a: &Section<'_>, b: &Section<'_>, sort: Sort) -> Ordering {
    let by_rows = || match (a.rows.first(), b.rows.first()) {
        (Some(a), Some(b)) => of_rows(a, b, sort),
        _ => Ordering::Equal,
    };
    let nobody = |section: &Section<'_>| section.about == About::User(None);
    let by_title = turned(a.title().cmp(b.title()), sort);
    a.is_of_controllers.cmp(&b.is_of_controllers).then_with(|| match sort.by {
        // Sections of one title are of different clusters: these have an order of their own.
        SortKey::Name => nobody(a).cmp(&nobody(b)).then(by_title).then_with(by_rows),
        SortKey::Status | SortKey::Port | SortKey::Mode | SortKey::Age => by_rows(),
    })
}

fn of_rows(a: &RowItem<'_>, b: &RowItem<'_>, sort: Sort) -> Ordering {
    let (first, other) = match (a.first(), b.first()) {
        (Some(first), Some(other)) => (first, other),
        (one, other) => {
            let by_name = turned(a.cluster().name.cmp(&b.cluster().name), sort);
            let is_by_name = sort.by == SortKey::Name;
            let by_name = if is_by_name { by_name } else { Ordering::Equal };
            return one
                .is_none()
                .cmp(&other.is_none())
                .then(by_name)
                .then_with(|| a.cluster().rank().cmp(&b.cluster().rank()));
        }
    };
    let wanted = match sort.by {
        SortKey::Name => turned(a.cluster().name.cmp(&b.cluster().name), sort),
        SortKey::Status => turned(urgency(&first.state).cmp(&urgency(&other.state)), sort),
        SortKey::Port => turned(outer_port(a, sort).cmp(&outer_port(b, sort)), sort),
        SortKey::Mode => turned(first.mode().cmp(&other.mode()), sort),
        SortKey::Age => by_age(first.opened, other.opened, sort),
    };
    let place = |endpoint: &Endpoint| (endpoint.port(), endpoint.mode());
    wanted
        .then_with(|| a.cluster().rank().cmp(&b.cluster().rank()))
        .then_with(|| place(first).cmp(&place(other)))
}

fn turned(order: Ordering, sort: Sort) -> Ordering {
    if sort.descending { order.reverse() } else { order }
}

/// The port of a row that stands for it in that direction.
fn outer_port(row: &RowItem<'_>, sort: Sort) -> Option<Port> {
    let end = if sort.descending { row.endpoints().last() } else { row.endpoints().first() };
    end.map(|endpoint| endpoint.port())
}

/// Youngest first; what nobody knows the age of comes last in both directions.
fn by_age(a: Option<Timestamp>, b: Option<Timestamp>, sort: Sort) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => turned(b.cmp(&a), sort),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// What needs a person before what waits, what is not known, and what is well.
fn urgency(state: &EndpointState) -> u8 {
    match state {
        EndpointState::Attention { .. } | EndpointState::Failed { .. } => 0,
        EndpointState::Pending { .. } => 1,
        EndpointState::Unknown { .. } => 2,
        EndpointState::Open | EndpointState::Ready { .. } => 3,
    }
}

/// What the menus beside the filter offer: only what there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices<'a> {
    /// The users who have clusters, by name.
    pub owners: Vec<&'a str>,
    /// The contexts, in the order of the overview.
    pub contexts: Vec<&'a ContextName>,
    /// The modes of the endpoints, in the order of [`Mode::ALL`].
    pub modes: Vec<Mode>,
}

impl<'a> Choices<'a> {
    /// What an overview has to choose from.
    pub fn of(overview: &'a Overview) -> Self {
        let mut owners: Vec<&str> =
            overview.clusters.iter().filter_map(|cluster| cluster.user.as_deref()).collect();
        put_in_order(&mut owners, Ord::cmp);
        owners.dedup();
        let has = |mode: &Mode| overview.endpoints().any(|(_, e)| e.mode() == *mode);
        let modes = Mode::ALL.into_iter().filter(has).collect();
        let contexts = overview.contexts.iter().map(|context| &context.name).collect();
        Self { owners, contexts, modes }
    }
}
