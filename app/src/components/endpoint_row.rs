//! One endpoint, or several that differ in nothing but the port: a row of the table.

use leptos::prelude::*;
use skyports_model::time::age_in_words;
use skyports_model::{Endpoint, EndpointState, Timestamp};

use super::app_tile::app_tile;
use super::cluster_group::no_ports;
use super::copy_menu::MENU;
use super::endpoint_url::endpoint_url;
use super::icon::icon;
use super::port_range_row::{range_label, range_links};
use super::reach::reach;
use super::row_finding::row_finding;
use super::status_badge::status_badge;
use crate::board::{Board, Ports, RowValue, Rows};
use crate::node::{Element, el, list, live};
use crate::reach::Reach;
use crate::words;

/// The rows of a group, each following its own signal and the clock.
pub(crate) fn live_rows(rows: Rows, board: Board) -> impl IntoView {
    let live_row = move |row: ArcRwSignal<RowValue>| {
        live(move || row.with(|value| row_of(value, |row| time_for(row, board))))
    };
    list(move || rows.get(), live_row)
}

/// A row as it is at one moment; `now` tells the time for it.
pub(crate) fn row_of(value: &RowValue, now: impl FnOnce(&Ports) -> Timestamp) -> Element {
    match value {
        RowValue::Ports(row) => endpoint_row(row, now(row)),
        RowValue::NoPorts(row) => no_ports(row),
    }
}

/// The time as a row needs it: each second only while it waits.
fn time_for(row: &Ports, board: Board) -> Timestamp {
    match row.endpoint.state {
        EndpointState::Pending { .. } => board.second.get(),
        EndpointState::Open
        | EndpointState::Ready { .. }
        | EndpointState::Attention { .. }
        | EndpointState::Failed { .. }
        | EndpointState::Unknown { .. } => row.told,
    }
}

/// The row as it is at one moment.
fn endpoint_row(row: &Ports, now: Timestamp) -> Element {
    let Ports { endpoint, others, cluster, fresh, selected, .. } = row;
    let link =
        if others.is_empty() { endpoint_url(endpoint, cluster) } else { vec![range_links(row)] };
    el("tr")
        .class(if *fresh { "row fresh" } else { "row" })
        .attr("role", "row")
        .attr("data-endpoint", endpoint.id.to_string())
        .maybe("aria-current", selected.then_some("true"))
        .with(cell("c-status").with(status_badge(&endpoint.state, now)))
        .with(port_cell(row))
        .with(cell("c-url").with(link).with(findings(endpoint)))
        .with(
            cell("c-mode").attr("title", endpoint.object.to_string()).with(endpoint.mode().label()),
        )
        .with(cell("c-reach").with(reach(Reach::of(endpoint))))
        .with(age(cell("c-age"), endpoint, now))
        .with(cell("c-actions").with(actions(row)))
}

fn cell(class: &'static str) -> Element {
    el("td").class(class).attr("role", "cell")
}

/// The port, which leads to its panel; where rows are not grouped by cluster, the cluster, too.
fn port_cell(row: &Ports) -> Element {
    let Ports { endpoint, others, cluster, tells_cluster, .. } = row;
    let link = el("a")
        .attr("href", endpoint.id.path())
        .attr("data-port-link", "")
        .with(el("span").class("port").with(port_label(row)))
        .with(if others.is_empty() {
            app_tile(endpoint.app.as_ref())
        } else {
            el("span").class("meta").with(format!("· {} ports", others.len() + 1))
        });
    let of = tells_cluster.then(|| {
        el("a").class("of").attr("href", endpoint.id.cluster.path()).with(cluster.clone())
    });
    el("th").class("c-port").attr("role", "rowheader").attr("scope", "row").with(link).with(of)
}

/// `8888`, or `30001–30020`.
fn port_label(row: &Ports) -> String {
    range_label(&row.endpoint, row.others.last())
}

/// Why it is as it is, and what to know before using it: nothing when all is well.
fn findings(endpoint: &Endpoint) -> Vec<Element> {
    let waits = matches!(endpoint.state, EndpointState::Pending { .. });
    let reason = endpoint.state.reason().map(|reason| row_finding(reason, waits));
    let warnings = endpoint.warnings.iter().map(|warning| row_finding(warning, false));
    reason.into_iter().chain(warnings).collect()
}

/// What can be done with the row: see more, copy what opens it.
fn actions(row: &Ports) -> Element {
    let what = ["port ", &port_label(row), " of ", &row.cluster].concat();
    let details = el("a")
        .class("icon-btn details")
        .attr("href", row.endpoint.id.path())
        .attr("data-panel", "")
        .attr("aria-label", ["Details of ", &what].concat())
        .with(icon("details"));
    let copies = el("button")
        .class("icon-btn")
        .attr("type", "button")
        .attr("data-copies", "")
        .attr("popovertarget", MENU)
        .attr("aria-haspopup", "menu")
        .attr("aria-label", ["More actions for ", &what].concat())
        .with(icon("more"));
    el("div").class("row-actions").with(details).with(copies)
}

/// How long the port has been open; nothing before there is something to open.
fn age(cell: Element, endpoint: &Endpoint, now: Timestamp) -> Element {
    let is_reachable = !endpoint.addresses.is_empty() || !endpoint.urls.is_empty();
    match endpoint.opened.filter(|_| is_reachable) {
        None => cell.with(el("span").with("–")),
        Some(opened) => {
            let (exact, told) = words::moment(opened);
            let time = el("time").attr("datetime", exact).attr("title", told);
            cell.with(time.with(age_in_words(opened.age(now))))
        }
    }
}
