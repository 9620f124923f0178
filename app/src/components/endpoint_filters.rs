//! The filter box and the tabs beneath it: a GET form, live where there is JavaScript.

use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;
use skyports_model::Filter;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::icon::{Icons, icon};
use super::status_tally::status_tally;
use crate::board::{Board, set_if_new};

/// The id of the filter box, for the key `/`.
pub(crate) const BOX: &str = "q";

/// The filter of `board`.
pub(crate) fn endpoint_filters(board: Board, icons: Icons) -> impl IntoView {
    let Filter { text, state, .. } = board.filter.get_untracked();
    let kept_state =
        (!state.is_empty()).then(|| view! { <input type="hidden" name="state" value=state/> });
    let typed = move |event| set_text(board, event_target_value(&event));
    let chosen = move |event: MouseEvent| choose(board, &event);
    view! {
        <form
            class="toolbar"
            role="search"
            aria-label="Filter endpoints"
            action="/"
            method="get"
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            <div class="search">
                {icon("search", &icons)}
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
                    value=text
                    on:input=typed
                />
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            {kept_state}
            <div on:click=chosen>
                {move || {
                    let tally = board.summary.with(|summary| summary.tally);
                    board.filter.with(|filter| status_tally(filter, tally, &icons))
                }}
            </div>
        </form>
    }
}

/// Takes the words that are in the box.
pub(crate) fn set_text(board: Board, text: String) {
    set_if_new(board.filter, Filter { text, ..board.filter.get_untracked() });
}

/// A tab was clicked: filters here, unless the reader wants another tab or window of the browser.
fn choose(board: Board, event: &MouseEvent) {
    if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let tab = target.and_then(|target| target.closest("[data-filter]").ok().flatten());
    if let Some(state) = tab.and_then(|tab| tab.get_attribute("data-filter")) {
        event.prevent_default();
        set_if_new(board.filter, Filter { state, ..board.filter.get_untracked() });
    }
}
