//! The events that a cloud's controller writes about Services, as Kubernetes' own
//! (`k8s.io/cloud-provider`, controllers/service) writes them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::document::{fields, part, text};
use crate::store::{Key, Resource, Store};

const COMPONENT: &str = "service-controller";
/// `--event-ttl` of kube-apiserver.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Ensuring,
    Ensured,
    SyncFailed,
    Deleting,
    Deleted,
}

impl Reason {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Ensuring => ("Normal", "EnsuringLoadBalancer"),
            Self::Ensured => ("Normal", "EnsuredLoadBalancer"),
            Self::SyncFailed => ("Warning", "SyncLoadBalancerFailed"),
            Self::Deleting => ("Normal", "DeletingLoadBalancer"),
            Self::Deleted => ("Normal", "DeletedLoadBalancer"),
        }
    }
}

/// Writes an event about a Service; the same one again is counted in it.
pub(super) fn write(store: &Store, service: &Value, reason: Reason, message: &str, now: Timestamp) {
    let (kind, reason) = reason.words();
    let namespace = text(service, "/metadata/namespace").unwrap_or_default();
    let name = text(service, "/metadata/name").unwrap_or_default();
    let uid = text(service, "/metadata/uid").unwrap_or_default();
    let seconds = seconds(now);
    let same = store.list(Resource::Events, Some(namespace)).into_iter().find(|event| {
        text(event, "/involvedObject/uid") == Some(uid)
            && text(event, "/reason") == Some(reason)
            && text(event, "/message") == Some(message)
    });
    if let Some(key) = same.and_then(|event| Key::of(&event).ok()) {
        store.update(&key, |event| {
            let count = part(event, "/count").as_u64().unwrap_or(1).saturating_add(1);
            let event = fields(event);
            event.insert("count".to_owned(), count.into());
            event.insert("lastTimestamp".to_owned(), seconds.into());
        });
        return;
    }
    let event = json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": format!("{name}.{:x}", now.as_nanosecond()),
            "namespace": namespace,
        },
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Service",
            "namespace": namespace,
            "name": name,
            "uid": uid,
            "resourceVersion": part(service, "/metadata/resourceVersion"),
        },
        "type": kind,
        "reason": reason,
        "message": message,
        "source": { "component": COMPONENT },
        "reportingComponent": COMPONENT,
        "reportingInstance": "",
        "count": 1,
        "firstTimestamp": seconds,
        "lastTimestamp": seconds,
        "eventTime": null,
    });
    if let Err(error) = store.put(event) {
        tracing::warn!(%error, "an event is lost");
    }
}

/// Takes away events that a real API server would have forgotten: the cloud's own, and those that
/// clients have written. What the demo began with stays.
pub(super) fn forget_old(store: &Store, now: Timestamp) {
    for event in store.list(Resource::Events, None) {
        let moments = ["/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
        let last = moments.iter().find_map(|it| text(&event, it)?.parse::<Timestamp>().ok());
        let is_new = text(&event, "/source/component") == Some(COMPONENT)
            || !part(&event, "/metadata/managedFields").is_null();
        if is_new && last.is_some_and(|last| now.duration_since(last) > KEPT) {
            let _ = Key::of(&event).map(|key| store.remove(&key));
        }
    }
}

fn seconds(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
