//! The JSON API for scripts, the server functions for the page, and health.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use leptos::prelude::provide_context;
use leptos::server_fn::error::FromServerFnError as _;
use serde_json::json;
use skyports_app::dashboard::{Dashboard, DashboardError};

use super::router::Shared;
use crate::config::clock;
use crate::dashboard::document;
use crate::dashboard::viewer::Viewer;

/// `GET /api/v1/overview`
pub(super) async fn overview(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
) -> Response {
    // What a reader says of apps is for their pages, and not for scripts.
    let viewer = viewer.plain();
    let overview = viewer.overview();
    let text = if viewer.sees_everything() {
        shared.document.text(&overview, clock::now())
    } else {
        document::Kept::default().text(&overview, clock::now())
    };
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the overview could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `POST /api/fn/NAME`: the server functions, with the dashboard in their context.
pub(super) async fn server_function(
    Extension(viewer): Extension<Viewer>,
    request: Request<Body>,
) -> Response {
    let dashboard: Arc<dyn Dashboard> = Arc::new(viewer);
    let context = move || provide_context(Arc::clone(&dashboard));
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// The answer to a page whose login ended, in the words of the server functions.
pub(super) fn not_logged_in() -> Response {
    (StatusCode::UNAUTHORIZED, DashboardError::not_logged_in().ser()).into_response()
}

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: there is something to show. A cluster that is away later does not change it: its
/// last known state is still worth showing.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if shared.live.is_settled() {
        "ok\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "still connecting\n").into_response()
    }
}

/// A refusal in JSON: what for scripts, what for people.
pub(super) fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let mut response =
        (status, Json(json!({ "error": { "code": code, "message": message } }))).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
    }
    response
}
