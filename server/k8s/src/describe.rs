//! Objects and events as text for people, cut to bounds.
//!
//! What is written here is shown as it stands: whoever may write an object of a cluster chooses
//! most of its characters.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kube_core::DynamicObject;
use serde_json::Value;
use skyports_model::finding::{is_unseen, shown};
use skyports_model::{EventLine, ObjectRef, ObjectText, Port};

use crate::objects::{IngressFacts, last, seconds};
use crate::wire;

/// What is shown of one object; SkyPilot's own have 2 kB.
const LONGEST_YAML: usize = 64 * 1_024;
/// Events of all objects together.
const MOST_EVENTS: usize = 50;
/// A whole object as it was written last: it would be there twice.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// An object in YAML, without what only programs read.
pub fn object_text(object: ObjectRef, mut found: DynamicObject) -> ObjectText {
    found.metadata.managed_fields = None;
    if let Some(annotations) = &mut found.metadata.annotations {
        annotations.remove(APPLIED);
        if annotations.is_empty() {
            found.metadata.annotations = None;
        }
    }
    let yaml = serde_yaml_ng::to_string(&found)
        .unwrap_or_else(|error| format!("# cannot be written as YAML: {error}\n"));
    let (yaml, is_cut) = cut(seen(&yaml));
    ObjectText { object, yaml, is_cut }
}

/// An object in YAML as it is shown before it is changed: without what only programs read, and
/// without its status, which no plan changes.
pub(crate) fn yaml(mut object: serde_json::Value) -> String {
    if let Some(whole) = object.as_object_mut() {
        whole.remove("status");
    }
    if let Some(metadata) = object.pointer_mut("/metadata").and_then(|it| it.as_object_mut()) {
        metadata.remove("managedFields");
    }
    if let Some(annotations) =
        object.pointer_mut("/metadata/annotations").and_then(|it| it.as_object_mut())
    {
        annotations.remove(APPLIED);
    }
    let yaml = serde_yaml_ng::to_string(&object)
        .unwrap_or_else(|error| format!("# cannot be written as YAML: {error}\n"));
    cut(seen(&yaml)).0
}

/// The text with everything in it to be seen: nothing may look like what it is not.
fn seen(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !is_unseen(c) {
            seen.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(seen, "\\u{{{:x}}}", u32::from(c));
        }
    }
    seen
}

/// Whole lines up to the bound, and whether that is not all.
fn cut(mut text: String) -> (String, bool) {
    if text.len() <= LONGEST_YAML {
        return (text, false);
    }
    let end = text.floor_char_boundary(LONGEST_YAML);
    text.truncate(end);
    if let Some(line) = text.rfind('\n') {
        text.truncate(line + 1);
    }
    (text, true)
}

/// An event about `object`; `None` when it is about another one that had this name before.
pub fn event_line(event: &wire::Event, object: &ObjectRef, uid: Option<&str>) -> Option<EventLine> {
    let about = event.involved_object.as_ref().and_then(|involved| involved.uid.as_deref());
    if about.zip(uid).is_some_and(|(about, uid)| about != uid) {
        return None;
    }
    let text = |text: Option<&String>, longest| shown(text.map_or("", String::as_str), longest);
    let at = last(event);
    let first = event.first_timestamp.as_ref().map(seconds);
    let count = event.series.as_ref().and_then(|series| series.count).or(event.count);
    let source = event.source.as_ref().and_then(|source| source.component.as_ref());
    let source = source.filter(|source| !source.is_empty()).or(event.reporting_component.as_ref());
    Some(EventLine {
        at,
        first: first.filter(|first| *first < at),
        count: count.and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1),
        is_warning: event.kind.as_deref() == Some("Warning"),
        reason: text(event.reason.as_ref(), 120),
        message: text(event.message.as_ref(), 1_000),
        source: text(source, 120),
        object: object.clone(),
    })
}

/// The newest events, newest first.
pub fn newest(mut events: Vec<EventLine>) -> Vec<EventLine> {
    events.sort_by(|a, b| {
        b.at.cmp(&a.at).then_with(|| (&a.reason, &a.message).cmp(&(&b.reason, &b.message)))
    });
    events.truncate(MOST_EVENTS);
    events
}

/// The Service to which an Ingress leads for a port of the app. `None` also for what no Service
/// can be called: the name becomes part of an address.
pub fn backend(ingress: wire::Ingress, port: Port) -> Option<String> {
    let facts = IngressFacts::of(ingress)?;
    let mut routes = facts.routes.iter().filter(|route| route.port == port);
    let name = routes.find_map(|route| route.backend.as_deref())?;
    let is_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (name.len() <= 63 && name.chars().all(is_label)).then(|| name.to_owned())
}

/// What of a `LoadBalancer` Service tells how it is asked whether it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balancer {
    /// The ports that the app listens on, in the Service's order.
    pub ports: Vec<Port>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// The Service as a load balancer; `None` when it is none.
pub fn balancer(found: &DynamicObject) -> Option<Balancer> {
    let spec = found.data.get("spec")?;
    let number = |port: &Value| Port::new(port.get("targetPort").or(port.get("port"))?.as_i64()?);
    let ports = spec.get("ports")?.as_array()?.iter().filter_map(number).collect();
    let annotations = found.metadata.annotations.clone().unwrap_or_default();
    let is_balancer = spec.get("type").and_then(Value::as_str) == Some("LoadBalancer");
    is_balancer.then_some(Balancer { ports, annotations })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use skyports_model::{Namespace, ObjectKind, Timestamp};

    fn service() -> ObjectRef {
        let namespace = Namespace::parse("ml").unwrap();
        ObjectRef { kind: ObjectKind::Service, namespace, name: "train--skypilot-lb".to_owned() }
    }

    fn described(object: Value) -> ObjectText {
        object_text(service(), serde_json::from_value(object).unwrap())
    }

    #[test]
    fn yaml_is_without_what_only_programs_read() {
        let text = described(json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {
                "name": "train--skypilot-lb",
                "annotations": { APPLIED: "{\"secret\": 1}" },
                "managedFields": [{ "manager": "kubectl" }],
            },
            "spec": { "type": "LoadBalancer", "ports": [{ "port": 8888 }] },
        }));
        assert_eq!(
            text.yaml,
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: train--skypilot-lb\n\
             spec:\n  ports:\n  - port: 8888\n  type: LoadBalancer\n"
        );
        assert!(!text.is_cut);
    }

    #[test]
    fn nothing_in_it_is_unseen() {
        let text = described(json!({
            "metadata": { "annotations": { "a": "x\u{202e}y\u{200b}\u{1b}[31m\u{0}z", "b": "</pre>" } },
        }));
        assert!(!text.yaml.chars().any(|c| c != '\n' && is_unseen(c)), "{:?}", text.yaml);
        assert!(text.yaml.contains("\\u{202e}") && text.yaml.contains("</pre>"), "{}", text.yaml);
    }

    #[test]
    fn a_long_object_ends_at_a_line() {
        let lines: Vec<String> = (0..10_000).map(|number| format!("grüße {number}")).collect();
        let text = described(json!({ "metadata": {}, "data": lines }));
        assert!(text.is_cut && text.yaml.len() <= LONGEST_YAML && text.yaml.ends_with('\n'));
        assert!(text.yaml.lines().last().unwrap().starts_with("- grüße "), "{}", text.yaml);
        let long = described(json!({ "metadata": {}, "data": "ß".repeat(100_000) }));
        assert!(long.is_cut && long.yaml.len() <= LONGEST_YAML);
    }

    fn line(event: Value, uid: Option<&str>) -> Option<EventLine> {
        event_line(&serde_json::from_value(event).unwrap(), &service(), uid)
    }

    #[test]
    fn events_of_both_kinds_of_writers_are_told() {
        let old = json!({
            "type": "Warning", "reason": "SyncLoadBalancerFailed", "message": "quota\nreached", "count": 7,
            "involvedObject": { "uid": "u1" }, "source": { "component": "service-controller" },
            "firstTimestamp": "1970-01-01T00:01:00Z", "lastTimestamp": "1970-01-01T00:05:00Z",
        });
        let told = line(old.clone(), Some("u1")).unwrap();
        assert_eq!((told.at, told.first), (Timestamp(300), Some(Timestamp(60))));
        assert_eq!((told.count, told.is_warning), (7, true));
        assert_eq!((&*told.message, &*told.source), ("quota reached", "service-controller"));
        assert_eq!(line(old.clone(), Some("u2")), None);
        assert!(line(old, None).is_some());
        let new = json!({
            "type": "Normal", "reason": "Assigned", "reportingComponent": "metallb",
            "eventTime": "1970-01-01T00:02:00.000000Z",
            "series": { "count": 3, "lastObservedTime": "1970-01-01T00:03:00.000000Z" },
        });
        let told = line(new, Some("u1")).unwrap();
        assert_eq!((told.at, told.first, told.count), (Timestamp(180), None, 3));
        assert_eq!((&*told.source, told.is_warning), ("metallb", false));
        let odd = line(json!({ "count": -5 }), None).unwrap();
        assert_eq!((odd.count, &*odd.reason), (1, ""));
    }

    #[test]
    fn the_newest_events_are_kept() {
        let event =
            |seconds| EventLine { at: Timestamp(seconds), ..line(json!({}), None).unwrap() };
        let newest = newest((0..80).map(event).collect());
        assert_eq!(newest.len(), MOST_EVENTS);
        assert_eq!((newest[0].at, newest[49].at), (Timestamp(79), Timestamp(30)));
    }

    #[test]
    fn an_ingress_leads_to_services_alone() {
        let leads = |name: &str| {
            let ingress = json!({
                "metadata": { "name": "train-2ea4-skypilot-ingress" },
                "spec": { "rules": [{ "http": { "paths": [
                    { "path": "/skypilot/ml/train-2ea4/6006(/|$)(.*)", "backend": { "service": { "name": "other" } } },
                    { "path": "/skypilot/ml/train-2ea4/8888(/|$)(.*)", "backend": { "service": { "name": name } } },
                ] } }] },
            });
            backend(serde_json::from_value(ingress).unwrap(), Port::new(8888).unwrap())
        };
        assert_eq!(
            leads("train--skypilot-svc--8888").as_deref(),
            Some("train--skypilot-svc--8888")
        );
        for hostile in ["../secrets/token", "a/b", "a?watch=1", "", "%2e%2e", &"a".repeat(64)] {
            assert_eq!(leads(hostile), None, "{hostile}");
        }
    }
}
