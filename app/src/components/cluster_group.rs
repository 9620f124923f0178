//! One cluster in the table of all endpoints: its bar, its findings, its rows.

use leptos::prelude::*;
use skyports_model::time::clock_time;
use skyports_model::{Cluster, ClusterKind};

use super::copy_button::copy_button;
use super::endpoint_row::live_rows;
use super::icon::Icons;
use super::note::note;
use crate::board::{Board, Group, Head};
use crate::node::{Element, el, live};

/// A group that follows its signals.
pub(crate) fn live_group(group: Group, board: Board, icons: Icons) -> impl IntoView {
    let Group { head, rows, .. } = group;
    let (bar, stale, below) = (head.clone(), head.clone(), head);
    let below_icons = icons.clone();
    view! {
        <tbody class="group" class:stale-rows=move || stale.with(|head| head.stale.is_some()) role="rowgroup">
            <tr role="row">
                <th role="rowheader" scope="rowgroup" colspan="6">
                    {live(move || bar.with(group_bar))}
                </th>
            </tr>
            {move || below.with(|head| plain_rows(head, &below_icons))}
            {live_rows(rows, board, None, icons)}
        </tbody>
    }
}

fn group_bar(head: &Head) -> Element {
    let Cluster { id, name, user, .. } = &head.cluster;
    let place = format!("{} / {}", id.context, id.namespace);
    let title = format!("Context {}, namespace {}", id.context, id.namespace);
    let user = user.clone().map(|user| el("span").class("meta far").with(user));
    let kind = kind(head.cluster.kind).map(|kind| el("span").class("tag").with(kind));
    let stale = head
        .stale
        .map(|since| el("span").class("tag").with(format!("As of {}", clock_time(since))));
    let place = el("span")
        .class("meta truncate")
        .attr("title", title)
        .with(el("span").class("truncate").with(place));
    el("div")
        .class("group-bar")
        .with(el("a").class("group-name").attr("href", id.path()).with(name.clone()))
        .with(
            el("span")
                .class("group-facts")
                .with(el("span").class("meta").with(head.cluster.size()))
                .with(place)
                .with(user)
                .with(kind)
                .with(stale),
        )
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

/// The rows without an endpoint: what the whole cluster should know, and that no port is open.
pub(crate) fn plain_rows(head: &Head, icons: &Icons) -> Vec<Element> {
    let findings = head.cluster.findings.iter().map(|found| note(found, false, icons));
    let none = (head.ports == 0).then(|| no_ports(&head.cluster, icons));
    findings.chain(none).map(plain_row).collect()
}

fn plain_row(content: Element) -> Element {
    let cell = el("td").attr("colspan", "6").attr("role", "cell").with(content);
    el("tr").class("row plain").attr("role", "row").with(cell)
}

fn no_ports(cluster: &Cluster, icons: &Icons) -> Element {
    let line = el("div").class("row-line").with(el("span").with("No open ports"));
    match &cluster.head_address {
        None => line,
        Some(address) => line
            .with(el("span").class("meta").with("Head pod"))
            .with(el("span").class("mono").with(address.to_string()))
            .with(copy_button(format!("Copy the head’s address of {}", cluster.name), icons)),
    }
}
