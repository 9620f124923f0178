//! Makes a board show an overview: signals of what stays are kept, and set where they differ.

use leptos::prelude::*;
use skyports_model::arrangement::{RowItem, arrange};
use skyports_model::{Cluster, ContextStatus, Endpoint, EndpointState, Overview};

use super::set_if_new;
use super::wanted::Wanted;
use super::{Board, Empty, Group, Pace, Row, Shown, Summary, next_serial};
use crate::live::stale_since;
use crate::state::View;

impl Board {
    /// Shows `overview` as the reader asks for it, as far as `pace` lets it.
    pub(crate) fn show(&self, overview: &Overview, view: &View, pace: Pace) -> Shown {
        let query = self.query.get_untracked();
        let selected = self.panel.get_untracked();
        let stale = |cluster: &Cluster| {
            let context =
                overview.contexts.iter().find(|context| context.name == cluster.id.context);
            context.and_then(|context| stale_since(context.state))
        };
        let only = view.cluster().map(|id| Overview {
            clusters: overview.cluster(id).cloned().into_iter().collect(),
            ..Overview::default()
        });
        let is_alone = only.is_some();
        let (controllers, users): (Vec<_>, Vec<_>) =
            arrange(only.as_ref().unwrap_or(overview), &query)
                .into_iter()
                .partition(|section| section.is_of_controllers && !is_alone);
        let wanted = |sections: Vec<_>| -> Vec<Wanted<'_>> {
            let wanted = |section| Wanted::of(section, stale, selected.as_ref(), is_alone);
            sections.into_iter().map(wanted).collect()
        };
        let nothing = users.is_empty() && controllers.is_empty();

        let mut arranging = Arranging { board: self, pace, shown: Shown::default() };
        // The page of a cluster keeps its signals for when the cluster is back.
        if !(nothing && is_alone) {
            arranging.groups(self.users, &wanted(users));
        }
        arranging.groups(self.controllers, &wanted(controllers));
        let shown = arranging.shown;
        self.show_rest(overview, view, nothing && !shown.held);
        shown
    }

    fn show_rest(&self, overview: &Overview, view: &View, nothing: bool) {
        let contexts =
            overview.contexts.iter().filter(|context| concerns(view, context)).cloned().collect();
        set_if_new(self.contexts, contexts);
        if matches!(view, View::Overview { .. }) {
            let menus = self.menus.with_untracked(|menus| menus.offering(overview));
            set_if_new(self.menus, menus);
        }
        let empty = nothing.then(|| Empty::of(overview, view));
        let tally = self.query.with_untracked(|query| query.filter.tally(overview));
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
    shown: Shown,
}

impl Arranging<'_> {
    /// Makes `list` show the sections that are wanted.
    fn groups(&mut self, list: RwSignal<Vec<Group>>, wanted: &[Wanted<'_>]) {
        let old = list.get_untracked();
        let mut known = Known::of(&old);
        let mut new = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let key = wanted.key();
            let folded = self.board.menus.with_untracked(|menus| menus.folded.contains(&key));
            match known.find(|group| group.head.with_untracked(|head| head.key == key)) {
                Some(group) => {
                    let head = wanted.head(key, folded);
                    if let Some(head) =
                        head.filter(|head| group.head.with_untracked(|old| old != head))
                    {
                        group.head.set(head);
                    }
                    self.rows(&group.rows, wanted);
                    new.push(group.clone());
                }
                None if self.pace.is_still() => self.shown.held = true,
                None => {
                    let rows = ArcRwSignal::new(vec![]);
                    self.rows(&rows, wanted);
                    // Without time for a single row it comes in the next frame.
                    if let Some(head) =
                        wanted.head(key, folded).filter(|_| !rows.with_untracked(Vec::is_empty))
                    {
                        new.push(Group {
                            serial: next_serial(),
                            head: ArcRwSignal::new(head),
                            rows,
                        });
                    }
                }
            }
        }
        let serials =
            |groups: &[Group]| groups.iter().map(|group| group.serial).collect::<Vec<_>>();
        if serials(&old) != serials(&new) {
            if self.pace.is_still() {
                self.shown.held = true;
            } else {
                list.set(new);
            }
        }
    }

    /// Makes `list` show the rows that are wanted.
    fn rows(&mut self, list: &ArcRwSignal<Vec<Row>>, wanted: &Wanted<'_>) {
        let old = list.get_untracked();
        let mut known = Known::of(&old);
        let mut new = Vec::with_capacity(wanted.rows().len());
        for item in wanted.rows() {
            match known.find(|row| row.value.with_untracked(|value| value.is_of(item))) {
                Some(row) => {
                    self.update(row, item, wanted);
                    new.push(row.clone());
                }
                None if self.pace.is_still() => self.shown.held = true,
                None if self.pace.may_make() => {
                    let value = ArcRwSignal::new(wanted.value(item, false));
                    new.push(Row { serial: next_serial(), value });
                }
                None => self.shown.unfinished = true,
            }
        }
        if !old.iter().map(|row| row.serial).eq(new.iter().map(|row| row.serial)) {
            if self.pace.is_still() {
                self.shown.held = true;
            } else {
                list.set(new);
            }
        }
    }

    fn update(&mut self, row: &Row, item: &RowItem<'_>, wanted: &Wanted<'_>) {
        if row.value.with_untracked(|old| wanted.is_shown_by(old, item)) {
            return;
        }
        if !self.pace.may_change() {
            self.shown.unfinished = true;
            return;
        }
        let was = row.value.with_untracked(|old| old.state().map(EndpointState::word));
        let mut fresh = false;
        for endpoint in
            item.endpoints().iter().filter(|e| was.is_some_and(|was| was != e.state.word()))
        {
            self.shown.said.push(told(endpoint, &item.cluster().name));
            fresh |= matches!(endpoint.state, EndpointState::Open | EndpointState::Ready { .. });
        }
        row.value.set(wanted.value(item, fresh));
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
        EndpointState::Ready { .. } => "is ready",
        EndpointState::Failed { .. } => "has failed",
        EndpointState::Attention { .. } => "needs attention",
        EndpointState::Unknown { .. } => "is unknown",
    };
    format!("{}{app} on {cluster} {state}", endpoint.port())
}
