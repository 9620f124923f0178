//! Events (`v1`).

use serde_json::{Value, json};

use super::names;
use crate::complaint::Complaint;
use crate::document::{fields, part, text};

/// Fills in what is said even of nothing.
pub(super) fn fill_in(event: &mut Value) {
    for part in ["involvedObject", "source"] {
        fields(event).entry(part).or_insert_with(|| json!({}));
    }
    for moment in ["firstTimestamp", "lastTimestamp", "eventTime"] {
        fields(event).entry(moment).or_insert(Value::Null);
    }
    for name in ["reportingComponent", "reportingInstance"] {
        fields(event).entry(name).or_insert_with(|| "".into());
    }
}

/// What is wrong with it.
pub(super) fn complaints(event: &Value) -> Vec<Complaint> {
    let about = text(event, "/involvedObject/namespace");
    let namespace = text(event, "/metadata/namespace");
    let is_old = part(event, "/eventTime").is_null();
    let fits = match about {
        None if is_old => namespace.is_none_or(|it| it == "default"),
        None => namespace.is_some_and(|it| ["default", "kube-system"].contains(&it)),
        Some(about) => !is_old || namespace == Some(about),
    };
    let mut complaints = vec![];
    if !fits {
        let field = "involvedObject.namespace";
        let about = about.unwrap_or_default();
        complaints.push(Complaint::invalid(field, about, "does not match event.namespace"));
    }
    if is_old {
        return complaints;
    }
    for field in ["reportingComponent", "reportingInstance", "action", "reason"] {
        match text(event, &format!("/{field}")) {
            None => {
                complaints.push(Complaint::required(field, ""));
                if field == "reportingComponent" {
                    let wrong = names::key("").into_iter();
                    complaints.extend(wrong.map(|why| Complaint::invalid(field, "", &why)));
                }
            }
            Some(said) if said.len() > 128 && field != "reportingComponent" => {
                let why = "can have at most 128 characters";
                complaints.push(Complaint::invalid(field, said, why));
            }
            Some(_) => {}
        }
    }
    let message = text(event, "/message").unwrap_or_default();
    if message.len() > 1024 {
        let why = "can have at most 1024 characters";
        complaints.push(Complaint::invalid("message", message, why));
    }
    complaints
}
