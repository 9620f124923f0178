//! Server-side apply: a document of all that somebody wants of an object.

use axum::response::Response;
use serde_json::Value;

use crate::api::failure::Failure;
use crate::api::write::{Draft, Write};
use crate::document::{part, section, text};
use crate::fields::{Managers, Operation, duplicates};
use crate::schema::decode::{Decoded, decoded};
use crate::store::seconds;

/// Answers with the object as it is then.
pub(super) fn answer(write: &Write<'_>, name: &str, body: &[u8]) -> Result<Response, Failure> {
    let document = document(write, name, body)?;
    let api_version = write.resource.api_version();
    let by = write.options.manager(Operation::Apply, &api_version);
    let now = seconds(write.store.now());
    write.update(name, |before| {
        let managers = before.map(Managers::of).unwrap_or_default();
        let (record, force) = (write.record, write.options.force);
        let applied = managers.applied(record, before, &document, &by, force, &now);
        let (mut object, managers) = applied.map_err(|all| Failure::conflicts(&all))?;
        let is_said = |pointer| !part(&document, pointer).is_null();
        let is_named = is_said("/metadata/name") || is_said("/metadata/uid");
        if !is_said("/metadata") || before.is_none() && !is_named {
            return Err(Failure::no_name(name));
        }
        if before.is_none() {
            let uid = text(&document, "/metadata/uid");
            let metadata = section(&mut object, "metadata");
            metadata.remove("resourceVersion");
            metadata.insert("name".to_owned(), name.into());
            if let Some(uid) = uid {
                let why = format!(
                    "uid mismatch: the provided object specified uid {uid}, and no existing object \
                     was found"
                );
                return Err(Failure::another(write.resource, name, &why));
            }
        }
        let object = write.complete(&object).map_err(|why| Failure::internal(&why))?;
        Ok(Draft { object, managers })
    })
}

/// The document that is applied, without what says nothing.
fn document(write: &Write<'_>, name: &str, body: &[u8]) -> Result<Value, Failure> {
    let document: Value = serde_yaml_ng::from_slice(body).map_err(|error| {
        Failure::bad_request(&format!(
            "error decoding YAML: error converting YAML to JSON: yaml: {error}"
        ))
    })?;
    let (group, version) = (write.resource.group(), write.resource.version());
    let kind = text(&document, "/kind").unwrap_or_default();
    let api_version = text(&document, "/apiVersion").unwrap_or_default();
    if (api_version, kind) != (&*write.resource.api_version(), write.resource.kind()) {
        let slash = if api_version.contains('/') { "" } else { "/" };
        let message = format!("invalid object type: {slash}{api_version}, Kind={kind}");
        return Err(Failure::bad_request(&message));
    }
    if !part(&document, "/metadata/managedFields").is_null() {
        return Err(Failure::bad_request("metadata.managedFields must be nil"));
    }
    let is_named = text(&document, "/metadata/name").is_some();
    write.check_names(&document, is_named.then_some(name))?;
    let said = |pointer| text(&document, pointer).unwrap_or_default();
    let (namespace, said) = (said("/metadata/namespace"), said("/metadata/name"));
    let what = format!("({namespace}/{said}; {group}/{version}, Kind={kind})");
    let wrong = |why: &str| {
        Failure::internal(&format!("failed to create typed patch object {what}: {why}"))
    };
    let Decoded { object, unknown } = decoded(write.record, &document).map_err(|it| wrong(&it))?;
    if let Some(field) = unknown.first() {
        return Err(wrong(&format!(".{field}: field not declared in schema")));
    }
    if let Some(twice) = duplicates(write.record, &object) {
        return Err(wrong(&twice));
    }
    Ok(object)
}
