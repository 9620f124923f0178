//! One endpoint: a row of the table.

use leptos::prelude::*;
use skyports_model::time::age_in_words;
use skyports_model::{Endpoint, EndpointState, Port, Timestamp};

use super::app_tile::app_tile;
use super::endpoint_url::endpoint_url;
use super::finding::finding;
use super::icon::Icons;
use super::reach::reach;
use super::status_badge::status_badge;
use crate::board::{Board, Row, RowValue};
use crate::node::{Element, el, live};
use crate::reach::Reach;
use crate::words;

/// The rows of a cluster, each following its own signal and the clock; `marked` is the port that
/// the address names.
pub(crate) fn live_rows(
    rows: ArcRwSignal<Vec<Row>>,
    board: Board,
    marked: Option<Port>,
    icons: Icons,
) -> impl IntoView {
    let live_row = move |row: Row| {
        let icons = icons.clone();
        live(move || {
            row.value.with(|value| endpoint_row(value, time_for(value, board), marked, &icons))
        })
    };
    view! { <For each=move || rows.get() key=|row| row.serial children=live_row/> }
}

/// The time as a row needs it: each second only while it waits.
fn time_for(value: &RowValue, board: Board) -> Timestamp {
    match value.endpoint.state {
        EndpointState::Pending { .. } => board.second.get(),
        EndpointState::Open | EndpointState::Attention { .. } | EndpointState::Unknown { .. } => {
            board.minute.get()
        }
    }
}

/// The row as it is at one moment.
fn endpoint_row(value: &RowValue, now: Timestamp, marked: Option<Port>, icons: &Icons) -> Element {
    let RowValue { endpoint, cluster } = value;
    let reason = endpoint.state.reason().map(|reason| finding(reason, false, icons));
    let warnings: Vec<_> =
        endpoint.warnings.iter().map(|warning| finding(warning, false, icons)).collect();
    let marked = marked == Some(endpoint.port());
    let path = format!("{}/{}", endpoint.id.cluster.path(), endpoint.port());
    let to_panel = el("a")
        .attr("href", path)
        .with(el("span").class("port").with(endpoint.port().to_string()))
        .with(app_tile(endpoint.app.as_ref(), icons));
    el("tr")
        .class("row")
        .attr("role", "row")
        .maybe("aria-current", marked.then_some("true"))
        .with(cell("c-status").with(status_badge(&endpoint.state, now, icons)))
        .with(
            el("th").class("c-port").attr("role", "rowheader").attr("scope", "row").with(to_panel),
        )
        .with(
            cell("c-url").with(endpoint_url(endpoint, cluster, icons)).with(reason).with(warnings),
        )
        .with(
            cell("c-mode").attr("title", endpoint.object.to_string()).with(endpoint.mode().label()),
        )
        .with(cell("c-reach").with(reach(Reach::of(endpoint), icons)))
        .with(age(cell("c-age"), endpoint, now))
}

fn cell(class: &'static str) -> Element {
    el("td").class(class).attr("role", "cell")
}

/// How long the port has been open; nothing before there is something to open.
fn age(cell: Element, endpoint: &Endpoint, now: Timestamp) -> Element {
    let is_reachable = !endpoint.addresses.is_empty() || !endpoint.urls.is_empty();
    match endpoint.opened.filter(|_| is_reachable) {
        None => cell.with("–"),
        Some(opened) => {
            let (exact, told) = words::moment(opened);
            let time = el("time").attr("datetime", exact).attr("title", told);
            cell.with(time.with(age_in_words(opened.age(now))))
        }
    }
}
