//! What goes wrong with writes.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Failure, details, qualified};
use crate::complaint::Complaint;
use crate::fields::{Conflict, Operation};
use crate::store::Resource;

impl Failure {
    /// What was asked does not go together.
    pub(in crate::api) fn invalid_options(kind: &str, complaints: &[Complaint]) -> Self {
        let about = json!({"group": "meta.k8s.io", "kind": kind});
        Self::complain(&format!("{kind}.meta.k8s.io \"\""), about, complaints)
    }

    /// An object that must not be like that.
    pub(in crate::api) fn invalid(
        resource: Resource,
        name: &str,
        complaints: &[Complaint],
    ) -> Self {
        let (kind, group) = (resource.kind(), resource.group());
        let dot = if group.is_empty() { "" } else { "." };
        let mut about = json!({"kind": kind});
        for (field, value) in [("name", name), ("group", group)] {
            if !value.is_empty() {
                crate::document::fields(&mut about).insert(field.to_owned(), value.into());
            }
        }
        Self::complain(&format!("{kind}{dot}{group} \"{name}\""), about, complaints)
    }

    /// A patch that makes no object of the one that is there.
    pub(in crate::api) fn invalid_patch(patch: &str, why: &str) -> Self {
        let complaint = Complaint::invalid("patch", patch, why);
        Self::complain(" \"\"", json!({}), &[complaint])
    }

    /// A review that asks about nothing, or about two things.
    pub(in crate::api) fn invalid_review(complaint: Complaint) -> Self {
        let about = json!({"group": "authorization.k8s.io"});
        Self::complain(".authorization.k8s.io \"\"", about, &[complaint])
    }

    fn complain(about: &str, mut details: Value, complaints: &[Complaint]) -> Self {
        let mut said: Vec<String> = vec![];
        for Complaint { field, message, .. } in complaints {
            let sentence = format!("{field}: {message}");
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
        let said = match said.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        let cause =
            |it: &Complaint| json!({"reason": it.reason, "message": it.message, "field": it.field});
        let causes: Vec<Value> = complaints.iter().map(cause).collect();
        crate::document::fields(&mut details).insert("causes".to_owned(), causes.into());
        let message = format!("{about} is invalid: {said}");
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        Self::status(code, Some("Invalid"), &message, Some(details))
    }

    /// A JSON patch that cannot be carried out.
    pub(in crate::api) fn impossible_patch() -> Self {
        let message = "the server rejected our request due to an error in our request";
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        Self::status(code, Some("Invalid"), message, Some(json!({})))
    }

    /// There is one of that name.
    pub(in crate::api) fn exists(resource: Resource, name: &str, deleting: bool) -> Self {
        let before = if deleting { "object is being deleted: " } else { "" };
        let message = format!("{before}{} \"{name}\" already exists", qualified(resource));
        let details = details(resource, Some(name));
        Self::status(StatusCode::CONFLICT, Some("AlreadyExists"), &message, Some(details))
    }

    /// Somebody else has written it in between.
    pub(in crate::api) fn modified(resource: Resource, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version \
            and try again";
        Self::unfulfilled(&qualified(resource), details(resource, Some(name)), name, why)
    }

    /// It is another one than the one that is meant.
    pub(in crate::api) fn another(resource: Resource, name: &str, why: &str) -> Self {
        Self::unfulfilled(&qualified(resource), details(resource, Some(name)), name, why)
    }

    /// It is not the one that was to be deleted.
    pub(in crate::api) fn precondition(resource: Resource, name: &str, why: &str) -> Self {
        let mut about = Map::from_iter([("name".to_owned(), name.into())]);
        if !resource.group().is_empty() {
            about.insert("group".to_owned(), resource.group().into());
        }
        about.insert("kind".to_owned(), resource.kind().into());
        let dot = if resource.group().is_empty() { "" } else { "." };
        let kind = format!("{}{dot}{}", resource.kind(), resource.group());
        Self::unfulfilled(&kind, about.into(), name, why)
    }

    fn unfulfilled(kind: &str, details: Value, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {kind} \"{name}\": {why}");
        Self::status(StatusCode::CONFLICT, Some("Conflict"), &message, Some(details))
    }

    /// Others own what is applied.
    pub(in crate::api) fn conflicts(conflicts: &[Conflict]) -> Self {
        let manager = |conflict: &Conflict| {
            let quoted = format!("{:?}", conflict.manager.name);
            match conflict.manager.operation {
                Operation::Apply => quoted,
                Operation::Update => format!("{quoted} using {}", conflict.manager.api_version),
            }
        };
        let causes: Vec<Value> = conflicts
            .iter()
            .flat_map(|conflict| {
                let message = format!("conflict with {}", manager(conflict));
                conflict.fields.iter().map(move |field| {
                    json!({"reason": "FieldManagerConflict", "message": message, "field": field})
                })
            })
            .collect();
        let all = || {
            let of_one = |conflict: &Conflict| {
                let fields: Vec<String> =
                    conflict.fields.iter().map(|field| format!("\n- {field}")).collect();
                format!("conflicts with {}:{}", manager(conflict), fields.concat())
            };
            let said: Vec<String> = conflicts.iter().map(of_one).collect();
            format!("Apply failed with {} conflicts: {}", causes.len(), said.join("\n"))
        };
        let message = match conflicts {
            [only] if only.fields.len() == 1 => {
                let field = only.fields.first().map(String::as_str).unwrap_or_default();
                format!("Apply failed with 1 conflict: conflict with {}: {field}", manager(only))
            }
            _ => all(),
        };
        let details = json!({"causes": causes});
        Self::status(StatusCode::CONFLICT, Some("Conflict"), &message, Some(details))
    }

    /// An object does not say its name, though the path does.
    pub(in crate::api) fn no_name(name: &str) -> Self {
        Self::bad_request(&format!(
            "the name of the object ({name} based on URL) was undeterminable: name must be provided"
        ))
    }

    /// What a real server takes for its own fault.
    pub(in crate::api) fn internal(message: &str) -> Self {
        Self::status(StatusCode::INTERNAL_SERVER_ERROR, None, message, None)
    }

    /// The body is of a type that nobody reads.
    pub(in crate::api) fn media_type(of_patch: bool) -> Self {
        let code = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let reason = Some("UnsupportedMediaType");
        if of_patch {
            return Self::status(code, reason, "415: Unsupported Media Type", Some(json!({})));
        }
        let message = "the body of the request was in an unknown format - accepted media types \
            include: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        Self::status(code, reason, message, None)
    }

    /// The body is longer than any object may be.
    pub(in crate::api) fn too_large(most: usize) -> Self {
        let message = format!("Request entity too large: limit is {most}");
        let code = StatusCode::PAYLOAD_TOO_LARGE;
        Self::status(code, Some("RequestEntityTooLarge"), &message, None)
    }
}
