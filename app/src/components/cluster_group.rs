//! One group of the table of all endpoints: its bar, its findings, its rows.

use leptos::prelude::*;
use skyports_model::time::clock_time;
use skyports_model::{Cluster, ClusterKind, Timestamp};

use super::copy_button::copy_button;
use super::endpoint_row::{live_rows, row_of};
use super::endpoint_table::WIDTH;
use super::icon::drawn;
use super::note::note;
use super::port_dialog::open_port;
use crate::board::{Board, Bunch, Group, Head, NoPorts, Part};
use crate::node::{Element, el, live};
use crate::words::count;

/// A group that follows its signals.
pub(crate) fn live_group(group: Group, board: Board) -> impl IntoView + use<> {
    let Group { head, rows } = group;
    let (bar, class, below) = (head.clone(), head.clone(), head);
    view! {
        <tbody class=move || class.with(classes) role="rowgroup">
            {live(move || bar.with(group_row))}
            {move || below.with(plain_rows)}
            {live_rows(rows, board)}
        </tbody>
    }
}

/// A group as it is at one moment.
pub(crate) fn still_group(part: &Part, now: Timestamp) -> Element {
    let rows = part.rows.iter().map(|row| row_of(row, |_| now));
    el("tbody")
        .class(classes(&part.head))
        .attr("role", "rowgroup")
        .with(group_row(&part.head))
        .with(plain_rows(&part.head))
        .with(rows.collect::<Vec<_>>())
}

fn classes(head: &Head) -> &'static str {
    match (head.folded, head.stale.is_some()) {
        (false, false) => "group",
        (true, false) => "group folded",
        (false, true) => "group stale-rows",
        (true, true) => "group folded stale-rows",
    }
}

fn group_row(head: &Head) -> Element {
    let bar = match &head.bunch {
        None => cluster_bar(head),
        Some(bunch) => bunch_bar(head, bunch),
    };
    let cell = el("th").attr("role", "rowheader").attr("scope", "rowgroup").attr("colspan", WIDTH);
    el("tr").attr("role", "row").with(cell.with(bar))
}

fn cluster_bar(head: &Head) -> Element {
    let Cluster { id, name, user, .. } = &head.cluster;
    let place = format!("{} / {}", id.context, id.namespace);
    let title = format!("Context {}, namespace {}", id.context, id.namespace);
    let user = user.clone().map(|user| el("span").class("meta far").with(user));
    let kind = kind(head.cluster.kind).map(|kind| el("span").class("tag").with(kind));
    let place = el("span")
        .class("meta truncate")
        .attr("title", title)
        .with(el("span").class("truncate").with(place));
    let facts = el("span")
        .class("group-facts")
        .with(el("span").class("meta").with(head.cluster.size()))
        .with(place)
        .with(user)
        .with(kind)
        .with(as_of(head));
    el("div")
        .class("group-bar")
        .with(fold(head, name))
        .with(el("a").class("group-name").attr("href", id.path()).with(name.clone()))
        .with(facts)
        .with(" ")
        .with(head.stale.is_none().then(|| open_port(&head.cluster, "btn small")))
}

fn bunch_bar(head: &Head, bunch: &Bunch) -> Element {
    let facts = el("span")
        .class("group-facts")
        .with(el("span").class("meta").with(count(bunch.clusters, "cluster")))
        .with(el("span").class("meta").with(count(head.ports, "port")))
        .with(as_of(head));
    el("div")
        .class("group-bar")
        .with(fold(head, &bunch.title))
        .with(el("span").class("group-name").with(bunch.title.clone()))
        .with(facts)
}

/// The button that folds the group; the page handles the click.
fn fold(head: &Head, name: &str) -> Element {
    el("button")
        .class("icon-btn")
        .attr("type", "button")
        .attr("data-fold", head.key.clone())
        .attr("aria-expanded", if head.folded { "false" } else { "true" })
        .attr("aria-label", ["Rows of ", name].concat())
        .with(drawn("icon chev", "chevron-down"))
}

/// Since when nothing has been heard of it.
fn as_of(head: &Head) -> Option<Element> {
    head.stale.map(|since| el("span").class("tag").with(format!("As of {}", clock_time(since))))
}

/// What a cluster is, where that is not plain.
pub(crate) fn kind(kind: ClusterKind) -> Option<&'static str> {
    match kind {
        ClusterKind::Cluster => None,
        ClusterKind::JobsController => Some("Managed jobs"),
        ClusterKind::ServeController => Some("SkyServe"),
        ClusterKind::ServiceReplica => Some("SkyServe replica"),
        ClusterKind::Pool => Some("Pool"),
    }
}

/// What the whole group should know, a row each.
pub(crate) fn plain_rows(head: &Head) -> Vec<Element> {
    head.cluster.findings.iter().map(|found| plain_row(note(found, false))).collect()
}

/// The row of a cluster without endpoints.
pub(crate) fn no_ports(row: &NoPorts) -> Element {
    let NoPorts { id, cluster, head_address, tells_cluster } = row;
    let name =
        tells_cluster.then(|| el("a").class("of").attr("href", id.path()).with(cluster.clone()));
    let line = el("div").class("row-line").with(name).with(el("span").with("No open ports"));
    plain_row(match head_address {
        None => line,
        Some(address) => line
            .with(el("span").class("meta").with("Head pod"))
            .with(el("span").class("mono").with(address.clone()))
            .with(copy_button(format!("Copy the head’s address of {cluster}"))),
    })
}

fn plain_row(content: Element) -> Element {
    let cell = el("td").attr("colspan", WIDTH).attr("role", "cell").with(content);
    el("tr").class("row plain").attr("role", "row").with(cell)
}
