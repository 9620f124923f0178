//! Who wrote an object, by its `managedFields`: what is ours in an object that others share, and who
//! else has written it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use skyports_model::{Port, Timestamp};

use super::{seconds, text};

/// The field manager under which skyports writes.
const OURS: &str = "skyports";

/// The last write of somebody else; a status is no such write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The field manager: `OpenAPI-Generator` for SkyPilot (seen with 0.14.1).
    pub(crate) manager: Box<str>,
    /// When.
    pub(crate) at: Timestamp,
}

impl Writer {
    /// Who else wrote last.
    pub(super) fn last(meta: &ObjectMeta) -> Option<Self> {
        let of = |entry: &ManagedFieldsEntry| {
            let manager = text(entry.manager.as_deref(), 120)?;
            Some(Self { manager, at: seconds(entry.time.as_ref()?) })
        };
        let others = specs(meta).filter(|entry| entry.manager.as_deref() != Some(OURS));
        others.filter_map(of).max_by_key(|writer| writer.at)
    }
}

/// A number for everything that others own and when they wrote it.
///
/// A write of somebody else that changes what they own changes it (the API server keeps a write's
/// time while its manager's set of fields stays the same); a write of ours does not. So when ports of
/// ours go and it stays, a skyports closed them, here or in another process.
pub(super) fn of_others(meta: &ObjectMeta) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in specs(meta).filter(|entry| entry.manager.as_deref() != Some(OURS)) {
        entry.manager.hash(&mut hasher);
        entry.time.as_ref().map(|time| time.0.as_second()).hash(&mut hasher);
        entry.fields_v1.as_ref().map(|fields| fields.0.to_string()).hash(&mut hasher);
    }
    hasher.finish()
}

/// The ports of a Service that skyports put there.
pub(super) fn our_ports(meta: &ObjectMeta) -> Vec<Port> {
    let ours = specs(meta).filter(|entry| entry.manager.as_deref() == Some(OURS));
    let fields = ours
        .filter_map(|entry| entry.fields_v1.as_ref()?.0.pointer("/f:spec/f:ports")?.as_object());
    fields.flat_map(|ports| ports.keys()).filter_map(|key| port(key)).collect()
}

/// The port of a key such as `k:{"port":8888,"protocol":"TCP"}`.
fn port(key: &str) -> Option<Port> {
    let key: serde_json::Value = serde_json::from_str(key.strip_prefix("k:")?).ok()?;
    Port::new(key.get("port")?.as_i64()?)
}

fn specs(meta: &ObjectMeta) -> impl Iterator<Item = &ManagedFieldsEntry> {
    let entries = meta.managed_fields.iter().flatten();
    entries.filter(|entry| entry.subresource.as_deref().unwrap_or_default().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meta(managed: serde_json::Value) -> ObjectMeta {
        serde_json::from_value(json!({ "name": "c--skypilot-lb", "managedFields": managed }))
            .unwrap()
    }

    #[test]
    fn ports_are_those_that_our_manager_owns() {
        let meta = meta(json!([
            { "manager": "OpenAPI-Generator", "operation": "Update", "time": "2026-11-24T05:00:00Z",
              "fieldsV1": { "f:spec": { "f:ports": { ".": {}, "k:{\"port\":8888,\"protocol\":\"TCP\"}": { ".": {} } } } } },
            { "manager": "skyports", "operation": "Update", "time": "2026-11-24T05:00:09Z",
              "fieldsV1": { "f:spec": { "f:ports": { "k:{\"port\":6006,\"protocol\":\"TCP\"}": { ".": {} }, "k:odd": {}, "x": {} } } } },
            { "manager": "cloud", "operation": "Update", "time": "2026-11-24T06:00:00Z", "subresource": "status" }
        ]));
        assert_eq!(our_ports(&meta), [Port::new(6006).unwrap()]);
        let last = Writer::last(&meta).unwrap();
        assert_eq!(
            &*last.manager, "OpenAPI-Generator",
            "a status is no write of what was asked for"
        );
    }

    #[test]
    fn we_are_no_other() {
        let entry = json!({ "manager": "skyports", "time": "2026-11-24T05:00:00Z" });
        assert_eq!(Writer::last(&meta(json!([entry]))), None);
        assert_eq!(Writer::last(&meta(json!([]))), None);
    }
}
