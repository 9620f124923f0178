//! Reads and writes parts of documents of any kind; knows what no kind means.

use serde_json::{Map, Value};

const NOTHING: &Value = &Value::Null;

/// The part that a JSON pointer names; null when there is none.
pub(crate) fn part<'a>(document: &'a Value, pointer: &str) -> &'a Value {
    document.pointer(pointer).unwrap_or(NOTHING)
}

/// The text that a JSON pointer names, unless it is empty.
pub(crate) fn text<'a>(document: &'a Value, pointer: &str) -> Option<&'a str> {
    part(document, pointer).as_str().filter(|text| !text.is_empty())
}

/// A document's fields; anything else becomes an empty one first.
pub(crate) fn fields(document: &mut Value) -> &mut Map<String, Value> {
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    match document {
        Value::Object(fields) => fields,
        #[expect(clippy::unreachable, reason = "it has just been made one")]
        _ => unreachable!("a document is an object by now"),
    }
}

/// The fields of one of a document's parts, e.g. `metadata`; it is made when there is none.
pub(crate) fn section<'a>(document: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    fields(fields(document).entry(name).or_insert(Value::Null))
}
