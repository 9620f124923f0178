//! The signals of a page: one a row, one a group's header, one a list for its order.
//!
//! So a change to one Service sets one signal and touches one row. Signals are set only when
//! what they hold differs. How an overview gets into them: [`arrange`].

mod arrange;
mod empty;
mod listing;
mod pace;
mod rest;
mod wanted;

use leptos::prelude::*;
use skyports_model::arrangement::Choices;
use skyports_model::{
    Cluster, ClusterId, ContextName, ContextStatus, Endpoint, EndpointId, Mode, ObjectRef,
    Overview, Query, Timestamp,
};

use crate::live::Currency;
use crate::node::Item;
use crate::state::View;

pub(crate) use empty::Empty;
pub(crate) use pace::{Pace, Shown};
pub(crate) use rest::{Part, Rest};

/// Everything on a page that can change.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// Users' clusters.
    pub(crate) users: RwSignal<Vec<Item<Group>>>,
    /// SkyPilot's controllers.
    pub(crate) controllers: RwSignal<Vec<Item<Group>>>,
    /// The contexts that the page is about.
    pub(crate) contexts: RwSignal<Vec<ContextStatus>>,
    /// Counts, and what to say when there is nothing to show.
    pub(crate) summary: RwSignal<Summary>,
    /// What the reader asks for.
    pub(crate) query: RwSignal<Query>,
    /// What there is to choose from, and what this browser keeps of the reader's choices.
    pub(crate) menus: RwSignal<Menus>,
    /// The endpoint whose panel is open.
    pub(crate) panel: RwSignal<Option<EndpointId>>,
    /// How current the page is.
    pub(crate) currency: RwSignal<Currency>,
    /// The time, each second: for what is waiting.
    pub(crate) second: RwSignal<Timestamp>,
    /// The time, each minute: for ages. (Rows have their own: [`Ports::told`].)
    pub(crate) minute: RwSignal<Timestamp>,
}

/// A group in a list: a cluster, or all clusters of a context or a user.
#[derive(Clone)]
pub(crate) struct Group {
    /// What it shows beside its rows.
    pub(crate) head: ArcRwSignal<Head>,
    /// Its rows, in order.
    pub(crate) rows: Rows,
}

/// Rows in a list, each a signal of what it shows.
pub(crate) type Rows = ArcRwSignal<Vec<Item<ArcRwSignal<RowValue>>>>;

/// What is shown of a group beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// What tells the group from others, also on another page.
    pub(crate) key: String,
    /// The cluster, without its endpoints; of a bunch, its first one with the findings of all.
    pub(crate) cluster: Cluster,
    /// Several clusters under one name, if it is not one alone.
    pub(crate) bunch: Option<Bunch>,
    /// How many endpoints it has, shown or not.
    pub(crate) ports: usize,
    /// Since when its context has been silent.
    pub(crate) stale: Option<Timestamp>,
    /// Whether the reader folded it.
    pub(crate) folded: bool,
    /// The objects that expose it; told on its own page only.
    pub(crate) objects: Vec<ObjectRef>,
}

/// Several clusters that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bunch {
    /// What they share: the name of a context or a user.
    pub(crate) title: String,
    /// How many there are.
    pub(crate) clusters: usize,
}

/// What is shown in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowValue {
    /// One endpoint or a range of them.
    Ports(Box<Ports>),
    /// A cluster without endpoints.
    NoPorts(Box<NoPorts>),
}

/// An endpoint, or several with neighbouring ports that differ in nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ports {
    /// The endpoint; of a range its first.
    pub(crate) endpoint: Endpoint,
    /// The rest of the range, by port.
    pub(crate) others: Vec<Endpoint>,
    /// Its cluster's name for people.
    pub(crate) cluster: String,
    /// Whether the group does not tell the cluster, so the row must.
    pub(crate) tells_cluster: bool,
    /// Whether it has just become open.
    pub(crate) fresh: bool,
    /// Whether its panel is open.
    pub(crate) selected: bool,
    /// The moment from which its age is told.
    pub(crate) told: Timestamp,
}

/// A cluster without endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoPorts {
    /// Which cluster.
    pub(crate) id: ClusterId,
    /// Its name for people.
    pub(crate) cluster: String,
    /// The address of its head pod.
    pub(crate) head_address: Option<String>,
    /// Whether the group does not tell the cluster, so the row must.
    pub(crate) tells_cluster: bool,
}

/// Counts, and what to say when there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// How many clusters there are.
    pub(crate) clusters: usize,
    /// How many endpoints are in each state, of those that the filter shows in any state.
    pub(crate) tally: [usize; 6],
    /// Why no cluster is shown.
    pub(crate) empty: Option<Empty>,
}

/// What the menus beside the filter box offer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Menus {
    /// The users who have clusters.
    pub(crate) owners: Vec<String>,
    /// The contexts.
    pub(crate) contexts: Vec<ContextName>,
    /// The modes of the endpoints.
    pub(crate) modes: Vec<Mode>,
    /// The owner as whom the reader is remembered.
    pub(crate) me: Option<String>,
    /// The keys of the groups that the reader folded.
    folded: Vec<String>,
}

impl Menus {
    /// The menus of another overview.
    fn offering(&self, overview: &Overview) -> Self {
        let Choices { owners, contexts, modes } = Choices::of(overview);
        Self {
            owners: owners.into_iter().map(str::to_owned).collect(),
            contexts: contexts.into_iter().cloned().collect(),
            modes,
            ..self.clone()
        }
    }
}

impl Board {
    /// The board of a page that shows `overview`, as far as `pace` lets it.
    pub(crate) fn new(overview: &Overview, view: &View, now: Timestamp, pace: Pace) -> Self {
        let board = Self {
            users: RwSignal::new(vec![]),
            controllers: RwSignal::new(vec![]),
            contexts: RwSignal::new(vec![]),
            summary: RwSignal::new(Summary::default()),
            query: RwSignal::new(view.query()),
            menus: RwSignal::new(Menus::default()),
            panel: RwSignal::new(view.panel().cloned()),
            currency: RwSignal::new(Currency::Connecting),
            second: RwSignal::new(now),
            minute: RwSignal::new(now),
        };
        board.show(overview, view, pace);
        board
    }

    /// Moves the clocks to `now`. Tells whether another minute has begun, after which the ages of
    /// rows are to be shown anew.
    pub(crate) fn tick(&self, now: Timestamp) -> bool {
        set_if_new(self.second, now);
        let is_new = now.0.div_euclid(60) != self.minute.get_untracked().0.div_euclid(60);
        if is_new {
            self.minute.set(now);
        }
        is_new
    }

    /// Folds or unfolds the group of that key.
    pub(crate) fn fold(&self, key: &str) {
        let mut menus = self.menus.get_untracked();
        let before = menus.folded.len();
        menus.folded.retain(|other| other != key);
        let folded = menus.folded.len() == before;
        if folded {
            menus.folded.push(key.to_owned());
        }
        self.menus.set(menus);
        for list in [self.users, self.controllers] {
            list.with_untracked(|groups| {
                let is =
                    |group: &&Item<Group>| group.of.head.with_untracked(|head| head.key == key);
                if let Some(group) = groups.iter().find(is) {
                    group.of.head.update(|head| head.folded = folded);
                }
            });
        }
    }

    /// Remembers as which owner the reader is known.
    pub(crate) fn set_me(&self, me: Option<String>) {
        let menus = Menus { me, ..self.menus.get_untracked() };
        set_if_new(self.menus, menus);
    }

    /// Changes what the reader asks for.
    pub(crate) fn ask(&self, change: impl FnOnce(&mut Query)) {
        let mut query = self.query.get_untracked();
        change(&mut query);
        set_if_new(self.query, query);
    }
}

/// Sets a signal when the value differs.
pub(crate) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
