//! What differs between two states of an object, field by field.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::paths::Paths;
use crate::document::fields;
use crate::schema::{Keyed, Record, Shape};

/// What nobody owns: the server itself writes it.
const STRIPPED: [&str; 8] = [
    "creationTimestamp",
    "generation",
    "managedFields",
    "name",
    "namespace",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// The fields that differ.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) added: Paths,
    pub(super) modified: Paths,
    pub(super) removed: Paths,
}

/// The part of a document of whose fields it is told who owns them.
pub(crate) fn tracked(document: &Value) -> Value {
    let mut document = document.clone();
    let whole = fields(&mut document);
    whole.retain(|name, value| {
        !["apiVersion", "kind", "status"].contains(&name.as_str())
            && !value.is_null()
            && *value != ""
    });
    if let Some(metadata) = whole.get_mut("metadata") {
        let metadata = fields(metadata);
        metadata.retain(|name, _| !STRIPPED.contains(&name.as_str()));
        if metadata.is_empty() {
            whole.remove("metadata");
        }
    }
    document
}

/// What differs between two states of an object of that kind.
pub(super) fn compared(record: &'static Record, before: &Value, after: &Value) -> Comparison {
    let mut differences = Comparison::default();
    // A new object begins as one in which nothing is said yet; its parts are there.
    let mut before = tracked(before);
    for (name, shape) in record.fields {
        if matches!(shape, Shape::Record(_) | Shape::Whole(_)) && is_part(name) {
            fields(&mut before).entry(*name).or_insert_with(|| json!({}));
        }
    }
    let after = tracked(after);
    let walk = &mut Walk { path: vec![], differences: &mut differences };
    walk.compare(Shape::Record(record), Some(&before), Some(&after));
    differences
}

/// Whether a field of an object is never absent.
fn is_part(name: &str) -> bool {
    ["metadata", "spec", "involvedObject", "source"].contains(&name)
}

struct Walk<'a> {
    path: Vec<String>,
    differences: &'a mut Comparison,
}

impl Walk<'_> {
    fn compare(&mut self, shape: Shape, before: Option<&Value>, after: Option<&Value>) {
        let old = before.map_or_else(Vec::new, |it| pieces(shape, it));
        let new = after.map_or_else(Vec::new, |it| pieces(shape, it));
        if old.is_empty() && new.is_empty() {
            let leaf = match (before, after) {
                (None, Some(_)) => &mut self.differences.added,
                (Some(_), None) => &mut self.differences.removed,
                (before, after) if before != after => &mut self.differences.modified,
                _ => return,
            };
            leaf.insert(&self.path);
            return;
        }
        let steps: BTreeSet<&String> = old.iter().chain(&new).map(|(step, ..)| step).collect();
        for step in steps {
            let find = |pieces: &[(String, Shape, &'_ Value)]| {
                pieces.iter().position(|(it, ..)| it == step)
            };
            let (before, after) = (find(&old), find(&new));
            let before = before.and_then(|at| old.get(at));
            let after = after.and_then(|at| new.get(at));
            let Some((_, shape, _)) = before.or(after) else { continue };
            self.path.push(step.clone());
            self.compare(*shape, before.map(|(.., it)| *it), after.map(|(.., it)| *it));
            self.path.pop();
        }
        match (before, after) {
            (None, Some(_)) => self.differences.added.insert(&self.path),
            (Some(_), None) => self.differences.removed.insert(&self.path),
            _ => {}
        }
    }
}

/// The parts of a value that have owners of their own; none where it is owned whole.
fn pieces(shape: Shape, value: &Value) -> Vec<(String, Shape, &Value)> {
    match (shape, value) {
        (Shape::Record(record), Value::Object(fields)) => {
            let named = fields.iter();
            named
                .filter_map(|(name, it)| Some((step_field(name), record.field(name)?, it)))
                .collect()
        }
        (Shape::Labels, Value::Object(labels)) => {
            labels.iter().map(|(name, value)| (step_field(name), Shape::Text, value)).collect()
        }
        (Shape::Set, Value::Array(items)) => {
            items.iter().map(|item| (step_value(item), Shape::Text, item)).collect()
        }
        (Shape::Keyed(keyed), Value::Array(items)) => {
            let inner =
                if keyed.whole { Shape::Whole(keyed.item) } else { Shape::Record(keyed.item) };
            items.iter().map(|item| (step_item(keyed, item), inner, item)).collect()
        }
        _ => vec![],
    }
}

pub(super) fn step_field(name: &str) -> String {
    format!("f:{name}")
}

pub(super) fn step_value(value: &Value) -> String {
    format!("v:{value}")
}

pub(super) fn step_item(keyed: &Keyed, item: &Value) -> String {
    let key = |(name, default): &(&str, Option<&str>)| {
        let value = item.get(name).cloned().or(default.map(Value::from));
        Some(((*name).to_owned(), value?))
    };
    let keys: Map<String, Value> = keyed.keys.iter().filter_map(key).collect();
    format!("k:{}", Value::Object(keys))
}
