//! One endpoint: a row of the table.

use leptos::either::Either;
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
        move || row.value.with(|value| endpoint_row(value, time_for(value, board), marked, &icons))
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
fn endpoint_row(
    value: &RowValue,
    now: Timestamp,
    marked: Option<Port>,
    icons: &Icons,
) -> impl IntoView + use<> {
    let RowValue { endpoint, cluster } = value;
    let reason = endpoint.state.reason().map(|reason| finding(reason, false, icons));
    let warnings: Vec<_> =
        endpoint.warnings.iter().map(|warning| finding(warning, false, icons)).collect();
    let marked = marked == Some(endpoint.port());
    let path = format!("{}/{}", endpoint.id.cluster.path(), endpoint.port());
    view! {
        <tr class="row" role="row" aria-current=marked.then_some("true")>
            <td class="c-status" role="cell">
                {status_badge(&endpoint.state, now, icons)}
            </td>
            <th class="c-port" role="rowheader" scope="row">
                <a href=path>
                    <span class="port">{endpoint.port().number()}</span>
                    {app_tile(endpoint.app.as_ref(), icons)}
                </a>
            </th>
            <td class="c-url" role="cell">
                {endpoint_url(endpoint, cluster, icons)}
                {reason}
                {warnings}
            </td>
            <td class="c-mode" role="cell" title=endpoint.object.to_string()>
                {endpoint.mode().label()}
            </td>
            <td class="c-reach" role="cell">
                {reach(Reach::of(endpoint), icons)}
            </td>
            <td class="c-age" role="cell">
                {age(endpoint, now)}
            </td>
        </tr>
    }
}

/// How long the port has been open; nothing before there is something to open.
fn age(endpoint: &Endpoint, now: Timestamp) -> impl IntoView + use<> {
    let is_reachable = !endpoint.addresses.is_empty() || !endpoint.urls.is_empty();
    match endpoint.opened.filter(|_| is_reachable) {
        None => Either::Left("–"),
        Some(opened) => {
            let (exact, told) = words::moment(opened);
            Either::Right(view! {
                <time datetime=exact title=told>
                    {age_in_words(opened.age(now))}
                </time>
            })
        }
    }
}
