//! One object.

use axum::response::Response;
use http::StatusCode;

use super::failure::Failure;
use super::path::Of;
use super::reply;
use crate::store::Store;

/// Answers with the object that is meant.
pub(super) fn answer(store: &Store, of: &Of) -> Result<Response, Failure> {
    let key = of.key().ok_or_else(Failure::no_resource)?;
    let object = store.get(&key).ok_or_else(|| Failure::no_object(key.resource, &key.name))?;
    Ok(reply::json(StatusCode::OK, object.as_ref()))
}
