//! What a request that could change something must prove beyond its session.
//!
//! tower-http's `CsrfLayer` refuses requests from other sites by `Sec-Fetch-Site` and `Origin`, and
//! lets pass those with neither: no browser of today sends such a POST. Here they need the bearer
//! token, so that an old browser's cookie alone moves nothing.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use std::sync::Arc;

use axum::extract::State;

use super::api;
use super::router::Shared;
use super::session::Access;

/// Refuses a changing request that names neither where it comes from nor a bearer token.
pub(super) async fn origin_or_token(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let proven = safe
        || names_its_origin(request.headers())
        || shared.gate.sessions().and_then(|it| it.access(request.headers()))
            == Some(Access::Script);
    if proven { next.run(request).await } else { foreign() }
}

fn names_its_origin(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN)
}

/// The answer to a request from another site.
pub(super) fn foreign() -> Response {
    api::refused(
        StatusCode::FORBIDDEN,
        "foreign_origin",
        "This request did not come from skyports' own page. Nothing was changed. \
         Scripts send the code that `skyports serve` printed as `Authorization: Bearer CODE`.",
    )
}
