//! Kubernetes' objects as the API sends them, cut down to the fields that are read here.
//!
//! Why own types: a SkyPilot pod is 70 kB of JSON, 57 kB of them one start-up script
//! (SkyPilot 0.14.1); what is not named here is skipped while it is read. Unknown values are no
//! errors: what an enum may say tomorrow is text today. Nothing is interpreted here, see
//! [`crate::objects`] for that.

use std::borrow::Cow;
use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta, Time};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube_core::{ClusterResourceScope, NamespaceResourceScope};
use serde::{Deserialize, Serialize};

/// A core/v1 Pod.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pod {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// What was asked for.
    pub spec: Option<PodSpec>,
    /// What came of it.
    pub status: Option<PodStatus>,
}

/// What a pod asks for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    /// SkyPilot's own is named `ray-node`; others may be injected before it.
    pub containers: Option<Vec<Container>>,
    /// Where SkyPilot 0.5 to 0.8 name the accelerator.
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Where SkyPilot 0.11 and later name the accelerator.
    pub affinity: Option<Affinity>,
}

/// A container's name and requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Container {
    /// The container's name.
    pub name: Option<String>,
    /// What it asks for.
    pub resources: Option<Requirements>,
}

/// A container's requests and limits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Requirements {
    /// What the scheduler keeps free for it.
    pub requests: Option<BTreeMap<String, Amount>>,
}

/// A quantity, which YAML and lenient writers also spell as a plain number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// As the API server writes it.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Real(f64),
}

/// The part of a pod's affinity that names nodes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affinity {
    /// Which nodes.
    pub node_affinity: Option<NodeAffinity>,
}

/// Which nodes a pod needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAffinity {
    /// The required terms.
    pub required_during_scheduling_ignored_during_execution: Option<NodeSelector>,
}

/// Terms of which one must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelector {
    /// The terms.
    pub node_selector_terms: Option<Vec<NodeSelectorTerm>>,
}

/// Expressions that must all hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSelectorTerm {
    /// The expressions.
    pub match_expressions: Option<Vec<Expression>>,
}

/// A label and the values that it may have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Expression {
    /// The label's key.
    pub key: Option<String>,
    /// `In`, `NotIn`, `Exists`, …
    pub operator: Option<String>,
    /// The values.
    pub values: Option<Vec<String>>,
}

/// What a pod is doing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: Option<String>,
    /// Why it is in that phase: `Evicted`.
    pub reason: Option<String>,
    /// The same for people.
    pub message: Option<String>,
    /// Its address inside the cluster.
    #[serde(rename = "podIP")]
    pub pod_ip: Option<String>,
    /// `PodScheduled`, `Ready`, …
    pub conditions: Option<Vec<Condition>>,
    /// What its containers do.
    pub container_statuses: Option<Vec<ContainerStatus>>,
}

/// What a container does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ContainerStatus {
    /// The container's name.
    pub name: Option<String>,
    /// Its state.
    pub state: Option<ContainerState>,
}

/// A container's state, where it waits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ContainerState {
    /// Why it does not run yet.
    pub waiting: Option<Waiting>,
}

/// Why a container does not run yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Waiting {
    /// `ImagePullBackOff`, …
    pub reason: Option<String>,
    /// The same for people.
    pub message: Option<String>,
}

/// A condition of a pod or a Service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Condition {
    /// What is claimed.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `True`, `False` or `Unknown`.
    pub status: Option<String>,
    /// Why, for programs.
    pub reason: Option<String>,
    /// Why, for people.
    pub message: Option<String>,
}

/// A core/v1 Service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Service {
    /// Name, labels, annotations and finalizers.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// What was asked for.
    pub spec: Option<ServiceSpec>,
    /// What came of it.
    pub status: Option<ServiceStatus>,
}

/// What a Service asks for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceSpec {
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The labels of the pods behind it.
    pub selector: Option<BTreeMap<String, String>>,
    /// Its ports.
    pub ports: Option<Vec<ServicePort>>,
    /// Addresses that an administrator routes to the nodes.
    #[serde(rename = "externalIPs")]
    pub external_ips: Option<Vec<String>>,
    /// Which implementation is asked for.
    pub load_balancer_class: Option<String>,
    /// The networks that may reach its addresses; all, where none is named.
    pub load_balancer_source_ranges: Option<Vec<String>>,
}

/// A port of a Service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePort {
    /// The port's name.
    pub name: Option<String>,
    /// `TCP`, `UDP`, `SCTP`.
    pub protocol: Option<String>,
    /// What is spoken on it: `https`, `kubernetes.io/ws`, …
    pub app_protocol: Option<String>,
    /// The port that clients connect to.
    pub port: Option<i64>,
    /// The port of the pods.
    pub target_port: Option<IntOrString>,
    /// The port of every node.
    pub node_port: Option<i64>,
}

/// What came of a Service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// The addresses.
    pub load_balancer: Option<LoadBalancerStatus>,
    /// What its controllers say.
    pub conditions: Option<Vec<Condition>>,
}

/// The addresses of a Service or an Ingress.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadBalancerStatus {
    /// Every address.
    pub ingress: Option<Vec<LoadBalancerAddress>>,
}

/// One address of a load balancer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadBalancerAddress {
    /// An IP address.
    pub ip: Option<String>,
    /// A DNS name.
    pub hostname: Option<String>,
    /// What can be said of single ports.
    pub ports: Option<Vec<PortStatus>>,
}

/// What a load balancer says of one of its ports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PortStatus {
    /// The port that clients connect to.
    pub port: Option<i64>,
    /// Why it does not work.
    pub error: Option<String>,
}

/// A networking.k8s.io/v1 Ingress.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ingress {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// What was asked for.
    pub spec: Option<IngressSpec>,
    /// What came of it.
    pub status: Option<IngressStatus>,
}

/// What an Ingress asks for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressSpec {
    /// The class that shall serve it.
    pub ingress_class_name: Option<String>,
    /// Its rules.
    pub rules: Option<Vec<IngressRule>>,
    /// The hosts that have a certificate.
    pub tls: Option<Vec<IngressTls>>,
}

/// A host and its paths.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IngressRule {
    /// The host; `None` for every one.
    pub host: Option<String>,
    /// The paths.
    pub http: Option<HttpRule>,
}

/// The paths of a rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HttpRule {
    /// The paths.
    pub paths: Option<Vec<HttpPath>>,
}

/// A path and where it leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HttpPath {
    /// The path, or a regular expression.
    pub path: Option<String>,
    /// Where it leads.
    pub backend: Option<Backend>,
}

/// Where a path leads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Backend {
    /// A Service of the same namespace.
    pub service: Option<BackendService>,
}

/// A Service that a path leads to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BackendService {
    /// Its name.
    pub name: Option<String>,
    /// Its port.
    pub port: Option<BackendPort>,
}

/// A port of a backend.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct BackendPort {
    /// Its number, where it is not named.
    pub number: Option<i64>,
}

/// Hosts that have a certificate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IngressTls {
    /// The hosts; none for every one.
    pub hosts: Option<Vec<String>>,
}

/// What came of an Ingress.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressStatus {
    /// The addresses.
    pub load_balancer: Option<LoadBalancerStatus>,
}

/// A networking.k8s.io/v1 `IngressClass`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IngressClass {
    /// Name and annotations.
    #[serde(default)]
    pub metadata: ObjectMeta,
}

/// A core/v1 Event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The event's own name.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// What it is about.
    pub involved_object: Option<Involved>,
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What happened, for programs.
    pub reason: Option<String>,
    /// What happened, for people.
    pub message: Option<String>,
    /// When it first happened.
    pub first_timestamp: Option<Time>,
    /// When it last happened.
    pub last_timestamp: Option<Time>,
    /// When it happened, from newer writers.
    pub event_time: Option<MicroTime>,
    /// Later occurrences, from newer writers.
    pub series: Option<Series>,
    /// How often it happened.
    pub count: Option<i64>,
    /// Who wrote it.
    pub source: Option<EventSource>,
    /// Who wrote it, from newer writers.
    pub reporting_component: Option<String>,
}

/// Who wrote an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EventSource {
    /// The program: `service-controller`.
    pub component: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Involved {
    /// Its kind.
    pub kind: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Which of the objects that had this name.
    pub uid: Option<String>,
}

/// Later occurrences of an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// The last of them.
    pub last_observed_time: Option<MicroTime>,
    /// How many there were.
    pub count: Option<i64>,
}

macro_rules! resource {
    ($($kind:ident, $scope:ident, $group:literal, $plural:literal;)*) => {$(
        impl kube_core::Resource for $kind {
            type DynamicType = ();
            type Scope = $scope;

            fn kind((): &()) -> Cow<'_, str> {
                stringify!($kind).into()
            }
            fn group((): &()) -> Cow<'_, str> {
                $group.into()
            }
            fn version((): &()) -> Cow<'_, str> {
                "v1".into()
            }
            fn plural((): &()) -> Cow<'_, str> {
                $plural.into()
            }
            fn meta(&self) -> &ObjectMeta {
                &self.metadata
            }
            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.metadata
            }
        }
    )*};
}
resource! {
    Pod, NamespaceResourceScope, "", "pods";
    Service, NamespaceResourceScope, "", "services";
    Ingress, NamespaceResourceScope, "networking.k8s.io", "ingresses";
    IngressClass, ClusterResourceScope, "networking.k8s.io", "ingressclasses";
    Event, NamespaceResourceScope, "", "events";
}
