//! The fields that a document says something about: what is owned by whoever applies it.

use serde_json::{Map, Value};

use super::compare::{step_field, step_item, step_value};
use super::paths::Paths;
use crate::schema::{Record, Shape};

/// All fields of a document that somebody can own.
pub(super) fn owned(record: &'static Record, document: &Value) -> Paths {
    let mut paths = Paths::default();
    let stripped = super::tracked(document);
    own(Shape::Record(record), &stripped, &mut vec![], &mut paths);
    paths
}

fn own(shape: Shape, value: &Value, path: &mut Vec<String>, paths: &mut Paths) {
    let mut below = |step: String, inner: Option<(Shape, &Value)>, member: bool| {
        path.push(step);
        if member {
            paths.insert(path);
        }
        if let Some((shape, value)) = inner {
            own(shape, value, path, paths);
        }
        path.pop();
    };
    match (shape, value) {
        (Shape::Record(record), Value::Object(fields)) => {
            for (name, value) in fields {
                if let Some(shape) = record.field(name) {
                    // What an object always has says nothing when it is empty.
                    let is_empty = value.as_object().is_some_and(Map::is_empty) && name != "spec";
                    below(step_field(name), Some((shape, value)), is_empty);
                }
            }
        }
        (Shape::Labels, Value::Object(labels)) => {
            for name in labels.keys() {
                below(step_field(name), None, true);
            }
        }
        (Shape::Set, Value::Array(items)) => {
            for item in items {
                below(step_value(item), None, true);
            }
        }
        (Shape::Keyed(keyed), Value::Array(items)) => {
            for item in items {
                let inner = (!keyed.whole).then_some((Shape::Record(keyed.item), item));
                below(step_item(keyed, item), inner, true);
            }
        }
        _ => paths.insert(path),
    }
}

/// Why a document cannot be applied: it says one item of a list twice.
pub(crate) fn duplicates(record: &'static Record, document: &Value) -> Option<String> {
    let fields = document.as_object()?;
    fields.iter().find_map(|(name, value)| twice(record.field(name)?, value, &format!(".{name}")))
}

fn twice(shape: Shape, value: &Value, place: &str) -> Option<String> {
    match (shape, value) {
        (Shape::Record(record), Value::Object(fields)) => {
            fields.iter().find_map(|(name, value)| {
                twice(record.field(name)?, value, &format!("{place}.{name}"))
            })
        }
        (Shape::Keyed(keyed), Value::Array(items)) => {
            let mut seen = Paths::default();
            items.iter().find_map(|item| {
                let step = step_item(keyed, item);
                let is_new = seen.below(&step).is_none();
                seen.insert(std::slice::from_ref(&step));
                let shown = super::paths::words(&step);
                (!is_new).then(|| format!("{place}: duplicate entries for key {shown}"))
            })
        }
        _ => None,
    }
}
