//! One cluster in the table of all endpoints: its bar, its findings, its rows.

use leptos::prelude::*;
use skyports_model::time::clock_time;
use skyports_model::{Cluster, ClusterKind};

use super::copy_button::copy_button;
use super::endpoint_row::live_rows;
use super::icon::Icons;
use super::note::note;
use crate::board::{Board, Group, Head};

/// A group that follows its signals.
pub(crate) fn live_group(group: Group, board: Board, icons: Icons) -> impl IntoView {
    let Group { head, rows, .. } = group;
    let (bar, stale, below) = (head.clone(), head.clone(), head);
    let below_icons = icons.clone();
    view! {
        <tbody class="group" class:stale-rows=move || stale.with(|head| head.stale.is_some()) role="rowgroup">
            <tr role="row">
                <th role="rowheader" scope="rowgroup" colspan="6">
                    {move || bar.with(group_bar)}
                </th>
            </tr>
            {move || below.with(|head| plain_rows(head, &below_icons))}
            {live_rows(rows, board, None, icons)}
        </tbody>
    }
}

fn group_bar(head: &Head) -> impl IntoView + use<> {
    let Cluster { id, name, user, .. } = &head.cluster;
    let place = format!("{} / {}", id.context, id.namespace);
    let title = format!("Context {}, namespace {}", id.context, id.namespace);
    let user = user.clone().map(|user| view! { <span class="meta far">{user}</span> });
    let kind = kind(head.cluster.kind).map(|kind| view! { <span class="tag">{kind}</span> });
    let stale = head.stale.map(|since| {
        view! { <span class="tag">{format!("As of {}", clock_time(since))}</span> }
    });
    view! {
        <div class="group-bar">
            <a class="group-name" href=id.path()>
                {name.clone()}
            </a>
            <span class="group-facts">
                <span class="meta">{head.cluster.size()}</span>
                <span class="meta truncate" title=title>
                    <span class="truncate">{place}</span>
                </span>
                {user}
                {kind}
                {stale}
            </span>
        </div>
    }
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
pub(crate) fn plain_rows(head: &Head, icons: &Icons) -> impl IntoView + use<> {
    let findings: Vec<_> = head
        .cluster
        .findings
        .iter()
        .map(|finding| plain_row(note(finding, false, icons)))
        .collect();
    let none = (head.ports == 0).then(|| plain_row(no_ports(&head.cluster, icons)));
    (findings, none)
}

fn plain_row(content: impl IntoView) -> impl IntoView {
    view! {
        <tr class="row plain" role="row">
            <td colspan="6" role="cell">
                {content}
            </td>
        </tr>
    }
}

fn no_ports(cluster: &Cluster, icons: &Icons) -> impl IntoView + use<> {
    let head = cluster.head_address.as_ref().map(|address| {
        let label = format!("Copy the head’s address of {}", cluster.name);
        view! {
            <span class="meta">{"Head pod"}</span>
            <span class="mono">{address.to_string()}</span>
            {copy_button(label, icons)}
        }
    });
    view! {
        <div class="row-line">
            <span>{"No open ports"}</span>
            {head}
        </div>
    }
}
