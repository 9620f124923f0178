//! What every handler of a reader's page begins with: who asks, and for which cluster.

use std::sync::Arc;

use axum::extract::rejection::ExtensionRejection;
use axum::extract::{Extension, FromRequestParts};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use skyports_app::dashboard::Dashboard as _;
use skyports_app::page::PageEnv;
use skyports_model::{Cluster, Overview};

use super::pages;
use super::router::Shared;
use crate::dashboard::viewer::Viewer;

/// A request for a page, behind the gate.
pub(super) struct Asked {
    pub(super) shared: Arc<Shared>,
    pub(super) viewer: Viewer,
    pub(super) headers: HeaderMap,
}

/// The part of an address that names a cluster.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ClusterAt {
    context: String,
    namespace: String,
    name: String,
}

/// The part of an address that names a port of a cluster.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PortAt {
    #[serde(flatten)]
    pub(super) cluster: ClusterAt,
    pub(super) port: String,
}

impl FromRequestParts<Arc<Shared>> for Asked {
    type Rejection = ExtensionRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, Self::Rejection> {
        let Extension(viewer) = Extension::from_request_parts(parts, shared).await?;
        Ok(Self { shared: Arc::clone(shared), viewer, headers: parts.headers.clone() })
    }
}

impl Asked {
    /// What a page of this reader needs.
    pub(super) fn env(&self) -> PageEnv {
        pages::env_of((&self.shared, &self.viewer), pages::theme(&self.headers))
    }

    /// The page that says why there is nothing else to show.
    pub(super) fn failed(&self, status: StatusCode, title: &str, what: &str) -> Response {
        pages::failed(&self.shared, &self.headers, status, title, what)
    }

    /// The cluster of an address, as the reader sees it in that overview.
    ///
    /// # Errors
    /// The page that says that there is none, or that nobody knows yet.
    pub(super) fn cluster<'a>(
        &self,
        overview: &'a Overview,
        ClusterAt { context, namespace, name }: &ClusterAt,
    ) -> Result<&'a Cluster, Box<Response>> {
        overview.cluster_at(context, namespace, name).ok_or_else(|| {
            Box::new(pages::no_cluster(&self.shared, [context, namespace, name], &self.headers))
        })
    }

    /// What the reader sees.
    pub(super) fn overview(&self) -> Arc<Overview> {
        self.viewer.overview()
    }
}
