//! Makes a board show an overview: signals of what stays are kept, and set where they differ.

use leptos::prelude::*;
use skyports_model::arrangement::{Arrangement, RowItem, arrange};
use skyports_model::{ContextStatus, Endpoint, EndpointState, Overview};

use super::listing::{Leaving, Listing};
use super::set_if_new;
use super::wanted::Wanted;
use super::{Board, Empty, Group, Pace, RowValue, Rows, Shown, Summary};
use crate::node::Item;
use crate::state::View;

impl Board {
    /// Shows `overview` as the reader asks for it, as far as `pace` lets it.
    pub(crate) fn show(&self, overview: &Overview, view: &View, pace: Pace) -> Shown {
        let query = self.query.get_untracked();
        let selected = self.panel.get_untracked();
        let now = self.minute.get_untracked();
        let only = view.cluster().map(|id| Overview {
            clusters: overview.cluster(id).cloned().into_iter().collect(),
            ..Overview::default()
        });
        let is_alone = only.is_some();
        let Arrangement { sections, tally } = arrange(only.as_ref().unwrap_or(overview), &query);
        let (controllers, users): (Vec<_>, Vec<_>) =
            sections.into_iter().partition(|section| section.is_of_controllers && !is_alone);
        let wanted = |sections: Vec<_>| -> Vec<Wanted<'_>> {
            let wanted = |section| Wanted::of(section, overview, selected.as_ref(), is_alone, now);
            sections.into_iter().map(wanted).collect()
        };
        let nothing = users.is_empty() && controllers.is_empty();

        let leaving = if query.filter.is_empty() { Leaving::All } else { pace.leaving() };
        let mut arranging = Arranging { board: self, pace, leaving, shown: Shown::default() };
        // The page of a cluster keeps its signals for when the cluster is back.
        if !(nothing && is_alone) {
            arranging.groups(self.users, &wanted(users));
        }
        arranging.groups(self.controllers, &wanted(controllers));
        let shown = arranging.shown;
        self.show_rest(overview, view, tally, nothing && !shown.held);
        shown
    }

    fn show_rest(&self, overview: &Overview, view: &View, tally: [usize; 6], nothing: bool) {
        let contexts =
            overview.contexts.iter().filter(|context| concerns(view, context)).cloned().collect();
        set_if_new(self.contexts, contexts);
        if matches!(view, View::Overview { .. }) {
            let menus = self.menus.with_untracked(|menus| menus.offering(overview));
            set_if_new(self.menus, menus);
        }
        let empty = nothing.then(|| Empty::of(overview, view));
        set_if_new(self.summary, Summary { clusters: overview.clusters.len(), tally, empty });
    }
}

/// Whether a page tells of a context.
fn concerns(view: &View, context: &ContextStatus) -> bool {
    view.cluster().is_none_or(|cluster| cluster.context == context.name)
}

struct Arranging<'b> {
    board: &'b Board,
    pace: Pace,
    leaving: Leaving,
    shown: Shown,
}

impl Arranging<'_> {
    /// Makes `list` show the sections that are wanted.
    fn groups(&mut self, list: RwSignal<Vec<Item<Group>>>, wanted: &[Wanted<'_>]) {
        let old = list.get_untracked();
        let mut new = Listing::of(&old);
        for wanted in wanted {
            let key = wanted.key();
            let folded = self.board.menus.with_untracked(|menus| menus.folded.contains(&key));
            match new.find(|group| group.head.with_untracked(|head| head.key == key)) {
                Some(group) if group.shown || self.may_show_again(wanted.rows().len()) => {
                    let Group { head: shown, rows } = &group.of;
                    let head = wanted.head(key, folded);
                    if let Some(head) = head.filter(|head| shown.with_untracked(|old| old != head))
                    {
                        shown.set(head);
                    }
                    self.rows(rows, wanted, !group.shown);
                    new.keep();
                }
                _ if self.pace.is_still() => self.shown.held = true,
                Some(_) => self.shown.unfinished = true,
                None if !self.pace.may_begin(wanted.rows().len()) => self.shown.unfinished = true,
                None => {
                    let rows = ArcRwSignal::new(vec![]);
                    self.rows(&rows, wanted, true);
                    // Without time for a single row it comes in the next frame.
                    if let Some(head) =
                        wanted.head(key, folded).filter(|_| !rows.with_untracked(Vec::is_empty))
                    {
                        new.add(Group { head: ArcRwSignal::new(head), rows });
                    }
                }
            }
        }
        if let Some(new) = self.finished(new) {
            list.set(new);
        }
    }

    /// Makes `list` show the rows that are wanted; `again`: it comes back as it was left.
    fn rows(&mut self, list: &Rows, wanted: &Wanted<'_>, again: bool) {
        let old = list.get_untracked();
        let mut new = Listing::of(&old);
        for item in wanted.rows() {
            match new.find(|row| row.with_untracked(|value| value.is_of(item))) {
                Some(row) if row.shown || !self.pace.is_still() => {
                    self.update(&row.of, item, wanted, again || !row.shown);
                    new.keep();
                }
                _ if self.pace.is_still() => self.shown.held = true,
                _ if self.pace.may_make() => {
                    new.add(ArcRwSignal::new(wanted.value(item, false)));
                }
                _ => self.shown.unfinished = true,
            }
        }
        if let Some(new) = self.finished(new) {
            list.set(new);
        }
    }

    /// Whether a group that a filter hid may come back now.
    fn may_show_again(&mut self, rows: usize) -> bool {
        !self.pace.is_still() && self.pace.may_show_again(rows)
    }

    /// The list to show, if it is another one and may be shown now.
    fn finished<T: Clone>(&mut self, listing: Listing<'_, T>) -> Option<Vec<Item<T>>> {
        let leaving = match self.leaving {
            // Some of what waits is wanted, and had no time yet.
            Leaving::All if self.shown.unfinished => Leaving::Shown,
            leaving => leaving,
        };
        let new = listing.finished(leaving)?;
        if self.pace.is_still() {
            self.shown.held = true;
            return None;
        }
        Some(new)
    }

    /// Brings a row up to date; `again`: nobody has seen it as it was.
    fn update(
        &mut self,
        row: &ArcRwSignal<RowValue>,
        item: &RowItem<'_>,
        wanted: &Wanted<'_>,
        again: bool,
    ) {
        if row.with_untracked(|old| wanted.is_shown_by(old, item)) {
            return;
        }
        if !self.pace.may_change() {
            self.shown.unfinished = true;
            return;
        }
        let was = row.with_untracked(|old| old.state().map(EndpointState::word));
        let was = was.filter(|_| !again);
        let mut fresh = false;
        for endpoint in
            item.endpoints().iter().filter(|e| was.is_some_and(|was| was != e.state.word()))
        {
            self.shown.said.push(told(endpoint, &item.cluster().name));
            fresh |= matches!(endpoint.state, EndpointState::Open | EndpointState::Ready { .. });
        }
        row.set(wanted.value(item, fresh));
    }
}

/// `8888 JupyterLab on train is open`, for those who listen to the page.
fn told(endpoint: &Endpoint, cluster: &str) -> String {
    let app = endpoint.app.as_ref().map_or(String::new(), |app| format!(" {}", app.name));
    let state = match endpoint.state {
        EndpointState::Pending { .. } => "is pending",
        EndpointState::Open => "is open",
        EndpointState::Ready { .. } => "is ready",
        EndpointState::Failed { .. } => "has failed",
        EndpointState::Attention { .. } => "needs attention",
        EndpointState::Unknown { .. } => "is unknown",
    };
    format!("{}{app} on {cluster} {state}", endpoint.port())
}
