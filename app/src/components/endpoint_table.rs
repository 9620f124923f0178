//! The table of endpoints: columns, and what fills them.

use leptos::prelude::*;

/// A table named `label` with the bodies `children`.
pub(crate) fn endpoint_table(label: &'static str, children: impl IntoView) -> impl IntoView {
    view! {
        <div class="sheet">
            <table class="endpoints" role="table" aria-label=label>
                <colgroup>
                    {COLUMNS.map(|(class, _)| view! { <col class=class/> }).to_vec()}
                </colgroup>
                <thead role="rowgroup">
                    <tr role="row">
                        {COLUMNS
                            .map(|(class, name)| {
                                view! {
                                    <th role="columnheader" scope="col" class=class>
                                        {name}
                                    </th>
                                }
                            })
                            .to_vec()}
                    </tr>
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
