//! The one island of a page: what is rendered on the server and comes to life in the browser.

use std::sync::Arc;

use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;

use crate::board::{Board, Pace};
use crate::components::copy_menu::copy_menu;
use crate::components::endpoint_drawer::endpoint_drawer;
use crate::components::shell::shell;
use crate::node::{Live, el, live};
use crate::panel::{self, Panel};
use crate::state::{self, View};
use crate::{pages, stream};

/// The page's live part. It takes no props: its data is in the state block, once for everything.
#[island]
pub fn LiveEndpoints() -> impl IntoView {
    let Some(state) = state::of_this_page() else {
        return Either::Left(());
    };
    let board = Board::new(&state.overview, &state.view, state.now, first_pace());
    let panel = Panel::new(board, &state.overview);
    let (following, followed) = (Arc::clone(&state), panel.clone());
    // Effects run in the browser only.
    Effect::new(move || {
        panel::follow(followed.clone(), board, &following.view);
        stream::follow(board, followed.clone(), &following);
    });
    let main = match &state.view {
        View::Overview { .. } | View::Endpoint { .. } => {
            EitherOf3::A(pages::overview::overview(board))
        }
        View::Cluster { .. } => EitherOf3::B(pages::cluster::cluster(board)),
        View::Contexts => EitherOf3::C(pages::contexts::contexts(board)),
    };
    Either::Right((shell(&state.view, board, main), overlays(panel, board)))
}

/// How much a page begins with: what is seen first, unless no program will bring the rest.
fn first_pace() -> Pace {
    let told = if cfg!(feature = "ssr") { use_context::<Pace>() } else { None };
    told.unwrap_or_else(Pace::first)
}

/// What is above the page: the panel of an endpoint, and the menu of copies.
fn overlays(panel: Panel, board: Board) -> Live {
    let open_at_first = panel.asked.with_untracked(Option::is_some);
    live(move || {
        panel.with(|state| {
            // The menu is content, so it belongs to a landmark once it is there.
            let offers = state.copies.is_some();
            el("div")
                .maybe("role", offers.then_some("region"))
                .maybe("aria-label", offers.then_some("To copy"))
                .with(endpoint_drawer(state, open_at_first, board))
                .with(copy_menu(state))
        })
    })
}
