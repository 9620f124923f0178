//! Parts of objects: the four kinds of patches that Kubernetes knows.

mod apply;
mod strategic;

use axum::response::Response;
use serde_json::Value;

use super::options::APPLY;
use super::{Write, body};
use crate::api::failure::Failure;

/// Answers with the object as it is then.
pub(super) fn answer(
    write: &Write<'_>,
    name: &str,
    media_type: &str,
    body: &[u8],
) -> Result<Response, Failure> {
    match media_type {
        "application/json-patch+json" => {
            let patch = steps(body)?;
            patched(write, name, "", |object| {
                json_patch::patch(object, &patch).map_err(|_| Failure::impossible_patch())
            })
        }
        "application/merge-patch+json" => {
            let patch = fields(body, "error decoding patch: ")?;
            patched(write, name, "", |object| {
                json_patch::merge(object, &patch);
                Ok(())
            })
        }
        "application/strategic-merge-patch+json" => {
            let patch = fields(body, "")?;
            patched(write, name, &patch.to_string(), |object| {
                let merged = strategic::merged(write.record, object, &patch);
                *object = merged.map_err(|why| Failure::internal(&why))?;
                Ok(())
            })
        }
        APPLY => apply::answer(write, name, body),
        _ => Err(Failure::media_type(true)),
    }
}

/// Keeps what a patch makes of an object; where that is none, `shown` is told, or what came out.
fn patched(
    write: &Write<'_>,
    name: &str,
    shown: &str,
    change: impl FnOnce(&mut Value) -> Result<(), Failure>,
) -> Result<Response, Failure> {
    write.update(name, |before| {
        let before = before.ok_or_else(|| Failure::no_object(write.resource, name))?;
        let mut object = before.clone();
        change(&mut object)?;
        let kinds = ["apiVersion", "kind"].map(|it| before.get(it) == object.get(it));
        let read = if kinds.contains(&false) {
            Err("the kind of an object cannot change".to_owned())
        } else {
            write.complete(&object)
        };
        let object = read.map_err(|why| {
            let out = object.to_string();
            Failure::invalid_patch(if shown.is_empty() { &out } else { shown }, &why)
        })?;
        write.check_names(&object, Some(name))?;
        Ok(write.draft(object, before))
    })
}

/// The steps of a JSON patch.
fn steps(body: &[u8]) -> Result<json_patch::Patch, Failure> {
    let wrong = |why: &str| Failure::bad_request(&format!("error decoding patch: {why}"));
    let document = body::parsed(body).map_err(|why| wrong(&why))?;
    if !document.is_array() {
        return Err(wrong(
            "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
        ));
    }
    serde_json::from_value(document).map_err(|_| Failure::impossible_patch())
}

/// The fields that a merge patch is made of.
fn fields(body: &[u8], before: &str) -> Result<Value, Failure> {
    let wrong = |why: &str| Failure::bad_request(&format!("{before}{why}"));
    let document = body::parsed(body).map_err(|why| wrong(&why))?;
    if !document.is_object() {
        let what = if document.is_array() { "array" } else { "string" };
        return Err(wrong(&format!(
            "json: cannot unmarshal {what} into Go value of type map[string]interface {{}}"
        )));
    }
    Ok(document)
}
