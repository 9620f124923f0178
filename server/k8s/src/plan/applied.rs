//! What server-side apply makes of an object of ours, and whether it would change anything.

use serde_json::Value;
use serde_json::Value::{Array, Object};
use skyports_model::plan::Verb;
use skyports_model::{ObjectRef, Refusal};

use super::draft;
use super::{Action, Write};
use crate::manifest::Manifest;

/// The write that makes an object as the manifest says, where `before` is how it is; `None` where it
/// is so already. `is_same` adds what [`holds`] cannot see: that something is gone.
pub(super) fn applied(
    manifest: &Manifest,
    before: Option<Value>,
    sentence: String,
    is_same: impl Fn(&Value, &Value) -> bool,
    after: impl Fn(&Value, &Value) -> Value,
) -> Result<Option<Write>, Refusal> {
    let (text, value) = draft::rendered(manifest)?;
    if before.as_ref().is_some_and(|before| holds(before, &value) && is_same(before, &value)) {
        return Ok(None);
    }
    let after = before.as_ref().map_or_else(|| value.clone(), |before| after(before, &value));
    let object: ObjectRef = manifest.object_ref();
    Ok(Some(Write {
        sentence,
        object,
        action: Action::Apply(value),
        verb: if before.is_some() { Verb::Apply } else { Verb::Create },
        before,
        after: Some(after),
        manifest: Some(text),
    }))
}

/// Whether an object has everything that is applied to it. The lists that we apply are owned
/// whole, but for what the server adds to their items.
fn holds(object: &Value, applied: &Value) -> bool {
    match (object, applied) {
        (Object(object), Object(applied)) => applied
            .iter()
            .all(|(key, applied)| object.get(key).is_some_and(|object| holds(object, applied))),
        (Array(object), Array(applied)) => {
            object.len() == applied.len()
                && object.iter().zip(applied).all(|(object, applied)| holds(object, applied))
        }
        _ => object == applied,
    }
}

/// An object with what is applied to it; what the server added stays.
pub(super) fn overlaid(object: &Value, applied: &Value) -> Value {
    match (object, applied) {
        (Object(object), Object(applied)) => {
            let mut all = object.clone();
            for (key, value) in applied {
                let value = object.get(key).map_or_else(|| value.clone(), |it| overlaid(it, value));
                all.insert(key.clone(), value);
            }
            Object(all)
        }
        (Array(object), Array(applied)) if object.len() == applied.len() => {
            Array(object.iter().zip(applied).map(|(it, value)| overlaid(it, value)).collect())
        }
        _ => applied.clone(),
    }
}
