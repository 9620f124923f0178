//! What surrounds every page: top bar, breadcrumb, page head.

use leptos::prelude::*;

use super::contexts_menu::contexts_menu;
use super::icon::{drawn, icon};
use super::keyboard_sheet::KEYS;
use super::live_indicator::live_indicator;
use super::logged_out::logged_out;
use crate::behaviour::toast::toast;
use crate::board::Board;
use crate::live::Currency;
use crate::node::{Element, el, live};
use crate::state::View;
use skyports_model::{Filter, Query};

/// The top bar of a page with its `main` element.
pub(crate) fn shell<M: IntoView>(view: &View, board: Board, main: M) -> impl IntoView + use<M> {
    let on_contexts = matches!(view, View::Contexts).then_some("page");
    let contexts = live(move || {
        let now = board.minute.get();
        board.contexts.with(|contexts| contexts_menu(contexts, now))
    });
    tell_when_back(board);
    view! {
        <header class="topbar">
            {brand()}
            {crumbs(view)}
            <div class="topbar-end">
                <a class="nav-link" href="/contexts" aria-label="Contexts" aria-current=on_contexts>
                    {icon("contexts")}
                    <span>"Contexts"</span>
                </a>
                {live(move || live_indicator(board.currency.get(), board.minute.get()))}
                {keys_button()}
                {theme_toggle()}
            </div>
            {contexts}
        </header>
        {live(move || logged_out(board.currency.get()))}
        <main class="page" id="main" tabindex="-1">
            {main}
        </main>
    }
}

/// The brand, which leads to all endpoints.
pub(crate) fn brand() -> Element {
    el("a")
        .class("brand")
        .attr("href", "/")
        .attr("aria-label", "skyports, all endpoints")
        .with(drawn("icon mark", "brand"))
        .with(el("span").with("skyports"))
}

/// Says that the stream is back, to whoever saw that it was away.
fn tell_when_back(board: Board) {
    Effect::new(move |before: Option<Currency>| {
        let now = board.currency.get();
        let was_away = matches!(before, Some(Currency::Reconnecting | Currency::Stale(_)));
        if was_away && now == Currency::Live {
            toast("Connection is back", None);
        }
        now
    });
}

/// Opens the sheet of shortcuts; `behaviour` handles the click.
fn keys_button() -> Element {
    el("button")
        .class("icon-btn wide-only")
        .attr("type", "button")
        .attr("aria-label", "Keyboard shortcuts")
        .attr("title", "Keyboard shortcuts")
        .attr("aria-haspopup", "dialog")
        .attr("data-open", KEYS)
        .with(icon("keyboard"))
}

/// The switch between the themes; `behaviour` handles the click and lets it say which one it is.
fn theme_toggle() -> Element {
    el("button")
        .class("icon-btn")
        .attr("type", "button")
        .attr("aria-label", "Theme")
        .attr("title", "Theme")
        .attr("data-theme-toggle", "")
        .with(icon("sun"))
}

fn crumbs(view: &View) -> Element {
    let steps: Vec<(String, Option<String>)> = match view {
        View::Overview { .. } | View::Endpoint { .. } => vec![],
        View::Contexts => vec![("Contexts".to_owned(), None)],
        View::Cluster { id, name, .. } => {
            let only = |text: &str| Query::from(Filter::text(text)).path();
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
            let link = el("a").class("truncate").maybe("href", path).maybe("aria-current", here);
            el("li").with(link.with(text))
        })
        .collect();
    el("nav").class("crumbs").attr("aria-label", "Breadcrumb").with(el("ol").with(items))
}

/// A page's title with the line beneath it.
pub(crate) fn page_head(title: String, sub: Element) -> Element {
    let title = el("div").with(el("h1").with(title)).with(sub);
    el("div").class("page-head").with(title)
}

/// The line beneath a page's title, to be filled.
pub(crate) fn page_sub() -> Element {
    el("p").class("page-sub")
}
