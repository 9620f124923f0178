//! Strategic merge patches: like merge patches, but lists whose items can be told apart are merged
//! item by item, and `$patch` and its like say what cannot be said otherwise
//! (`k8s.io/apimachinery/pkg/util/strategicpatch`).

use serde_json::{Map, Value};

use crate::schema::{Keyed, Record, Shape};

const DIRECTIVE: &str = "$patch";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// The object with the patch in it; otherwise what the patch lacks.
pub(super) fn merged(
    record: &'static Record,
    object: &Value,
    patch: &Value,
) -> Result<Value, String> {
    merge(Shape::Record(record), Some(object), patch)
}

fn merge(shape: Shape, object: Option<&Value>, patch: &Value) -> Result<Value, String> {
    match (shape, patch) {
        (
            Shape::Record(_) | Shape::Whole(_) | Shape::Labels | Shape::Texts,
            Value::Object(patch),
        ) => merge_fields(shape, object, patch),
        _ => Ok(patch.clone()),
    }
}

fn merge_fields(
    shape: Shape,
    object: Option<&Value>,
    patch: &Map<String, Value>,
) -> Result<Value, String> {
    let mut all = match patch.get(DIRECTIVE).and_then(Value::as_str) {
        Some("replace" | "delete") => Map::new(),
        _ => object.and_then(Value::as_object).cloned().unwrap_or_default(),
    };
    if patch.get(DIRECTIVE).is_some_and(|it| it == "delete") {
        return Ok(all.into());
    }
    for (name, value) in patch {
        if value.is_null() {
            all.remove(name);
            continue;
        }
        if name.starts_with('$') {
            continue;
        }
        let inner = match shape {
            Shape::Record(record) | Shape::Whole(record) => record.field(name),
            _ => Some(Shape::Text),
        };
        let before = all.get(name).cloned();
        let value = match (inner, value) {
            (Some(shape @ (Shape::Keyed(_) | Shape::Set)), Value::Array(items)) => {
                let had = before.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
                let order = patch.get(&format!("{ORDER}{name}")).and_then(Value::as_array);
                merge_lists(shape, &had, items, order)?.into()
            }
            (shape, value) => merge(shape.unwrap_or(Shape::Anything), before.as_ref(), value)?,
        };
        all.insert(name.clone(), value);
    }
    let gone = patch.iter().filter_map(|(name, gone)| Some((name.strip_prefix(DELETE)?, gone)));
    for (name, gone) in gone {
        if let (Some(Value::Array(items)), Some(gone)) = (all.get_mut(name), gone.as_array()) {
            items.retain(|item| !gone.contains(item));
        }
    }
    Ok(all.into())
}

fn merge_lists(
    shape: Shape,
    object: &[Value],
    patch: &[Value],
    order: Option<&Vec<Value>>,
) -> Result<Vec<Value>, String> {
    let directive = |item: &Value| item.get(DIRECTIVE).and_then(Value::as_str).map(str::to_owned);
    let keyed = match shape {
        Shape::Keyed(keyed) => Some(keyed),
        _ => None,
    };
    let id = |item: &Value| identity(keyed, item);
    if patch.iter().any(|item| directive(item).as_deref() == Some("replace")) {
        return Ok(patch.iter().filter(|item| directive(item).is_none()).cloned().collect());
    }
    let mut all = object.to_vec();
    for item in patch {
        let wanted = id(item)?;
        let at = all.iter().position(|it| id(it).is_ok_and(|it| it == wanted));
        match (directive(item).as_deref(), at, keyed) {
            (Some("delete"), Some(at), _) => {
                all.remove(at);
            }
            (_, Some(at), Some(keyed)) => {
                let merged = merge(Shape::Record(keyed.item), all.get(at), item)?;
                if let Some(place) = all.get_mut(at) {
                    *place = merged;
                }
            }
            (Some("delete"), None, _) | (_, Some(_), None) => {}
            (_, None, _) => all.push(item.clone()),
        }
    }
    let order = order.map_or(patch, Vec::as_slice);
    let order: Vec<Value> = order.iter().map(id).collect::<Result<_, _>>()?;
    let server: Vec<Value> = object.iter().filter_map(|item| id(item).ok()).collect();
    Ok(sorted(all, &order, &server, |item| id(item).unwrap_or_default()))
}

/// The items of the patch in its order and all others in theirs. Which of two goes first where the
/// orders meet is told by the object; what is new goes before what is not.
fn sorted(
    all: Vec<Value>,
    order: &[Value],
    server: &[Value],
    id: impl Fn(&Value) -> Value,
) -> Vec<Value> {
    let place = |list: &[Value], item: &Value| list.iter().position(|it| *it == id(item));
    let (mut theirs, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|item| place(order, item).is_some());
    theirs.sort_by_key(|item| place(order, item));
    let mut sorted = vec![];
    let (mut theirs, mut others) = (theirs.into_iter().peekable(), others.into_iter().peekable());
    loop {
        let other_is_next = match (others.peek(), theirs.peek()) {
            (None, None) => return sorted,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(their)) => match (place(server, other), place(server, their)) {
                (Some(other), Some(their)) => other < their,
                _ => false,
            },
        };
        sorted.extend(if other_is_next { others.next() } else { theirs.next() });
    }
}

/// By what an item is told apart from others.
fn identity(keyed: Option<&Keyed>, item: &Value) -> Result<Value, String> {
    let Some(keyed) = keyed else { return Ok(item.clone()) };
    let key = keyed.merge_key;
    item.get(key).cloned().ok_or_else(|| {
        let fields = item.as_object().into_iter().flatten();
        let words = fields.map(|(name, value)| match value {
            Value::String(text) => format!("{name}:{text}"),
            other => format!("{name}:{other}"),
        });
        let words: Vec<String> = words.collect();
        format!("map: map[{}] does not contain declared merge key: {key}", words.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Resource;

    fn ports(object: &[u16], patch: Value) -> Vec<Value> {
        let list: Vec<Value> = object.iter().map(|port| json!({"port": port})).collect();
        let object = json!({"spec": {"ports": list}});
        let record = crate::schema::of(Resource::Services).unwrap();
        let merged = merged(record, &object, &json!({"spec": patch})).unwrap();
        merged["spec"]["ports"].as_array().unwrap().iter().map(|it| it["port"].clone()).collect()
    }

    #[test]
    fn a_port_is_added_first_and_taken_away_by_its_number() {
        assert_eq!(ports(&[80, 81], json!({"ports": [{"port": 90}]})), [90, 80, 81]);
        let gone = json!({"ports": [{"port": 80, "$patch": "delete"}]});
        assert_eq!(ports(&[80, 81], gone), [81]);
        let replaced = json!({"ports": [{"$patch": "replace"}, {"port": 1}]});
        assert_eq!(ports(&[80, 81], replaced), [1]);
    }

    #[test]
    fn the_order_that_is_asked_for_is_kept() {
        let patch = json!({
            "$setElementOrder/ports": [{"port": 81}, {"port": 90}, {"port": 80}],
            "ports": [{"port": 90}],
        });
        assert_eq!(ports(&[80, 81], patch), [81, 90, 80]);
    }
}
