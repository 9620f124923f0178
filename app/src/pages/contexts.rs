//! The page of the contexts.

use leptos::prelude::*;

use crate::board::Board;
use crate::components::context_card::context_card;
use crate::components::icon::Icons;
use crate::components::shell::page_head;

/// A card a context.
pub(crate) fn contexts(board: Board, icons: &Icons) -> impl IntoView + use<> {
    let icons = icons.clone();
    let cards = move || {
        board
            .contexts
            .with(|contexts| contexts.iter().map(|c| context_card(c, &icons)).collect::<Vec<_>>())
    };
    view! {
        {page_head("Contexts".to_owned(), "What skyports sees of each cluster, and what is missing")}
        <div class="contexts">{cards}</div>
    }
}
