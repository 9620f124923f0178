//! The app that is probably behind a port.

use leptos::either::Either;
use leptos::prelude::*;
use skyports_model::AppGuess;

use super::icon::{Icons, drawn};

/// A tile of two letters with the app's name, or an empty one.
pub(crate) fn app_tile(app: Option<&AppGuess>, icons: &Icons) -> impl IntoView + use<> {
    let title = app.map(|_| "Guessed from the port number");
    let class = if app.is_some() { "tile" } else { "tile none" };
    let face = match app {
        Some(app) => Either::Left(app.tile.clone()),
        None => Either::Right(drawn("icon small", "pod", icons)),
    };
    let name = app.map_or_else(|| "Unknown app".to_owned(), |app| app.name.clone());
    view! {
        <span class="app" title=title>
            <span class=class aria-hidden="true">
                {face}
            </span>
            <span class="truncate">{name}</span>
        </span>
    }
}
