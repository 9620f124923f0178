//! The page of all endpoints.

use leptos::prelude::*;

use super::all_notes;
use crate::board::{Board, Group};
use crate::components::cluster_group::live_group;
use crate::components::empty_state::empty_state;
use crate::components::endpoint_filters::endpoint_filters;
use crate::components::endpoint_table::endpoint_table;
use crate::components::icon::Icons;
use crate::components::shell::{page_head, page_sub};
use crate::node::{Live, el, live};
use crate::words::count;

/// Counts, filter, users' clusters, and SkyPilot's controllers apart below.
pub(crate) fn overview(board: Board, icons: &Icons) -> impl IntoView + use<> {
    let head = live(move || {
        let clusters = board.summary.with(|summary| summary.clusters);
        let contexts = board.contexts.with(Vec::len);
        let to_contexts = el("a").attr("href", "/contexts").with(count(contexts, "context"));
        let sub = page_sub().with(format!("{} in ", count(clusters, "cluster"))).with(to_contexts);
        page_head("Endpoints".to_owned(), sub)
    });
    view! {
        {head}
        {all_notes(board, icons.clone())}
        {endpoint_filters(board, icons.clone())}
        {section(board.users, board, "Endpoints", None, icons)}
        {section(board.controllers, board, "Endpoints of SkyPilot controllers", Some("SkyPilot controllers"), icons)}
        {nothing(board, icons.clone())}
    }
}

/// A table of clusters, out of sight while there are none: so the browser never makes a table.
fn section(
    list: RwSignal<Vec<Group>>,
    board: Board,
    label: &'static str,
    title: Option<&'static str>,
    icons: &Icons,
) -> impl IntoView + use<> {
    let icons = icons.clone();
    let groups = view! {
        <For
            each=move || list.get()
            key=|group| group.serial
            children=move |group| live_group(group, board, icons.clone())
        />
    };
    view! {
        <section class="section" hidden=move || list.with(Vec::is_empty)>
            {title.map(|title| view! { <h2>{title}</h2> })}
            {endpoint_table(label, groups)}
        </section>
    }
}

/// Why no cluster is shown.
pub(super) fn nothing(board: Board, icons: Icons) -> Live {
    live(move || {
        let empty = board.summary.with(|summary| summary.empty.clone());
        el("div").with(
            empty.map(|empty| board.filter.with(|filter| empty_state(&empty, filter, &icons))),
        )
    })
}
