//! Stands in for code-server, which finds its way at any path by relative addresses alone.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;

use super::page::{self, Page};

pub(super) fn router(cluster: &str) -> Router {
    let page =
        Page { app: "code-server", cluster, script: None, body: "<p>Nobody can log in here.</p>" };
    Router::new()
        .route("/", get(async || (StatusCode::FOUND, [(header::LOCATION, "./login")])))
        .route("/login", page.route())
        .route("/healthz", page::json(r#"{"status":"expired","lastHeartbeat":0}"#))
        .fallback(async || (StatusCode::NOT_FOUND, "Not Found"))
}
