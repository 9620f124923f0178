//! What a document carries for its own start in the browser: the state block.
//!
//! The browser hydrates from exactly what the server rendered from; one difference between the
//! two stops the page. So the moment and the filter travel with the data.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use skyports_model::{ClusterId, EndpointId, Overview, Query, Timestamp};

use crate::browser;

/// The id of the element that holds the state.
pub(crate) const ELEMENT: &str = "state";

/// Which page it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum View {
    /// All endpoints.
    Overview {
        /// What the address asks for.
        query: Query,
    },
    /// One cluster.
    Cluster {
        /// Which one.
        id: ClusterId,
        /// Its name for people.
        name: String,
    },
    /// All endpoints, with the panel of one open.
    Endpoint {
        /// Which one.
        id: EndpointId,
        /// What the list beneath it asks for.
        query: Query,
    },
    /// The contexts.
    Contexts,
}

impl View {
    /// What the address asks for.
    pub(crate) fn query(&self) -> Query {
        match self {
            Self::Overview { query } | Self::Endpoint { query, .. } => query.clone(),
            Self::Cluster { .. } | Self::Contexts => Query::default(),
        }
    }

    /// The only cluster that the page is about.
    pub(crate) fn cluster(&self) -> Option<&ClusterId> {
        match self {
            Self::Cluster { id, .. } => Some(id),
            Self::Overview { .. } | Self::Endpoint { .. } | Self::Contexts => None,
        }
    }

    /// The endpoint whose panel is open from the start.
    pub(crate) fn panel(&self) -> Option<&EndpointId> {
        match self {
            Self::Endpoint { id, .. } => Some(id),
            Self::Overview { .. } | Self::Cluster { .. } | Self::Contexts => None,
        }
    }

    /// What the document is called while no panel is open.
    pub(crate) fn title(&self) -> &str {
        match self {
            Self::Overview { .. } | Self::Endpoint { .. } => "Endpoints",
            Self::Cluster { name, .. } => name,
            Self::Contexts => "Contexts",
        }
    }
}

/// The state of a page, with the overview as `O` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageState<O> {
    /// Which page it is.
    pub(crate) view: View,
    /// The build that rendered it.
    pub(crate) build: String,
    /// The moment from which ages are told.
    pub(crate) now: Timestamp,
    /// What the page shows.
    pub(crate) overview: O,
}

impl PageState<Arc<Overview>> {
    /// The text of the state block.
    pub(crate) fn encode(&self) -> String {
        let Self { view, build, now, overview } = self;
        let overview: &Overview = overview;
        // A tuple and a struct of the same fields are the same bytes in postcard.
        let bytes = postcard::to_allocvec(&(view, build, now, overview)).unwrap_or_default();
        STANDARD.encode(bytes)
    }
}

/// The state of the page that is being rendered, or that the browser shows.
pub(crate) fn of_this_page() -> Option<Arc<PageState<Arc<Overview>>>> {
    use_context::<Arc<PageState<Arc<Overview>>>>().or_else(|| from_document().map(Arc::new))
}

fn from_document() -> Option<PageState<Arc<Overview>>> {
    let text = browser::element(ELEMENT)?.text_content()?;
    let PageState::<Overview> { view, build, now, overview } =
        decode(&browser::from_base64(&text)?)?;
    Some(PageState { view, build, now, overview: Arc::new(overview) })
}

fn decode(bytes: &[u8]) -> Option<PageState<Overview>> {
    postcard::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_reads_what_the_server_wrote() {
        let state = PageState {
            view: View::Contexts,
            build: "b1".to_owned(),
            now: Timestamp(7),
            overview: Arc::new(Overview { revision: 3, ..Overview::default() }),
        };
        let read = decode(&STANDARD.decode(state.encode()).unwrap()).unwrap();
        assert_eq!(read.view, state.view);
        assert_eq!((read.now, read.overview.revision), (Timestamp(7), 3));
    }
}
