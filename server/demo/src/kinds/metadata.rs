//! What is wrong with `metadata`, whatever the kind.

use serde_json::{Map, Value};

use super::names;
use crate::complaint::Complaint;
use crate::document::{part, text};
use crate::store::Resource;

/// What is wrong with it.
pub(super) fn complaints(resource: Resource, object: &Value) -> Vec<Complaint> {
    let mut complaints = of_name(resource, text(object, "/metadata/name"));
    for (key, value) in map(object, "/metadata/labels") {
        let wrong = |why: String, what: &str| Complaint::invalid("metadata.labels", what, &why);
        let value = value.as_str().unwrap_or_default();
        complaints.extend(names::key(key).into_iter().map(|why| wrong(why, key)));
        complaints.extend(names::value(value).into_iter().map(|why| wrong(why, value)));
    }
    for (key, _) in map(object, "/metadata/annotations") {
        let wrong = names::key(&key.to_ascii_lowercase()).into_iter();
        let complaint =
            |why: String| Complaint::invalid("metadata.annotations", key.as_str(), &why);
        complaints.extend(wrong.map(complaint));
    }
    complaints.extend(of_owners(object));
    for (index, finalizer) in strings(object, "/metadata/finalizers").enumerate() {
        let known = ["foregroundDeletion", "kubernetes", "orphan"];
        if !finalizer.contains('/') && !known.contains(&finalizer) {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            let field = format!("metadata.finalizers[{index}]");
            complaints.push(Complaint::invalid(field, finalizer, why));
        }
    }
    complaints
}

fn of_name(resource: Resource, name: Option<&str>) -> Vec<Complaint> {
    let field = "metadata.name";
    let Some(name) = name else {
        return vec![Complaint::required(field, "name or generateName is required")];
    };
    let wrong = match resource {
        Resource::Services => names::label(name),
        // Events are made by the thousand, and nobody looks at their names.
        Resource::Events => vec![],
        _ => names::subdomain(name),
    };
    wrong.into_iter().map(|why| Complaint::invalid(field, name, &why)).collect()
}

fn of_owners(object: &Value) -> Vec<Complaint> {
    let owners = part(object, "/metadata/ownerReferences").as_array();
    let mut complaints = vec![];
    let mut controllers = 0;
    for owner in owners.into_iter().flatten() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if text(owner, &format!("/{field}")).is_none() {
                let what = if field == "apiVersion" { "version" } else { field };
                let field = format!("metadata.ownerReferences.{field}");
                let why = format!("{what} must not be empty");
                let why = if what == "version" { &why } else { "must not be empty" };
                complaints.push(Complaint::invalid(field, "", why));
            }
        }
        controllers += usize::from(part(owner, "/controller").as_bool() == Some(true));
    }
    if controllers > 1 {
        let why = "Only one reference can have Controller set to true";
        let all = part(object, "/metadata/ownerReferences").clone();
        complaints.push(Complaint::invalid("metadata.ownerReferences", all, why));
    }
    complaints
}

/// What must not change, or not like this.
pub(super) fn changes(object: &Value, before: &Value) -> Vec<Complaint> {
    let mut complaints = vec![];
    let (uid, was) = (text(object, "/metadata/uid"), text(before, "/metadata/uid"));
    if let Some(uid) = uid.filter(|_| uid != was) {
        complaints.push(Complaint::invalid("metadata.uid", uid, "field is immutable"));
    }
    if text(before, "/metadata/deletionTimestamp").is_some() {
        let had: Vec<&str> = strings(before, "/metadata/finalizers").collect();
        let new: Vec<&str> =
            strings(object, "/metadata/finalizers").filter(|it| !had.contains(it)).collect();
        if !new.is_empty() {
            let quoted: Vec<String> = new.iter().map(|it| format!("{it:?}")).collect();
            let why = format!(
                "no new finalizers can be added if the object is being deleted, found new \
                 finalizers []string{{{}}}",
                quoted.join(", ")
            );
            complaints.push(Complaint::forbidden("metadata.finalizers", &why));
        }
    }
    // A real server finds each of these twice.
    complaints.iter().flat_map(|complaint| [complaint.clone(), complaint.clone()]).collect()
}

fn map<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    part(object, pointer).as_object().into_iter().flat_map(Map::iter)
}

fn strings<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a str> {
    part(object, pointer).as_array().into_iter().flatten().filter_map(Value::as_str)
}
