//! What surrounds every page: top bar, breadcrumb, page head.

use leptos::prelude::*;

use super::icon::{Icons, drawn, icon};
use super::live_indicator::live_indicator;
use crate::board::Board;
use crate::state::View;
use crate::words::overview_path;
use skyports_model::Filter;

/// The top bar of a page with its `main` element.
pub(crate) fn shell<M: IntoView>(
    view: &View,
    board: Board,
    icons: &Icons,
    main: M,
) -> impl IntoView + use<M> {
    let on_contexts = matches!(view, View::Contexts).then_some("page");
    view! {
        <header class="topbar">
            {brand(icons)}
            {crumbs(view)}
            <div class="topbar-end">
                <a class="nav-link" href="/contexts" aria-label="Contexts" aria-current=on_contexts>
                    {icon("contexts", icons)}
                    <span>"Contexts"</span>
                </a>
                {move || live_indicator(board.currency.get(), board.minute.get())}
                {theme_toggle(icons)}
            </div>
        </header>
        <main class="page" id="main" tabindex="-1">
            {main}
        </main>
    }
}

/// The brand, which leads to all endpoints.
pub(crate) fn brand(icons: &Icons) -> impl IntoView + use<> {
    view! {
        <a class="brand" href="/" aria-label="skyports, all endpoints">
            {drawn("mark", "brand", icons)}
            <span>"skyports"</span>
        </a>
    }
}

/// The switch between the themes; `behaviour` handles the click.
fn theme_toggle(icons: &Icons) -> impl IntoView + use<> {
    view! {
        <button class="icon-btn" type="button" aria-label="Next theme" title="Next theme" data-theme-toggle="">
            {icon("sun", icons)}
        </button>
    }
}

fn crumbs(view: &View) -> impl IntoView + use<> {
    let steps: Vec<(String, Option<String>)> = match view {
        View::Overview { .. } => vec![],
        View::Contexts => vec![("Contexts".to_owned(), None)],
        View::Cluster { id, name, .. } => {
            let only =
                |text: &str| overview_path(&Filter { text: text.to_owned(), state: String::new() });
            vec![
                ("Endpoints".to_owned(), Some("/".to_owned())),
                (id.context.to_string(), Some(only(id.context.as_str()))),
                (id.namespace.to_string(), Some(only(id.namespace.as_str()))),
                (name.clone(), None),
            ]
        }
    };
    let items: Vec<_> = steps
        .into_iter()
        .map(|(text, path)| {
            let here = path.is_none().then_some("page");
            view! {
                <li>
                    <a class="truncate" href=path aria-current=here>
                        {text}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <ol>{items}</ol>
        </nav>
    }
}

/// A page's title with the line beneath it.
pub(crate) fn page_head(title: String, sub: impl IntoView) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                <p class="page-sub">{sub}</p>
            </div>
        </div>
    }
}
