//! A cluster's pods, from a copy of what SkyPilot 0.14.1's template makes.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::object::moment;
use crate::document::section;

/// The `spec` of a pod, read back from a real API server, with our own few words for the start-up
/// script of 58 kB.
const SPEC: &str = include_str!("pod.json");

/// How a cluster's pods fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They run.
    Running,
    /// There is no room for the head.
    Waiting,
    /// The node has put them out.
    Evicted,
}

/// Which release of `SkyPilot` has made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Release {
    /// 0.14.1.
    Current,
    /// 0.5: fewer labels, no annotations, another shape of Services and Ingresses.
    Old,
}

/// One pod.
pub(super) struct Pod<'a> {
    pub(super) context: &'a str,
    pub(super) namespace: &'a str,
    pub(super) on_cloud: &'a str,
    pub(super) display: &'a str,
    pub(super) user: &'a str,
    /// 0 is the head.
    pub(super) node: u16,
    pub(super) cpu: &'a str,
    pub(super) memory: &'a str,
    pub(super) gpu: Option<(&'a str, u16)>,
    pub(super) ip: String,
    pub(super) created: Timestamp,
    pub(super) fate: Fate,
    pub(super) release: Release,
}

/// The name of a cluster's pod.
pub(super) fn name(on_cloud: &str, node: u16, release: Release) -> String {
    match (node, release) {
        (0, _) => format!("{on_cloud}-head"),
        (_, Release::Current) => format!("{on_cloud}-worker{node}"),
        (_, Release::Old) => format!("{on_cloud}-{node:04x}-worker"),
    }
}

impl Pod<'_> {
    pub(super) fn document(&self) -> Value {
        let Self { namespace, on_cloud, node, created, release, .. } = self;
        let metadata = json!({
            "name": name(on_cloud, *node, *release),
            "namespace": namespace,
            "creationTimestamp": moment(*created),
            "labels": self.labels(),
            "annotations": self.annotations(),
        });
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": self.spec(),
            "status": self.status(),
        })
    }

    fn role(&self) -> &'static str {
        if self.node == 0 { "head" } else { "worker" }
    }

    fn labels(&self) -> Value {
        let Self { on_cloud, node, user, release, .. } = self;
        let component = name(on_cloud, *node, *release);
        let user = user.split('@').next().unwrap_or_default();
        match release {
            Release::Current => json!({
                "component": component,
                "parent": "skypilot",
                "ray-cluster-name": on_cloud,
                "ray-node-type": self.role(),
                "skypilot-cluster": on_cloud,
                "skypilot-cluster-name": on_cloud,
                "skypilot-head-node": if *node == 0 { "1" } else { "0" },
                "skypilot-user": user,
            }),
            Release::Old => json!({
                "component": component,
                "parent": "skypilot",
                "ray-cluster-name": on_cloud,
                "ray-node-type": self.role(),
                "skypilot-cluster": on_cloud,
                "skypilot-cluster-name": on_cloud,
                "skypilot-ssh-jump": "sky-ssh-jump",
            }),
        }
    }

    fn annotations(&self) -> Value {
        match self.release {
            Release::Current => json!({
                "skypilot-cluster-name": self.display,
                "skypilot-user": self.user,
                "skypilot-workspace": "default",
            }),
            Release::Old => json!({}),
        }
    }

    fn spec(&self) -> Value {
        // The text is our own and read by a test.
        let mut spec: Value = serde_json::from_str(SPEC).unwrap_or_default();
        let fields = section_of(&mut spec);
        fields.insert("affinity".to_owned(), self.affinity());
        if self.fate != Fate::Waiting {
            let node = format!("{}-node-{}", self.context, self.node % 3 + 1);
            fields.insert("nodeName".to_owned(), node.into());
        }
        let container = spec.pointer_mut("/containers/0");
        if let Some(container) = container {
            section_of(container).insert("resources".to_owned(), self.resources());
        }
        if let Some(value) = spec.pointer_mut("/containers/0/env/5/value") {
            *value = self.context.into();
        }
        spec
    }

    fn resources(&self) -> Value {
        let mut requests = json!({ "cpu": self.cpu, "memory": self.memory });
        match self.gpu {
            None => json!({ "requests": requests }),
            Some((_, count)) => {
                let gpu = ("nvidia.com/gpu".to_owned(), Value::from(count.to_string()));
                section_of(&mut requests).extend([gpu.clone()]);
                json!({ "requests": requests, "limits": Map::from_iter([gpu]) })
            }
        }
    }

    fn affinity(&self) -> Value {
        let expression =
            |key: &str, value: &str| json!({ "key": key, "operator": "In", "values": [value] });
        let apart = json!({
            "weight": 100,
            "podAffinityTerm": {
                "labelSelector": { "matchExpressions": [expression("skypilot-cluster-name", self.on_cloud)] },
                "topologyKey": "kubernetes.io/hostname",
            },
        });
        let mut affinity = json!({
            "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": [apart] },
        });
        if let Some((gpu, _)) = self.gpu {
            let label = expression("skypilot.co/accelerator", &gpu.to_lowercase());
            let terms = json!({ "nodeSelectorTerms": [{ "matchExpressions": [label] }] });
            let node = section(&mut affinity, "nodeAffinity");
            node.insert("requiredDuringSchedulingIgnoredDuringExecution".to_owned(), terms);
        }
        affinity
    }

    fn status(&self) -> Value {
        let created = moment(self.created);
        let condition = |kind: &str, holds: &str| json!({ "type": kind, "status": holds, "lastTransitionTime": created });
        match self.fate {
            Fate::Running => json!({
                "phase": "Running",
                "podIP": self.ip,
                "podIPs": [{ "ip": self.ip }],
                "hostIP": "10.40.0.1",
                "startTime": created,
                "conditions": [condition("PodScheduled", "True"), condition("Ready", "True")],
                "containerStatuses": [{
                    "name": "ray-node", "ready": true, "restartCount": 0,
                    "image": "example.invalid/skypilot:demo", "imageID": "",
                    "state": { "running": { "startedAt": created } },
                }],
            }),
            Fate::Waiting => json!({
                "phase": "Pending",
                "conditions": [{
                    "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                    "message": NO_ROOM, "lastTransitionTime": created,
                }],
            }),
            Fate::Evicted => json!({
                "phase": "Failed",
                "reason": "Evicted",
                "message": "The node was low on resource: ephemeral-storage.",
                "startTime": created,
                "hostIP": "10.40.0.1",
                "conditions": [condition("PodScheduled", "True"), condition("Ready", "False")],
            }),
        }
    }
}

/// Why the scheduler finds no node.
pub(super) const NO_ROOM: &str = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.";

fn section_of(document: &mut Value) -> &mut Map<String, Value> {
    crate::document::fields(document)
}
