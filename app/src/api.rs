//! Server functions: the browser's way to data. Each is one line that calls the dashboard.

#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "server functions are async"))]

#[cfg(feature = "ssr")]
use std::sync::Arc;

use leptos::prelude::*;
use server_fn::codec::Postcard;
use skyports_model::{Description, EndpointId, Overview};

#[cfg(feature = "ssr")]
use crate::dashboard::Dashboard;
use crate::dashboard::DashboardError;
use crate::fetch::Fetch;

/// Everything that is known now: the first load after a navigation, and each resync after a lost
/// stream.
#[server(client = Fetch, prefix = "/api/fn", endpoint = "list_clusters", input = Postcard, output = Postcard)]
pub async fn list_clusters() -> Result<Overview, DashboardError> {
    dashboard().map(|dashboard| Overview::clone(&dashboard.overview()))
}

/// The objects behind an endpoint and their events, when its panel is opened.
#[server(client = Fetch, prefix = "/api/fn", endpoint = "describe_endpoint", input = Postcard, output = Postcard)]
pub async fn describe_endpoint(
    /// Which one; it must be in the overview.
    id: EndpointId,
) -> Result<Description, DashboardError> {
    dashboard()?.describe(id).await
}

#[cfg(feature = "ssr")]
fn dashboard() -> Result<Arc<dyn Dashboard>, DashboardError> {
    use_context::<Arc<dyn Dashboard>>().ok_or_else(DashboardError::not_provided)
}
