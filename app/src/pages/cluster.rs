//! The page of one cluster.

use leptos::prelude::*;
use skyports_model::shell::shell_word;
use skyports_model::time::age_in_words;
use skyports_model::{Cluster, ClusterId, ObjectRef, Port, Timestamp};

use super::all_notes;
use super::overview::nothing;
use crate::board::{Board, Group, Head};
use crate::components::cluster_group::plain_rows;
use crate::components::code_block::code_block;
use crate::components::endpoint_row::live_rows;
use crate::components::endpoint_table::{endpoint_table, heads};
use crate::components::facts::facts;
use crate::components::icon::Icons;
use crate::components::shell::{page_head, page_sub};
use crate::node::live;

/// The cluster's facts, findings and ports; `marked` is the port that the address names.
///
/// When the cluster goes, what was known of it goes out of sight; when it comes back, so does this.
pub(crate) fn cluster(board: Board, marked: Option<Port>, icons: &Icons) -> impl IntoView + use<> {
    let gone = move || board.summary.with(|summary| summary.empty.is_some());
    let group = board.users.with_untracked(|groups| groups.first().cloned());
    view! {
        <div hidden=gone>{group.map(|group| body(group, board, marked, icons))}</div>
        {nothing(board, icons.clone())}
    }
}

fn body(group: Group, board: Board, marked: Option<Port>, icons: &Icons) -> impl IntoView + use<> {
    let Group { head, rows, .. } = group;
    let (title, known, plain, terminal) = (head.clone(), head.clone(), head.clone(), head);
    let (known_icons, plain_icons, terminal_icons) = (icons.clone(), icons.clone(), icons.clone());
    let head = live(move || {
        title.with(|head| {
            let sub = page_sub().with(standing(&head.cluster, board.minute.get()));
            page_head(head.cluster.name.clone(), sub)
        })
    });
    let groups = view! {
        <tbody class="group" role="rowgroup">
            {move || plain.with(|head| plain_rows(head, &plain_icons))}
            {live_rows(rows, board, marked, icons.clone())}
        </tbody>
    };
    view! {
        {head}
        {live(move || known.with(|head| facts(&head.cluster, &known_icons)))}
        {all_notes(board, icons.clone())}
        <section class="section">
            <h2>"Open ports"</h2>
            {endpoint_table("Open ports", heads(None, icons), groups)}
        </section>
        <section class="section">
            <h2>"Same in a terminal"</h2>
            {live(move || terminal.with(|head| code_block(&commands(head), "the commands", &terminal_icons)))}
        </section>
    }
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
    let ClusterId { context, namespace, .. } = &head.cluster.id;
    let mut lines = vec![format!("sky status --endpoints {name}"), format!("skyports list {name}")];
    // SkyPilot's own port objects lack the cluster's label, so they are named one by one.
    let object = |ObjectRef { kind, name, .. }: &ObjectRef| {
        shell_word(&format!("{}/{name}", kind.as_str().to_lowercase()))
    };
    let objects: Vec<String> = head.objects.iter().map(object).collect();
    if !objects.is_empty() {
        let context = shell_word(context.as_str());
        lines.push(format!("kubectl --context {context} -n {namespace} get {}", objects.join(" ")));
    }
    lines.join("\n")
}
