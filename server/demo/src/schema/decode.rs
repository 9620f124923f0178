//! Reads a document as a real server's JSON decoder would: fields of the wrong type are refused,
//! unknown ones are left out and told, and what says nothing (null, empty, zero) is left out.

use serde_json::{Map, Number, Value};

use super::{Record, Shape};

/// What a document says, and the fields that nobody knows.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) object: Value,
    pub(crate) unknown: Vec<String>,
}

/// Reads a document of a kind; otherwise why it cannot be read.
pub(crate) fn decoded(record: &'static Record, document: &Value) -> Result<Decoded, String> {
    let mut reader = Reader { unknown: vec![], place: vec![], go: vec![] };
    let object = match document {
        Value::Object(fields) => reader.record(record, fields)?,
        other => {
            let name = record.name;
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type v1.{name}",
                kind(other)
            ));
        }
    };
    Ok(Decoded { object: object.into(), unknown: reader.unknown })
}

struct Reader {
    unknown: Vec<String>,
    /// Where it is, with indexes.
    place: Vec<String>,
    /// Where it is, as Go says it: without.
    go: Vec<&'static str>,
}

impl Reader {
    fn record(
        &mut self,
        record: &'static Record,
        fields: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let mut read = Map::new();
        for (name, value) in fields {
            let Some((known, shape)) = record.fields.iter().find(|(it, _)| it == name) else {
                let dot = if self.place.is_empty() { "" } else { "." };
                self.unknown.push(format!("{}{dot}{name}", self.place.concat()));
                continue;
            };
            let dot = if self.place.is_empty() { "" } else { "." };
            self.place.push(format!("{dot}{name}"));
            self.go.push(known);
            if let Some(value) = self.value(record, *shape, value)? {
                read.insert(name.clone(), value);
            }
            self.place.pop();
            self.go.pop();
        }
        Ok(read)
    }

    /// A value; `None` where it says nothing.
    fn value(
        &mut self,
        within: &'static Record,
        shape: Shape,
        value: &Value,
    ) -> Result<Option<Value>, String> {
        Ok(match (shape, value) {
            (_, Value::Null) => None,
            (Shape::Anything, value)
            | (Shape::Choice, value @ Value::Bool(_))
            | (Shape::IntOrText, value @ Value::String(_)) => Some(value.clone()),
            (Shape::Text, Value::String(text)) => (!text.is_empty()).then(|| value.clone()),
            (Shape::Flag, Value::Bool(flag)) => flag.then(|| value.clone()),
            (Shape::Integer, Value::Number(number)) if is_int32(number) => {
                (number.as_i64() != Some(0)).then(|| value.clone())
            }
            (Shape::IntOrText, Value::Number(number)) if is_int32(number) => Some(value.clone()),
            (Shape::Time, Value::String(text)) => {
                time(text)?;
                Some(value.clone())
            }
            (Shape::Labels | Shape::Texts, Value::Object(map)) => {
                let wrong = map.values().find(|it| !it.is_string() && !it.is_null());
                if let Some(wrong) = wrong {
                    return Err(self.complaint(within, wrong, "string"));
                }
                (!map.is_empty()).then(|| value.clone())
            }
            (Shape::Record(record) | Shape::Whole(record), Value::Object(fields)) => {
                Some(self.record(record, fields)?.into())
            }
            (Shape::Set, Value::Array(items)) => self.list(within, &Shape::Text, items)?,
            (Shape::List(shape), Value::Array(items)) => self.list(within, shape, items)?,
            (Shape::Keyed(keyed), Value::Array(items)) => {
                self.list(within, &Shape::Record(keyed.item), items)?
            }
            (shape, value) => return Err(self.complaint(within, value, &go_type(shape))),
        })
    }

    fn list(
        &mut self,
        within: &'static Record,
        shape: &Shape,
        items: &[Value],
    ) -> Result<Option<Value>, String> {
        let mut read = vec![];
        for (index, item) in items.iter().enumerate() {
            self.place.push(format!("[{index}]"));
            read.push(self.value(within, *shape, item)?.unwrap_or_else(|| zero(*shape)));
            self.place.pop();
        }
        Ok((!read.is_empty()).then(|| read.into()))
    }

    fn complaint(&self, within: &Record, value: &Value, wanted: &str) -> String {
        let place = self.go.join(".");
        let name = within.name;
        let what = match value {
            Value::Number(number) if wanted.starts_with("int") => format!("number {number}"),
            other => kind(other).to_owned(),
        };
        format!(
            "json: cannot unmarshal {what} into Go struct field {name}.{place} of type {wanted}"
        )
    }
}

/// What stands for nothing within a list.
fn zero(shape: Shape) -> Value {
    match shape {
        Shape::Record(_) | Shape::Whole(_) => Map::new().into(),
        _ => "".into(),
    }
}

fn is_int32(number: &Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn go_type(shape: Shape) -> String {
    match shape {
        Shape::Integer | Shape::IntOrText => "int32".to_owned(),
        Shape::Flag | Shape::Choice => "bool".to_owned(),
        Shape::Labels | Shape::Texts => "map[string]string".to_owned(),
        Shape::Record(record) | Shape::Whole(record) => format!("v1.{}", record.name),
        Shape::Keyed(keyed) => format!("[]v1.{}", keyed.item.name),
        Shape::List(item) => format!("[]{}", go_type(*item)),
        Shape::Set => "[]string".to_owned(),
        Shape::Text | Shape::Time | Shape::Anything => "string".to_owned(),
    }
}

fn time(text: &str) -> Result<(), String> {
    let layout = "2006-01-02T15:04:05Z07:00";
    match text.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => {
            Err(format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Resource;

    fn read(document: &Value) -> Result<Decoded, String> {
        decoded(crate::schema::of(Resource::Services).unwrap(), document)
    }

    #[test]
    fn what_says_nothing_is_left_out_and_what_nobody_knows_is_told() {
        let read = read(&json!({
            "metadata": {"name": "a", "labels": {}, "finalizers": null},
            "spec": {"ports": [{"port": 80, "name": "", "foo": 1}], "allocateLoadBalancerNodePorts": false},
            "bar": 1,
        }));
        let Decoded { object, unknown } = read.unwrap();
        let spec = json!({"ports": [{"port": 80}], "allocateLoadBalancerNodePorts": false});
        assert_eq!(object, json!({"metadata": {"name": "a"}, "spec": spec}));
        assert_eq!(unknown, ["bar", "spec.ports[0].foo"]);
    }

    #[test]
    fn a_wrong_type_is_refused_by_the_name_of_its_field() {
        let refused = read(&json!({"spec": {"ports": [{"port": "80"}]}})).unwrap_err();
        let wanted = "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32";
        assert_eq!(refused, wanted);
    }
}
