//! Server functions: the browser's way to data. Each is one line that calls the dashboard.

#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "server functions are async"))]

#[cfg(feature = "ssr")]
use std::sync::Arc;

use leptos::prelude::*;
use server_fn::codec::Postcard;
use skyports_model::{EndpointId, Overview};

#[cfg(feature = "ssr")]
use crate::dashboard::Dashboard;
use crate::dashboard::DashboardError;
#[cfg(feature = "ssr")]
use crate::draw;
use crate::draw::Drawing;
use crate::fetch::Fetch;
use crate::ports::Drawn;

/// Everything that is known now: the first load after a navigation, and each resync after a lost
/// stream.
#[server(client = Fetch, prefix = "/api/fn", endpoint = "list_clusters", input = Postcard, output = Postcard)]
pub async fn list_clusters() -> Result<Overview, DashboardError> {
    dashboard().map(|dashboard| Overview::clone(&dashboard.overview()))
}

/// The chain of checks of an endpoint, the objects behind it and their events, when its panel is
/// opened.
#[server(client = Fetch, prefix = "/api/fn", endpoint = "describe_endpoint", input = Postcard, output = Postcard)]
pub async fn describe_endpoint(
    /// Which one; it must be in the overview.
    id: EndpointId,
    /// Whether to ask the endpoint itself.
    check: bool,
) -> Result<Drawing, DashboardError> {
    Ok(draw::description(&*dashboard()?, id, check).await)
}

/// The dialog that opens or closes ports, for the form as it is filled in; `submit` carries it out.
#[server(client = Fetch, prefix = "/api/fn", endpoint = "ports", input = Postcard, output = Postcard)]
pub async fn draw_ports(
    /// The address of the form: `/c/CONTEXT/NAMESPACE/NAME/open`, or `close`.
    address: String,
    /// Its fields, as a form sends them.
    form: String,
    /// Whether to do it.
    submit: bool,
) -> Result<Drawn, DashboardError> {
    draw::port_dialog(&*dashboard()?, &address, &form, submit).await
}

#[cfg(feature = "ssr")]
fn dashboard() -> Result<Arc<dyn Dashboard>, DashboardError> {
    use_context::<Arc<dyn Dashboard>>().ok_or_else(DashboardError::not_provided)
}
