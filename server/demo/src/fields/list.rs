//! `metadata.managedFields` as objects have it: read, and written in Kubernetes' order.

use serde_json::{Value, json};

use super::{Entry, Manager, Managers, Operation, Paths};
use crate::document::{fields, part, section, text};

impl Managers {
    /// The owners that an object tells; none where they cannot be read.
    pub(crate) fn of(object: &Value) -> Self {
        let entries = part(object, "/metadata/managedFields").as_array();
        let entry = |entry: &Value| {
            let operation = match text(entry, "/operation")? {
                "Apply" => Operation::Apply,
                "Update" => Operation::Update,
                _ => return None,
            };
            let word = |pointer| text(entry, pointer).unwrap_or_default().to_owned();
            let manager = Manager {
                operation,
                name: word("/manager"),
                api_version: word("/apiVersion"),
                subresource: word("/subresource"),
            };
            let time = text(entry, "/time").map(str::to_owned);
            Some((manager, Entry { time, paths: Paths::parse(part(entry, "/fieldsV1")) }))
        };
        Self(entries.into_iter().flatten().filter_map(entry).collect())
    }

    /// Writes the owners into an object.
    pub(crate) fn write(&self, object: &mut Value) {
        let metadata = section(object, "metadata");
        if self.0.is_empty() {
            metadata.remove("managedFields");
            return;
        }
        let mut entries: Vec<(&Manager, &Entry)> = self.0.iter().collect();
        entries.sort_by_key(|(manager, entry)| (manager.operation, &entry.time, *manager));
        let entries: Vec<Value> = entries.into_iter().map(written).collect();
        metadata.insert("managedFields".to_owned(), entries.into());
    }
}

fn written((manager, entry): (&Manager, &Entry)) -> Value {
    let operation = match manager.operation {
        Operation::Apply => "Apply",
        Operation::Update => "Update",
    };
    let mut written = json!({
        "manager": manager.name,
        "operation": operation,
        "apiVersion": manager.api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": entry.paths.document(),
    });
    let mut say = |name: &str, value: &str| {
        fields(&mut written).insert(name.to_owned(), value.into());
    };
    if let Some(time) = &entry.time {
        say("time", time);
    }
    if !manager.subresource.is_empty() {
        say("subresource", &manager.subresource);
    }
    written
}
