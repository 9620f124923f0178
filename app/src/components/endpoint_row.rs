//! One endpoint: a row of the table.

use leptos::prelude::*;
use skyports_model::time::age_in_words;
use skyports_model::{Endpoint, EndpointState, Timestamp};

use super::app_tile::app_tile;
use super::endpoint_url::endpoint_url;
use super::finding::finding;
use super::icon::Icons;
use super::reach::reach;
use super::status_badge::status_badge;
use crate::board::{Board, Row, RowValue};
use crate::reach::Reach;
use crate::words;

/// A row that follows its signal and the clock.
pub(crate) fn live_row(row: Row, board: Board, marked: Option<u16>, icons: Icons) -> impl IntoView {
    move || {
        row.with(|value| {
            // Only what waits needs each second.
            let waits = matches!(value.endpoint.state, EndpointState::Pending { .. });
            let now = if waits { board.second.get() } else { board.minute.get() };
            let marked = marked == Some(value.endpoint.port().number());
            endpoint_row(value, now, marked, &icons)
        })
    }
}

/// The row as it is at one moment.
fn endpoint_row(
    value: &RowValue,
    now: Timestamp,
    marked: bool,
    icons: &Icons,
) -> impl IntoView + use<> {
    let RowValue { endpoint, cluster } = value;
    let reason = endpoint.state.reason().map(|reason| finding(reason, false, icons));
    let warnings: Vec<_> =
        endpoint.warnings.iter().map(|warning| finding(warning, false, icons)).collect();
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
            <td class="c-mode" role="cell">
                <span title=endpoint.object.to_string()>{endpoint.mode().label()}</span>
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

fn age(endpoint: &Endpoint, now: Timestamp) -> impl IntoView + use<> {
    endpoint.opened.map(|opened| {
        view! {
            <time datetime=words::machine_time(opened) title=words::moment(opened)>
                {age_in_words(opened.age(now))}
            </time>
        }
    })
}
