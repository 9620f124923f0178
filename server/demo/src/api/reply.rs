//! Documents as HTTP answers.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, StatusCode, header};
use serde::Serialize;

const HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache, private")];

/// One document. Whatever else a client would accept (tables, protobuf), it accepts JSON too.
pub(super) fn json(code: StatusCode, document: &impl Serialize) -> Response {
    match serde_json::to_vec(document) {
        Ok(mut text) => {
            text.push(b'\n');
            (code, HEADERS, text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// A stream of documents.
pub(super) fn stream(body: Body) -> Response {
    (StatusCode::OK, HEADERS, body).into_response()
}
