//! The page of one cluster.

use leptos::prelude::*;
use skyports_model::kubectl::Kubectl;
use skyports_model::shell::shell_word;
use skyports_model::time::age_in_words;
use skyports_model::{Cluster, ObjectRef, Timestamp};

use super::all_notes;
use super::overview::nothing;
use crate::board::{Board, Group, Head};
use crate::components::code_block::code_block;
use crate::components::endpoint_row::live_rows;
use crate::components::endpoint_table::{FIRST, endpoint_table, heads};
use crate::components::facts::facts;
use crate::components::no_open_ports::no_open_ports;
use crate::components::note::note;
use crate::components::port_dialog::open_port;
use crate::components::shell::{page_head, page_sub};
use crate::node::{Element, el, live};

/// The cluster's facts, findings and ports.
///
/// When the cluster goes, what was known of it goes out of sight; when it comes back, so does this.
pub(crate) fn cluster(board: Board) -> impl IntoView + use<> {
    let gone = move || board.summary.with(|summary| summary.empty.is_some());
    let group = board.users.with_untracked(|groups| groups.first().map(|group| group.of.clone()));
    view! {
        <div hidden=gone>{group.map(|group| body(group, board))}</div>
        {nothing(board)}
    }
}

fn body(group: Group, board: Board) -> impl IntoView + use<> {
    let Group { head, rows } = group;
    let title = head.clone();
    let title = live(move || {
        title.with(|head| {
            let sub = page_sub().with(standing(&head.cluster, board.minute.get()));
            page_head(head.cluster.name.clone(), sub)
                .with(" ")
                .with(open_port(&head.cluster, "btn primary"))
        })
    });
    // What of the page follows the cluster's own facts.
    let of_head = |shown: fn(&Head) -> Element| {
        let head = head.clone();
        live(move || head.with(shown))
    };
    let ports = head.clone();
    let groups = view! {
        <tbody class="group" role="rowgroup">
            {live_rows(rows, board)}
        </tbody>
    };
    view! {
        {title}
        {of_head(|head| facts(&head.cluster))}
        {all_notes(board)}
        {of_head(findings)}
        <section class="section">
            <h2>"Open ports"</h2>
            <div hidden=move || ports.with(|head| head.ports == 0)>
                {endpoint_table(FIRST, "Open ports", heads(None), groups)}
            </div>
            {of_head(none)}
        </section>
        <section class="section">
            <h2>"Same in a terminal"</h2>
            {of_head(|head| code_block(&commands(head), "the commands"))}
        </section>
    }
}

/// What the whole cluster should know.
fn findings(head: &Head) -> Element {
    let notes: Vec<_> = head.cluster.findings.iter().map(|found| note(found, false)).collect();
    el("div").class("notes").with(notes)
}

/// In place of the table where there are no ports.
fn none(head: &Head) -> Element {
    el("div").with((head.ports == 0).then(|| no_open_ports(&head.cluster)))
}

/// `8 of 8 pods running · up for 3 h`.
fn standing(cluster: &Cluster, now: Timestamp) -> String {
    let pods = format!("{} of {} pods running", cluster.ready_nodes, cluster.nodes);
    match cluster.created {
        Some(created) => format!("{pods} · up for {}", age_in_words(created.age(now))),
        None => pods,
    }
}

/// What shows the same without skyports.
fn commands(head: &Head) -> String {
    let name = shell_word(&head.cluster.name);
    let id = &head.cluster.id;
    let mut lines = vec![format!("sky status --endpoints {name}"), format!("skyports list {name}")];
    // SkyPilot's own port objects lack the cluster's label, so they are named one by one.
    let objects: Vec<String> = head.objects.iter().map(ObjectRef::path).collect();
    if !objects.is_empty() {
        let words = ["get"].into_iter().chain(objects.iter().map(String::as_str));
        lines.push(Kubectl::of(&id.context).within(&id.namespace).command(words));
    }
    lines.join("\n")
}
