//! The live part of each page: what it shows, in which order.

pub(crate) mod cluster;
pub(crate) mod contexts;
pub(crate) mod overview;
pub(crate) mod rest;

use leptos::prelude::*;

use crate::board::Board;
use crate::components::note::context_notes;
use crate::node::{Live, el, live};

/// The notes of all contexts that the page is about.
fn all_notes(board: Board) -> Live {
    live(move || {
        board.contexts.with(|contexts| {
            let notes: Vec<_> = contexts.iter().flat_map(context_notes).collect();
            el("div").class("notes").with(notes)
        })
    })
}
