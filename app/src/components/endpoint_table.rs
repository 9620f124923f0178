//! The table of endpoints: columns, and what fills them.

use leptos::prelude::*;
use skyports_model::{Query, SortKey};

use super::icon::drawn;
use crate::node::{Element, el};

/// How many columns there are, for what spans them all.
pub(crate) const WIDTH: &str = "7";

/// The id of a page's first table.
pub(crate) const FIRST: &str = "ports";

/// A table named `label` with the heads `heads` and the bodies `children`.
pub(crate) fn endpoint_table(
    id: &'static str,
    label: &'static str,
    heads: impl IntoView,
    children: impl IntoView,
) -> impl IntoView {
    view! {
        <div class="sheet" id=id>
            <table class="endpoints" role="table" aria-label=label>
                <thead role="rowgroup">{heads}</thead>
                {children}
            </table>
        </div>
    }
}

/// The row of heads; sorted as `query` wants it and linked to the other ways, where there is one.
pub(crate) fn heads(query: Option<&Query>) -> Element {
    let heads = COLUMNS.into_iter().map(|(class, name, by)| {
        let head = el("th").attr("role", "columnheader").attr("scope", "col").class(class);
        match (by, query) {
            (Some(by), Some(query)) => sortable(head, name, by, query),
            _ if class == "c-actions" => head.with(el("span").class("visually-hidden").with(name)),
            _ => head.with(name),
        }
    });
    el("tr").attr("role", "row").with(heads.collect::<Vec<_>>())
}

fn sortable(head: Element, name: &'static str, by: SortKey, query: &Query) -> Element {
    let sort = query.sort;
    // Rows of a cluster stand by port before anybody asks for it.
    let is = sort.by == by || (sort.by == SortKey::Name && by == SortKey::Port);
    let (order, sign) = match (is, sort.descending) {
        (false, _) => ("none", "sort"),
        (true, false) => ("ascending", "chevron-down"),
        (true, true) => ("descending", "chevron-down"),
    };
    let link = el("a")
        .attr("href", query.sorted_by(by).path())
        .attr("data-query", "")
        .with(name)
        .with(drawn("icon small", sign));
    head.attr("aria-sort", order).with(link)
}

const COLUMNS: [(&str, &str, Option<SortKey>); 7] = [
    ("c-status", "Status", Some(SortKey::Status)),
    ("c-port", "Port", Some(SortKey::Port)),
    ("c-url", "URL", None),
    ("c-mode", "Mode", Some(SortKey::Mode)),
    ("c-reach", "Reachable from", None),
    ("c-age", "Open for", Some(SortKey::Age)),
    ("c-actions", "Actions", None),
];
