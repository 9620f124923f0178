//! What is below the first picture of all endpoints, for who has no JavaScript.
//!
//! It stands in a `noscript`, which a browser that runs the page's program takes as one text: so the
//! first picture of a long table need not wait until all of it is made. There the program brings the
//! same rows itself.

use skyports_model::{Overview, Query, Timestamp};

use crate::board::{Part, Rest};
use crate::components::cluster_group::still_group;
use crate::components::endpoint_table::heads;
use crate::node::{Element, el};
use crate::state::View;

/// The id of what stands there.
pub(crate) const MORE: &str = "more";

/// The groups that the island leaves out on that page, if it does.
pub(crate) fn rest(view: &View, overview: &Overview, now: Timestamp) -> Option<Element> {
    let query = match view {
        View::Overview { query } | View::Endpoint { query, .. } => query,
        View::Cluster { .. } | View::Contexts => return None,
    };
    let Rest { users, controllers, has_controllers_above } =
        Rest::of(overview, query, view.panel(), now);
    let of_controllers =
        if has_controllers_above { "More SkyPilot controllers" } else { "SkyPilot controllers" };
    let tables = [("More endpoints", users), (of_controllers, controllers)];
    let tables: Vec<_> = tables
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(title, parts)| section(title, &parts, query, now))
        .collect();
    let page = el("div").class("page").attr("id", MORE);
    (!tables.is_empty()).then(|| el("noscript").with(page.with(tables)))
}

fn section(title: &'static str, parts: &[Part], query: &Query, now: Timestamp) -> Element {
    let groups = parts.iter().map(|part| still_group(part, now)).collect::<Vec<_>>();
    let table = el("table")
        .class("endpoints")
        .attr("role", "table")
        .attr("aria-label", title)
        .with(el("thead").attr("role", "rowgroup").with(heads(Some(query))))
        .with(groups);
    el("section")
        .class("section")
        .attr("aria-label", title)
        .with(el("h2").with(title))
        .with(el("div").class("sheet").with(table))
}
