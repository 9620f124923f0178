//! The page of all endpoints.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use skyports_model::Query;
use wasm_bindgen::JsCast as _;
use web_sys::Element as Target;

use super::all_notes;
use crate::board::{Board, Group, set_if_new};
use crate::components::cluster_group::live_group;
use crate::components::empty_state::empty_state;
use crate::components::endpoint_filters::{endpoint_filters, toggle_mine};
use crate::components::endpoint_table::{FIRST, endpoint_table, heads};
use crate::components::shell::{page_head, page_sub};
use crate::node::{Item, Live, el, list, live};
use crate::words::count;

/// Counts, filter, users' clusters, and SkyPilot's controllers apart below.
pub(crate) fn overview(board: Board) -> impl IntoView + use<> {
    let head = live(move || {
        let clusters = board.summary.with(|summary| summary.clusters);
        let contexts = board.contexts.with(Vec::len);
        let to_contexts = el("a").attr("href", "/contexts").with(count(contexts, "context"));
        let sub = page_sub().with(format!("{} in ", count(clusters, "cluster"))).with(to_contexts);
        page_head("Endpoints".to_owned(), sub)
    });
    view! {
        {head}
        {all_notes(board)}
        <div on:click=move |event| clicked(board, &event)>
            {endpoint_filters(board)}
            {section(FIRST, board.users, board, "Endpoints", None)}
            {section("controllers", board.controllers, board, "Endpoints of SkyPilot controllers", Some("SkyPilot controllers"))}
            {nothing(board)}
        </div>
    }
}

/// A table of groups, out of sight while there are none: so the browser never makes a table.
fn section(
    id: &'static str,
    groups: RwSignal<Vec<Item<Group>>>,
    board: Board,
    label: &'static str,
    title: Option<&'static str>,
) -> impl IntoView + use<> {
    let heads = live(move || board.query.with(|query| heads(Some(query))));
    let bodies = list(move || groups.get(), move |group| live_group(group, board));
    let hidden = move || groups.with(|groups| groups.iter().all(|group| !group.shown));
    view! {
        <section class="section" hidden=hidden>
            {title.map(|title| view! { <h2>{title}</h2> })}
            {endpoint_table(id, label, heads, bodies)}
        </section>
    }
}

/// Why no cluster is shown.
pub(super) fn nothing(board: Board) -> Live {
    live(move || {
        let empty = board.summary.with(|summary| summary.empty.clone());
        el("div")
            .with(empty.map(|empty| board.query.with(|query| empty_state(&empty, &query.filter))))
    })
}

/// A click: what only changes what is asked for happens here, unless the reader wants another tab
/// or window of the browser.
fn clicked(board: Board, event: &MouseEvent) {
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Target>().ok());
    let Some(target) = target else { return };
    let within = |selector| target.closest(selector).ok().flatten();
    if let Some(key) = within("[data-fold]").and_then(|it| it.get_attribute("data-fold")) {
        board.fold(&key);
    } else if within("[data-mine]").is_some() {
        toggle_mine(board);
    } else if let Some(to) = within("a[data-query]").and_then(|link| link.get_attribute("href")) {
        event.prevent_default();
        let query = to.split_once('?').map_or("", |(_, query)| query);
        set_if_new(board.query, Query::parse(query));
    }
}
