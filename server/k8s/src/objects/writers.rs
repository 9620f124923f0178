//! Who wrote an object, by its `managedFields`: what is ours in an object that others share, and
//! whose write took it away.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use skyports_model::{Port, Timestamp};

use super::{seconds, text};

/// The field manager under which skyports writes.
const OURS: &str = "skyports";

/// The last write of what was asked for; a status is no such write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The field manager: `OpenAPI-Generator` for SkyPilot (seen with 0.14.1).
    pub(crate) manager: Box<str>,
    /// When.
    pub(crate) at: Timestamp,
}

impl Writer {
    /// Who wrote last. Of two within one second the other one is told: our own write is known here.
    pub(super) fn last(meta: &ObjectMeta) -> Option<Self> {
        let of = |entry: &ManagedFieldsEntry| {
            let manager = text(entry.manager.as_deref(), 120)?;
            Some(Self { manager, at: seconds(entry.time.as_ref()?) })
        };
        let writers = specs(meta).filter_map(of);
        writers.max_by_key(|writer| (writer.at, &*writer.manager != OURS))
    }
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
        assert_eq!(&*last.manager, OURS, "a status is no write of what was asked for");
    }

    #[test]
    fn of_two_in_one_second_the_other_wrote_last() {
        let entry = |manager| json!({ "manager": manager, "time": "2026-11-24T05:00:00Z" });
        let last = Writer::last(&meta(json!([entry("skyports"), entry("OpenAPI-Generator")])));
        assert_eq!(&*last.unwrap().manager, "OpenAPI-Generator");
        assert_eq!(Writer::last(&meta(json!([]))), None);
    }
}
