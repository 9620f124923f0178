//! The page of the contexts.

use leptos::prelude::*;

use crate::board::Board;
use crate::components::context_card::context_card;
use crate::components::shell::{page_head, page_sub};
use crate::node::{el, live};

/// A card a context.
pub(crate) fn contexts(board: Board) -> impl IntoView + use<> {
    let cards = live(move || {
        board.contexts.with(|contexts| {
            let cards: Vec<_> = contexts.iter().map(context_card).collect();
            el("div").class("contexts").with(cards)
        })
    });
    let sub = page_sub().with("What skyports sees of each cluster, and what is missing");
    (page_head("Contexts".to_owned(), sub), cards)
}
