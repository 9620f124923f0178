//! Addresses of the panel, and the entries of the browser's history that stand for them.
//!
//! An entry's state is the endpoint's identity, with a `+` before it where the entry before it is
//! the same page with the panel closed: then closing goes back instead of adding to the history.

use skyports_model::{EndpointId, Filter, Mode, Query};
use wasm_bindgen::JsValue;
use web_sys::History;

use crate::browser::window;

/// What marks an entry that closing may leave by going back.
const MARK: char = '+';

/// The panel's address, with what the list beneath it asks for. A panel has one mode, so the list's
/// choice of a mode is not told.
pub(crate) fn panel_path(id: &EndpointId, query: &Query) -> String {
    let mode: Option<Mode> = Some(id.mode);
    let filter = Filter { mode, ..query.filter.clone() };
    let query = Query { filter, ..query.clone() }.query_string();
    format!("{}/{}?{query}", id.cluster.path(), id.port)
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Entry {
    /// The endpoint whose panel is open.
    pub(super) id: Option<EndpointId>,
    /// Whether the entry before it is the same page without the panel.
    pub(super) has_list_before: bool,
}

impl Entry {
    /// The entry that the browser is at.
    pub(super) fn here() -> Self {
        let state = history().and_then(|history| history.state().ok());
        Self::parse(&state.and_then(|state| state.as_string()).unwrap_or_default())
    }

    /// Adds the entry to the history.
    pub(super) fn push(&self, path: &str) {
        if let Some(history) = history() {
            let _ = history.push_state_with_url(&self.state(), "", Some(path));
        }
    }

    /// Puts the entry in place of the present one.
    pub(super) fn replace(&self, path: &str) {
        if let Some(history) = history() {
            let _ = history.replace_state_with_url(&self.state(), "", Some(path));
        }
    }

    fn parse(state: &str) -> Self {
        let marked = state.strip_prefix(MARK);
        let id = marked.unwrap_or(state).parse().ok();
        Self { has_list_before: marked.is_some() && id.is_some(), id }
    }

    fn text(&self) -> Option<String> {
        let id = self.id.as_ref()?;
        Some(if self.has_list_before { format!("{MARK}{id}") } else { id.to_string() })
    }

    fn state(&self) -> JsValue {
        self.text().map_or(JsValue::NULL, |text| JsValue::from_str(&text))
    }
}

/// Goes one entry back.
pub(super) fn go_back() {
    if let Some(history) = history() {
        let _ = history.back();
    }
}

fn history() -> Option<History> {
    window()?.history().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> EndpointId {
        "arn:aws:eks:eu:1:cluster/serve/ml/train-2ea4/8888/ingress".parse().unwrap()
    }

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        for has_list_before in [true, false] {
            let entry = Entry { id: Some(id()), has_list_before };
            assert_eq!(Entry::parse(&entry.text().unwrap()), entry);
        }
        for odd in ["", "+", "++a", "something of another page"] {
            assert_eq!(Entry::parse(odd), Entry::default(), "{odd}");
        }
    }

    #[test]
    fn the_address_names_the_mode_and_keeps_what_the_list_asks_for() {
        let filter = Filter { mode: Some(Mode::LoadBalancer), ..Filter::text("a b") };
        let path = panel_path(&id(), &Query::from(filter));
        let (path, query) = path.split_once('?').unwrap();
        assert!(path.ends_with("/ml/train-2ea4/8888"), "{path}");
        assert_eq!(query, "q=a+b&mode=ingress");
        assert_eq!(panel_path(&id(), &Query::default()), id().path());
    }
}
