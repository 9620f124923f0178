//! The table of endpoints: columns, and what fills them.

use leptos::prelude::*;

/// A table named `label` with the bodies `children`.
pub(crate) fn endpoint_table(label: &'static str, children: impl IntoView) -> impl IntoView {
    let columns: Vec<_> =
        COLUMNS.into_iter().map(|(class, _)| view! { <col class=class/> }).collect();
    let heads: Vec<_> = COLUMNS
        .into_iter()
        .map(|(class, name)| {
            view! {
                <th role="columnheader" scope="col" class=class>
                    {name}
                </th>
            }
        })
        .collect();
    view! {
        <div class="sheet">
            <table class="endpoints" role="table" aria-label=label>
                <colgroup>{columns}</colgroup>
                <thead role="rowgroup">
                    <tr role="row">{heads}</tr>
                </thead>
                {children}
            </table>
        </div>
    }
}

const COLUMNS: [(&str, &str); 6] = [
    ("c-status", "Status"),
    ("c-port", "Port"),
    ("c-url", "URL"),
    ("c-mode", "Mode"),
    ("c-reach", "Reachable from"),
    ("c-age", "Open for"),
];
