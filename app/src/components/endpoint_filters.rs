//! The filter box, the menus beside it and the tabs beneath: a GET form, live where there is
//! JavaScript.

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use skyports_model::arrangement::Grouping;
use skyports_model::{Mode, Query, Sort};
use wasm_bindgen::JsCast as _;
use web_sys::Element as Target;

use super::icon::icon;
use super::status_tally::status_tally;
use crate::board::{Board, Menus};
use crate::browser;
use crate::node::{Element, el, live};

/// The id of the filter box, for the key `/`.
pub(crate) const BOX: &str = "q";

/// The ids of the controls; each is also its part's name in the address.
const CONTROLS: [&str; 5] = [BOX, "owner", "context", "mode", "group"];

/// In the menu of owners: the reader is not who the browser remembers.
const FORGET: &str = "!forget";

/// The filter of `board`.
pub(crate) fn endpoint_filters(board: Board) -> impl IntoView {
    let Query { filter, sort, .. } = board.query.get_untracked();
    let kept = [
        ("state", Some(filter.state).filter(|state| !state.is_empty())),
        ("sort", (sort != Sort::default()).then(|| sort.word())),
    ];
    let kept = kept.map(|(name, value)| {
        let kept = el("input").attr("type", "hidden").attr("name", name);
        value.map(|value| kept.attr("value", value))
    });
    let kept: Vec<_> = kept.into_iter().flatten().collect();
    let search_icon = icon("search");
    let menus = live(move || {
        let query = board.query.get();
        board.menus.with(|menus| {
            el("div")
                .class("filters")
                .with(mine(&query, menus))
                .with(selects(&query, menus))
                .with(el("button").class("btn apply").attr("type", "submit").with("Apply"))
        })
    });
    let tabs = live(move || {
        let tally = board.summary.with(|summary| summary.tally);
        board.query.with(|query| status_tally(query, tally))
    });
    view! {
        <form
            class="toolbar"
            role="search"
            aria-label="Filter endpoints"
            action="/"
            method="get"
            on:submit=|event: SubmitEvent| event.prevent_default()
            on:input=move |event| changed(board, &event)
        >
            <div class="search">
                {search_icon}
                <label class="visually-hidden" for=BOX>
                    "Filter by cluster, port, app, URL or owner"
                </label>
                <input
                    class="input"
                    id=BOX
                    type="search"
                    name="q"
                    placeholder="Cluster, port, app, owner"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="200"
                    value=filter.text
                />
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            {kept}
            {menus}
            {tabs}
        </form>
    }
}

/// The switch to the reader's own clusters. Nobody is logged in by name: the browser remembers
/// which owner the reader is.
fn mine(query: &Query, menus: &Menus) -> Element {
    let me = menus.me.as_deref();
    let owner = query.filter.owner.as_str();
    let title = match (me, owner) {
        (Some(me), _) => ["Clusters of ", me].concat(),
        (None, "") => {
            "Your clusters. Choose yourself under Owner once; this browser remembers it".to_owned()
        }
        (None, owner) => ["Remember in this browser that you are ", owner].concat(),
    };
    let pressed = if me.is_some_and(|me| me == owner) { "true" } else { "false" };
    el("button")
        .class("btn")
        .attr("type", "button")
        .attr("data-mine", "")
        .attr("aria-pressed", pressed)
        .attr("title", title)
        .with(icon("user"))
        .with("Mine")
}

fn selects(query: &Query, menus: &Menus) -> Vec<Element> {
    let filter = &query.filter;
    let Menus { owners, contexts, modes, me, .. } = menus;
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let mut owners: Vec<_> = owners.iter().map(|owner| same(owner)).collect();
    if let Some(me) = me {
        owners.push((FORGET.to_owned(), ["I am not ", me].concat()));
    }
    let contexts = contexts.iter().map(|context| same(context.as_str())).collect();
    let mode = |mode: &Mode| (mode.as_str().to_owned(), mode.label().to_owned());
    let groups = [
        (Grouping::Cluster, "By cluster"),
        (Grouping::Context, "By context"),
        (Grouping::User, "By owner"),
    ];
    let groups = groups.map(|(group, label)| (group.as_str().to_owned(), label.to_owned()));
    let chosen_mode = filter.mode.map_or("", Mode::as_str);
    [
        select("owner", "Owner", Some("Any owner"), &filter.owner, owners),
        select("context", "Context", Some("All contexts"), &filter.context, contexts),
        select("mode", "Mode", Some("Any mode"), chosen_mode, modes.iter().map(mode).collect()),
        select("group", "Group", None, query.group.as_str(), groups.into()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A menu with its label; `any` is the choice of all.
fn select(
    name: &'static str,
    label: &'static str,
    any: Option<&'static str>,
    chosen: &str,
    mut options: Vec<(String, String)>,
) -> [Element; 2] {
    if let Some(any) = any {
        options.insert(0, (String::new(), any.to_owned()));
    }
    // An address may ask for what is not there, or not any more.
    if !options.iter().any(|(value, _)| value == chosen) {
        options.push((chosen.to_owned(), chosen.to_owned()));
    }
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, told)| {
            let is = value == chosen;
            el("option").attr("value", value).flag("selected", is).with(told)
        })
        .collect();
    let label = el("label").class("visually-hidden").attr("for", name).with(label);
    let select = el("select")
        .class("select")
        .attr("id", name)
        .attr("name", name)
        .attr("autocomplete", "off")
        .with(options);
    [label, select]
}

/// A control changed: asks for what it says now.
fn changed(board: Board, event: &Event) {
    let target = event.target().and_then(|target| target.dyn_into::<Target>().ok());
    let Some(target) = target else { return };
    let (name, value) = (target.id(), browser::value(&target));
    if name == "owner" && value == FORGET {
        board.set_me(None);
        browser::remember(browser::OWNER, None);
        board.ask(|query| query.filter.owner.clear());
        return;
    }
    if name == "owner" && !value.is_empty() && target.has_attribute("data-asks") {
        remember(board, value.clone());
    }
    let _ = target.remove_attribute("data-asks");
    board.ask(|query| put(query, &name, value));
}

fn put(query: &mut Query, name: &str, value: String) {
    let Query { filter, group, .. } = query;
    match name {
        BOX => filter.text = value,
        "owner" => filter.owner = value,
        "context" => filter.context = value,
        "mode" => filter.mode = Mode::parse(&value),
        "group" => *group = Grouping::parse(&value).unwrap_or_default(),
        _ => {}
    }
}

/// Takes what is in the controls: typed before the program came, or kept by the browser.
pub(crate) fn read_controls(board: Board) {
    let controls =
        CONTROLS.map(|name| browser::element(name).map(|it| (name, browser::value(&it))));
    board.ask(|query| {
        for (name, value) in controls.into_iter().flatten() {
            put(query, name, value);
        }
    });
}

/// Makes the controls say what is asked for, where a link changed it.
pub(crate) fn write_controls(query: &Query) {
    let mode = query.filter.mode.map_or("", Mode::as_str);
    let filter = &query.filter;
    let values = [&filter.text, &filter.owner, &filter.context, mode, query.group.as_str()];
    for (name, value) in CONTROLS.into_iter().zip(values) {
        if let Some(control) = browser::element(name) {
            browser::set_value(&control, value);
        }
    }
}

/// The switch was pressed: shows the reader's own clusters, or all; asks who that is first.
pub(crate) fn toggle_mine(board: Board) {
    let owner = board.query.with_untracked(|query| query.filter.owner.clone());
    match board.menus.with_untracked(|menus| menus.me.clone()) {
        Some(me) if me == owner => board.ask(|query| query.filter.owner.clear()),
        Some(me) => board.ask(|query| query.filter.owner = me),
        None if !owner.is_empty() => remember(board, owner),
        None => {
            if let Some(menu) = browser::element("owner") {
                let _ = menu.set_attribute("data-asks", "");
                browser::focus(&menu);
                browser::announce("Choose yourself; this browser remembers it");
            }
        }
    }
}

fn remember(board: Board, owner: String) {
    browser::remember(browser::OWNER, Some(&owner));
    board.set_me(Some(owner));
}
