//! What is below the first picture of all endpoints, for who has no JavaScript.
//!
//! It stands in a `noscript`, which a browser that runs the page's program takes as one text: so the
//! first picture of a long table need not wait until all of it is made. There the program brings the
//! same rows itself.

use leptos::prelude::*;
use skyports_model::{Overview, Query, Timestamp};

use crate::board::{Part, Rest};
use crate::components::cluster_group::still_group;
use crate::components::endpoint_table::heads;
use crate::node::live;
use crate::state::View;

/// The id of what stands there.
pub(crate) const MORE: &str = "more";

/// The groups that the island leaves out on that page, if it does. Each is made when it is written and gone
/// before the next: all of them at once are fifty thousand pieces, with which a page takes a quarter longer.
pub(crate) fn rest(
    view: &View,
    overview: &Overview,
    now: Timestamp,
) -> Option<impl IntoView + use<>> {
    let query = match view {
        View::Overview { query } | View::Endpoint { query, .. } => query,
        View::Cluster { .. } | View::Contexts => return None,
    };
    let Rest { users, controllers, has_controllers_above } =
        Rest::of(overview, query, view.panel(), now);
    let of_controllers =
        if has_controllers_above { "More SkyPilot controllers" } else { "SkyPilot controllers" };
    let tables: Vec<_> = [("More endpoints", users), (of_controllers, controllers)]
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(title, parts)| section(title, parts, query, now))
        .collect();
    (!tables.is_empty())
        .then(|| view! { <noscript><div class="page" id=MORE>{tables}</div></noscript> })
}

fn section(
    title: &'static str,
    parts: Vec<Part>,
    query: &Query,
    now: Timestamp,
) -> impl IntoView + use<> {
    let groups: Vec<_> =
        parts.into_iter().map(|part| live(move || still_group(&part, now))).collect();
    view! {
        <section class="section" aria-label=title>
            <h2>{title}</h2>
            <div class="sheet">
                <table class="endpoints" role="table" aria-label=title>
                    <thead role="rowgroup">{heads(Some(query))}</thead>
                    {groups}
                </table>
            </div>
        </section>
    }
}
