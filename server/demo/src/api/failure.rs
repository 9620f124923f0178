//! What goes wrong, in the words of a real API server (1.36; held by the contract tests).

mod write;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::path::Of;
use super::reply;
use crate::store::Resource;

/// An answer that is no success.
#[derive(Debug)]
pub(super) struct Failure {
    code: StatusCode,
    /// The `Status` object; without one the text alone is said.
    status: Option<Value>,
    text: String,
}

impl Failure {
    /// Nobody answers at this path.
    pub(super) fn no_page() -> Self {
        let text = "404 page not found\n".to_owned();
        Self { code: StatusCode::NOT_FOUND, status: None, text }
    }

    /// The group is known, the kind or a part of it is not.
    pub(super) fn no_resource() -> Self {
        let message = "the server could not find the requested resource";
        Self::status(StatusCode::NOT_FOUND, Some("NotFound"), message, Some(json!({})))
    }

    /// The kind is known, the object is not there.
    pub(super) fn no_object(resource: Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(resource));
        Self::status(
            StatusCode::NOT_FOUND,
            Some("NotFound"),
            &message,
            Some(details(resource, Some(name))),
        )
    }

    /// This cannot be done here.
    pub(super) fn method() -> Self {
        let message = "the server does not allow this method on the requested resource";
        let code = StatusCode::METHOD_NOT_ALLOWED;
        Self::status(code, Some("MethodNotAllowed"), message, Some(json!({})))
    }

    /// Nobody knows who asks.
    pub(super) fn unauthorized() -> Self {
        let code = StatusCode::UNAUTHORIZED;
        Self::status(code, Some("Unauthorized"), "Unauthorized", None)
    }

    /// Who asks may not.
    pub(super) fn forbidden(of: &Of, sentence: &str) -> Self {
        let name = of.name.as_deref();
        let about = name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let message = format!("{}{about} is forbidden: {sentence}", qualified(of.resource));
        let details = details(of.resource, name);
        Self::status(StatusCode::FORBIDDEN, Some("Forbidden"), &message, Some(details))
    }

    /// What was asked cannot be understood.
    pub(super) fn bad_request(message: &str) -> Self {
        Self::status(StatusCode::BAD_REQUEST, Some("BadRequest"), message, None)
    }

    /// A watch from a version that is none: a real server takes that for its own fault.
    pub(super) fn bad_version(message: &str) -> Self {
        Self::status(StatusCode::INTERNAL_SERVER_ERROR, None, message, None)
    }

    /// A version that is not reached yet.
    pub(super) fn future_version(asked: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
        let cause =
            json!({"reason": "ResourceVersionTooLarge", "message": "Too large resource version"});
        let details = json!({"causes": [cause], "retryAfterSeconds": 1});
        Self::status(StatusCode::GATEWAY_TIMEOUT, Some("Timeout"), &message, Some(details))
    }

    /// The page of a list that is not remembered any more, with a token for what is there now.
    pub(super) fn expired_page(token: &str) -> Self {
        let message = "The provided continue parameter is too old to display a consistent list \
            result. You can start a new list without the continue parameter, or use the continue \
            token in this response to retrieve the remainder of the results. Continuing with the \
            provided token results in an inconsistent list - objects that were created, modified, \
            or deleted between the time the first chunk was returned and now may show up in the \
            list.";
        let mut failure = Self::expired(message);
        if let Some(metadata) = failure.status.as_mut().and_then(|it| it.get_mut("metadata")) {
            *metadata = json!({"continue": token});
        }
        failure
    }

    /// What was asked for is not remembered any more.
    pub(super) fn expired(message: &str) -> Self {
        Self::status(StatusCode::GONE, Some("Expired"), message, None)
    }

    /// More at once than this server does.
    pub(super) fn too_many() -> Self {
        let message = "too many requests, please try again later";
        let details = json!({"retryAfterSeconds": 1});
        let code = StatusCode::TOO_MANY_REQUESTS;
        Self::status(code, Some("TooManyRequests"), message, Some(details))
    }

    /// The `Status` object, for a watch that says it in its stream.
    pub(super) fn object(self) -> Value {
        self.status.unwrap_or_default()
    }

    fn status(
        code: StatusCode,
        reason: Option<&str>,
        message: &str,
        details: Option<Value>,
    ) -> Self {
        let mut status = serde_json::Map::new();
        let mut say = |name: &str, value: Value| status.insert(name.to_owned(), value);
        say("kind", "Status".into());
        say("apiVersion", "v1".into());
        say("metadata", json!({}));
        say("status", "Failure".into());
        say("message", message.into());
        if let Some(reason) = reason {
            say("reason", reason.into());
        }
        if let Some(details) = details {
            say("details", details);
        }
        say("code", code.as_u16().into());
        Self { code, status: Some(status.into()), text: String::new() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self.status {
            Some(status) => reply::json(self.code, &status),
            None => (self.code, self.text).into_response(),
        }
    }
}

/// A kind as sentences name it: with its group, if it has one.
fn qualified(resource: Resource) -> String {
    match resource.group() {
        "" => resource.plural().to_owned(),
        group => format!("{}.{group}", resource.plural()),
    }
}

fn details(resource: Resource, name: Option<&str>) -> Value {
    let mut details = serde_json::Map::new();
    if let Some(name) = name {
        details.insert("name".to_owned(), name.into());
    }
    if !resource.group().is_empty() {
        details.insert("group".to_owned(), resource.group().into());
    }
    details.insert("kind".to_owned(), resource.plural().into());
    details.into()
}
