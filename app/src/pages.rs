//! The live part of each page: what it shows, in which order.

pub(crate) mod cluster;
pub(crate) mod contexts;
pub(crate) mod overview;

use leptos::prelude::*;

use crate::board::Board;
use crate::components::icon::Icons;
use crate::components::note::context_notes;

/// The notes of all contexts that the page is about.
fn all_notes(board: Board, icons: Icons) -> impl IntoView {
    move || {
        board.contexts.with(|contexts| {
            contexts.iter().flat_map(|context| context_notes(context, &icons)).collect::<Vec<_>>()
        })
    }
}
