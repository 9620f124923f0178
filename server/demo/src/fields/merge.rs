//! Lays an applied document over an object, and takes away what its owner has stopped saying.

use serde_json::{Map, Value};

use super::compare::{step_field, step_item, step_value};
use super::paths::Paths;
use crate::schema::{Record, Shape};

/// The object with all that the document says.
pub(super) fn merged(record: &'static Record, object: &Value, document: &Value) -> Value {
    merge(Shape::Record(record), Some(object), document)
}

fn merge(shape: Shape, object: Option<&Value>, document: &Value) -> Value {
    match (shape, object, document) {
        (Shape::Record(record), Some(Value::Object(object)), Value::Object(document)) => {
            let mut all = object.clone();
            for (name, value) in document {
                let shape = record.field(name).unwrap_or(Shape::Anything);
                all.insert(name.clone(), merge(shape, object.get(name), value));
            }
            all.into()
        }
        (Shape::Labels, Some(Value::Object(object)), Value::Object(document)) => {
            let mut all = object.clone();
            all.extend(document.clone());
            all.into()
        }
        (Shape::Set | Shape::Keyed(_), Some(Value::Array(object)), Value::Array(document)) => {
            merge_lists(shape, object, document).into()
        }
        _ => document.clone(),
    }
}

/// The items of both: those of the document in its order, the others where they were.
fn merge_lists(shape: Shape, object: &[Value], document: &[Value]) -> Vec<Value> {
    let step = |item: &Value| item_step(shape, item);
    let find = |items: &[Value], wanted: &str| items.iter().position(|it| step(it) == wanted);
    let inner = match shape {
        Shape::Keyed(keyed) if !keyed.whole => Shape::Record(keyed.item),
        _ => Shape::Anything,
    };
    let (mut all, mut rest) = (vec![], document.iter());
    let mut done: Vec<String> = vec![];
    for item in object {
        let key = step(item);
        if find(document, &key).is_none() {
            all.push(item.clone());
            continue;
        }
        // All of the document up to this item goes here, unless it is there already.
        while !done.contains(&key) {
            let Some(next) = rest.next() else { break };
            let before = find(object, &step(next)).and_then(|at| object.get(at));
            all.push(merge(inner, before, next));
            done.push(step(next));
        }
    }
    all.extend(rest.cloned());
    all
}

fn item_step(shape: Shape, item: &Value) -> String {
    match shape {
        Shape::Keyed(keyed) => step_item(keyed, item),
        _ => step_value(item),
    }
}

/// Whether a field is a part of its own; the two that every object has are not, since more is in
/// them than anybody owns.
fn is_part(step: &str, shape: Shape) -> bool {
    matches!(shape, Shape::Record(_)) && !["f:metadata", "f:spec"].contains(&step)
}

/// The object without what was owned by an earlier document and is owned by nobody now.
pub(super) fn pruned(
    record: &'static Record,
    object: &Value,
    earlier: &Paths,
    everybody: &Paths,
) -> Value {
    prune(Shape::Record(record), object, earlier, Some(everybody))
}

fn prune(shape: Shape, value: &Value, earlier: &Paths, owned: Option<&Paths>) -> Value {
    let kept = |step: &str, shape: Shape, value: &Value| {
        let owned = owned.and_then(|owned| owned.below(step));
        match earlier.below(step) {
            // A part that nobody says anything of any more goes with all that is in it.
            Some(earlier) if owned.is_none() && (earlier.is_here() || is_part(step, shape)) => None,
            Some(earlier) => Some(prune(shape, value, earlier, owned)),
            None => Some(value.clone()),
        }
    };
    match (shape, value) {
        (Shape::Record(record), Value::Object(fields)) => {
            let field = |(name, value): (&String, &Value)| {
                let shape = record.field(name).unwrap_or(Shape::Anything);
                Some((name.clone(), kept(&step_field(name), shape, value)?))
            };
            fields.iter().filter_map(field).collect::<Map<_, _>>().into()
        }
        (Shape::Labels, Value::Object(labels)) => {
            let label = |(name, value): (&String, &Value)| {
                Some((name.clone(), kept(&step_field(name), Shape::Text, value)?))
            };
            labels.iter().filter_map(label).collect::<Map<_, _>>().into()
        }
        (Shape::Set, Value::Array(items)) => {
            let item = |item| kept(&step_value(item), Shape::Text, item);
            items.iter().filter_map(item).collect::<Vec<_>>().into()
        }
        (Shape::Keyed(keyed), Value::Array(items)) => {
            let inner = if keyed.whole { Shape::Anything } else { Shape::Record(keyed.item) };
            let item = |item| kept(&step_item(keyed, item), inner, item);
            items.iter().filter_map(item).collect::<Vec<_>>().into()
        }
        _ => value.clone(),
    }
}
