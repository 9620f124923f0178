//! The one island of a page: what is rendered on the server and comes to life in the browser.

use std::sync::Arc;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use crate::board::Board;
use crate::components::shell::shell;
use crate::state::{self, View};
use crate::{pages, stream};

/// The page's live part. It takes no props: its data is in the state block, once for everything.
#[island]
pub fn LiveEndpoints() -> impl IntoView {
    let Some(state) = state::of_this_page() else {
        return Either::Left(());
    };
    let board = Board::new(&state.overview, &state.view, state.now);
    let following = Arc::clone(&state);
    // Effects run in the browser only.
    Effect::new(move || stream::follow(board, &following));
    let icons = &state.icons;
    let main = match &state.view {
        View::Overview { .. } => EitherOf3::A(pages::overview::overview(board, icons)),
        View::Cluster { marked, .. } => {
            EitherOf3::B(pages::cluster::cluster(board, *marked, icons))
        }
        View::Contexts => EitherOf3::C(pages::contexts::contexts(board, icons)),
    };
    Either::Right(shell(&state.view, board, icons, main))
}
