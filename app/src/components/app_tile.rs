//! The app that is probably behind a port.

use skyports_model::AppGuess;

use super::icon::drawn;
use crate::node::{Element, el};

/// A tile of two letters with the app's name, or an empty one.
pub(crate) fn app_tile(app: Option<&AppGuess>) -> Element {
    let tile = el("span").attr("aria-hidden", "true");
    let (tile, name) = match app {
        Some(app) => (tile.class("tile").with(app.tile.clone()), app.name.clone()),
        None => {
            (tile.class("tile none").with(drawn("icon small", "pod")), "Unknown app".to_owned())
        }
    };
    el("span")
        .class("app")
        .maybe("title", app.map(|app| app.confidence.told()))
        .with(tile)
        .with(el("span").class("truncate").with(name))
}
