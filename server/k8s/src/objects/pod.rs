//! What is kept of a pod: whose it is, whether it runs, and what it asked for.

use skyports_model::{Host, NameOnCloud, Resources};

use super::{Identity, annotation, label, text};
use crate::{names, wire};

/// The labels that name an accelerator, in a pod's affinity or node selector (`LABEL_KEY` of
/// SkyPilot 0.14.1's label formatters).
const ACCELERATOR_LABELS: [&str; 8] = [
    "skypilot.co/accelerator",
    "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-tpu-accelerator",
    "nvidia.com/gpu.product",
    "karpenter.k8s.aws/instance-gpu-name",
    "karpenter.k8s.aws/instance-accelerator-name",
    "gpu.nvidia.com/class",
    "nebius.com/gpu-name",
];

/// The resources that count accelerators.
const ACCELERATOR_RESOURCES: [&str; 4] =
    ["nvidia.com/gpu", "amd.com/gpu", "google.com/tpu", "aws.amazon.com/neuron"];

/// NVIDIA's products by SkyPilot's names, the more specific first (`sky/utils/gpu_names.py` of
/// 0.14.1).
const PRODUCTS: [&str; 34] = [
    "GB300",
    "GB200",
    "B300",
    "B200",
    "B100",
    "GH200",
    "H200",
    "H100-80GB",
    "H100-MEGA",
    "H100",
    "A100-80GB",
    "A100",
    "A10G",
    "A10",
    "A16",
    "A30",
    "A40",
    "RTX6000-Ada",
    "L40S",
    "L40",
    "L4",
    "A6000",
    "A5000",
    "A4000",
    "V100-32GB",
    "V100",
    "P100",
    "P40",
    "P4000",
    "P4",
    "T4g",
    "T4",
    "K80",
    "M60",
];

/// A pod of a SkyPilot cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct PodFacts {
    pub(crate) identity: Identity,
    /// The cluster's name on the cloud.
    pub(crate) cluster: NameOnCloud,
    /// The name that its user gave the cluster.
    pub(crate) display_name: Option<Box<str>>,
    pub(crate) user: Option<Box<str>>,
    pub(crate) workspace: Option<Box<str>>,
    pub(crate) is_head: bool,
    /// It belongs to a Deployment (a high-availability controller), which makes a new one when it
    /// ends.
    pub(crate) is_replaced: bool,
    pub(crate) phase: Phase,
    pub(crate) is_ready: bool,
    pub(crate) address: Option<Host>,
    pub(crate) resources: Resources,
    /// Why it does not run: a container's, the scheduler's or the kubelet's words.
    pub(crate) hindrance: Option<Box<str>>,
}

/// Where a pod is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not running yet, or nobody knows.
    Pending,
    /// Running.
    Running,
    /// Ended; SkyPilot's pods are never started again (`restartPolicy: Never`).
    Ended,
}

impl Phase {
    /// The phase as Kubernetes writes it; the two endings share a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Ended => "Succeeded or Failed",
        }
    }
}

impl PodFacts {
    pub(super) fn of(pod: wire::Pod) -> Option<Self> {
        let meta = &pod.metadata;
        names::plain(meta)?;
        let cluster = NameOnCloud::parse(names::labelled(|key| label(meta, key))?).ok()?;
        let spec = pod.spec.unwrap_or_default();
        let status = pod.status.unwrap_or_default();
        let phase = match status.phase.as_deref() {
            Some("Running") => Phase::Running,
            Some("Succeeded" | "Failed") => Phase::Ended,
            _ => Phase::Pending,
        };
        let identity = Identity::of(meta);
        let is_running = phase == Phase::Running && identity.deleting.is_none();
        Some(Self {
            cluster,
            display_name: text(annotation(meta, "skypilot-cluster-name").map(String::as_str), 120),
            user: text(
                annotation(meta, "skypilot-user")
                    .or_else(|| label(meta, "skypilot-user"))
                    .map(String::as_str),
                120,
            ),
            workspace: text(annotation(meta, "skypilot-workspace").map(String::as_str), 120),
            is_head: is_head(&pod.metadata),
            is_replaced: label(meta, "skypilot-deployment-name").is_some(),
            phase,
            is_ready: is_running
                && condition(&status, "Ready").is_none_or(|c| c.status.as_deref() == Some("True")),
            address: status
                .pod_ip
                .as_deref()
                .and_then(|ip| Host::parse(ip).ok())
                .filter(|host| host.ip().is_some()),
            resources: resources(&spec),
            hindrance: if is_running { None } else { hindrance(&status) },
            identity,
        })
    }

    /// Whether requests can reach it.
    pub(crate) fn is_running(&self) -> bool {
        self.phase == Phase::Running && self.identity.deleting.is_none()
    }
}

fn is_head(meta: &kube_core::ObjectMeta) -> bool {
    let says = |key: &str, value: &str| label(meta, key).map(|v| v == value);
    says("ray-node-type", "head")
        .or_else(|| says("skypilot-head-node", "1"))
        .unwrap_or_else(|| meta.name.as_deref().is_some_and(|name| name.ends_with("-head")))
}

fn condition<'a>(status: &'a wire::PodStatus, kind: &str) -> Option<&'a wire::Condition> {
    status.conditions.iter().flatten().find(|c| c.kind.as_deref() == Some(kind))
}

/// Why a pod does not run, the closest cause first.
fn hindrance(status: &wire::PodStatus) -> Option<Box<str>> {
    let waiting = || {
        let containers = status.container_statuses.iter().flatten();
        containers.filter_map(|c| c.state.as_ref()?.waiting.as_ref()).find(|w| w.reason.is_some())
    };
    let unscheduled =
        || condition(status, "PodScheduled").filter(|c| c.status.as_deref() == Some("False"));
    let (reason, message) = if let Some(waiting) = waiting() {
        (&waiting.reason, &waiting.message)
    } else if let Some(condition) = unscheduled() {
        (&condition.reason, &condition.message)
    } else {
        (&status.reason, &status.message)
    };
    let words = [reason.as_deref(), message.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ");
    text(Some(&words), 240)
}

fn resources(spec: &wire::PodSpec) -> Resources {
    let containers = spec.containers.as_deref().unwrap_or_default();
    // Sidecars can be injected before SkyPilot's own container.
    let primary =
        containers.iter().find(|c| c.name.as_deref() == Some("ray-node")).or(containers.first());
    let requests = primary.and_then(|c| c.resources.as_ref()?.requests.as_ref());
    let amount = |key: &str| {
        let text = match requests?.get(key)? {
            wire::Amount::Text(text) => text.clone(),
            wire::Amount::Whole(number) => number.to_string(),
            wire::Amount::Real(number) => number.to_string(),
        };
        self::text(Some(&text), 32).map(String::from)
    };
    let count =
        ACCELERATOR_RESOURCES.into_iter().find_map(|key| amount(key)?.parse().ok()).unwrap_or(0);
    Resources {
        cpu: amount("cpu"),
        memory: amount("memory"),
        accelerator: if count == 0 { None } else { accelerator(spec) },
        accelerator_count: count,
    }
}

/// The accelerator's name as SkyPilot spells it.
fn accelerator(spec: &wire::PodSpec) -> Option<String> {
    let terms = spec
        .affinity
        .as_ref()
        .and_then(|a| {
            a.node_affinity.as_ref()?.required_during_scheduling_ignored_during_execution.as_ref()
        })
        .and_then(|selector| selector.node_selector_terms.as_deref())
        .unwrap_or_default();
    let required = |key: &str| {
        terms
            .iter()
            .flat_map(|term| term.match_expressions.iter().flatten())
            .filter(|e| {
                e.key.as_deref() == Some(key) && e.operator.as_deref().is_none_or(|op| op == "In")
            })
            .find_map(|e| e.values.as_ref()?.first())
    };
    ACCELERATOR_LABELS.into_iter().find_map(|key| {
        let value = required(key).or_else(|| spec.node_selector.as_ref()?.get(key))?;
        text(Some(&product(key, value)), 60).map(String::from)
    })
}

/// A label's value as SkyPilot 0.14.1 reads it back (`get_accelerator_from_label_value`).
fn product(key: &str, value: &str) -> String {
    match key {
        "nvidia.com/gpu.product" => {
            let known = PRODUCTS.into_iter().find(|name| is_product(value, name));
            known.map_or_else(
                || {
                    value
                        .to_uppercase()
                        .replace("NVIDIA-", "")
                        .replace("GEFORCE-", "")
                        .replace("RTX-", "RTX")
                },
                str::to_owned,
            )
        }
        "cloud.google.com/gke-accelerator" => {
            let name = value
                .trim_start_matches("nvidia-tesla-")
                .trim_start_matches("nvidia-")
                .to_uppercase();
            match name.as_str() {
                "H100-80GB" => "H100".to_owned(),
                "H200-141GB" => "H200".to_owned(),
                _ => name,
            }
        }
        "gpu.nvidia.com/class" if value == "H100_NVLINK_80GB" => "H100".to_owned(),
        "gpu.nvidia.com/class" | "cloud.google.com/gke-tpu-accelerator" => value.to_owned(),
        "karpenter.k8s.aws/instance-accelerator-name" => {
            let mut letters = value.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect())
                .unwrap_or_default()
        }
        _ => value.to_uppercase(),
    }
}

/// Whether NVIDIA's product name means that product: whole words, and `-80GB` anywhere behind.
fn is_product(value: &str, name: &str) -> bool {
    let behind =
        |family: &str| value.split_once(family).is_some_and(|(_, rest)| rest.contains("-80GB"));
    match name {
        "A100-80GB" => behind("A100"),
        "H100-80GB" => behind("H100"),
        _ => value.match_indices(name).any(|(at, _)| {
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let before = value.get(..at).and_then(|t| t.chars().next_back());
            let after = value.get(at.saturating_add(name.len())..).and_then(|t| t.chars().next());
            !word(before) && !word(after)
        }),
    }
}
