//! Builders of objects for tests: real Kubernetes types, which [`seen`] sends as JSON through the
//! same decoder as in production.

mod seen;

use std::collections::BTreeMap;

use k8s_openapi::Metadata;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta, Time};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use k8s_openapi::jiff;
use skyports_model::Timestamp;

pub(crate) use seen::*;

/// The time of every test that does not say another.
pub(crate) const NOW: Timestamp = Timestamp(1_795_500_000);

/// The namespace of every object that does not say another.
pub(crate) const NS: &str = "ml";

/// A moment so many seconds before [`NOW`].
pub(crate) fn ago(seconds: i64) -> Time {
    Time(jiff::Timestamp::from_second(NOW.0 - seconds).unwrap())
}

/// The head pod `C-head` of a cluster, running, labelled as SkyPilot 0.14 does.
pub(crate) fn pod(cluster: &str) -> core::Pod {
    node(cluster, "head")
}

/// A pod `C-worker1` of a cluster.
pub(crate) fn worker(cluster: &str) -> core::Pod {
    node(cluster, "worker1")
}

fn node(cluster: &str, role: &str) -> core::Pod {
    let name = format!("{cluster}-{role}");
    let container = core::Container { name: "ray-node".into(), ..Default::default() };
    let status = core::PodStatus {
        phase: Some("Running".into()),
        pod_ip: Some("10.244.0.3".into()),
        ..Default::default()
    };
    core::Pod {
        metadata: meta(&name),
        spec: Some(core::PodSpec { containers: vec![container], ..Default::default() }),
        status: Some(status),
    }
    .labelled("parent", "skypilot")
    .labelled("skypilot-cluster-name", cluster)
    .labelled("ray-node-type", if role == "head" { "head" } else { "worker" })
    .labelled("component", &name)
}

/// SkyPilot's `C--skypilot-lb`, without an address.
pub(crate) fn balancer(cluster: &str, ports: &[i32]) -> core::Service {
    service(&format!("{cluster}--skypilot-lb"), "LoadBalancer", cluster, ports)
}

/// SkyPilot's `C--skypilot-svc--PORT`.
pub(crate) fn backend(cluster: &str, port: i32) -> core::Service {
    service(&format!("{cluster}--skypilot-svc--{port}"), "ClusterIP", cluster, &[port])
}

/// A Service that selects all nodes of a cluster.
pub(crate) fn service(name: &str, kind: &str, cluster: &str, ports: &[i32]) -> core::Service {
    let port = |port: &i32| core::ServicePort {
        port: *port,
        target_port: Some(IntOrString::Int(*port)),
        protocol: Some("TCP".into()),
        ..Default::default()
    };
    let spec = core::ServiceSpec {
        type_: Some(kind.into()),
        selector: Some([("skypilot-cluster-name".to_owned(), cluster.to_owned())].into()),
        ports: Some(ports.iter().map(port).collect()),
        ..Default::default()
    };
    core::Service { metadata: meta(name), spec: Some(spec), status: None }
}

/// The Service of ingress-nginx, of type `NodePort` with 30080 and 30443.
pub(crate) fn controller() -> core::Service {
    let mut service =
        service("ingress-nginx-controller", "NodePort", "", &[80, 443]).within("ingress-nginx");
    let spec = service.spec.as_mut().unwrap();
    spec.selector =
        Some([("app.kubernetes.io/name".to_owned(), "ingress-nginx".to_owned())].into());
    for (port, (name, node_port)) in
        spec.ports.iter_mut().flatten().zip([("http", 30080), ("https", 30443)])
    {
        port.name = Some(name.into());
        port.node_port = Some(node_port);
    }
    service
}

/// SkyPilot's `C-skypilot-ingress` with a path a port.
pub(crate) fn ingress(cluster: &str, ports: &[i32]) -> networking::Ingress {
    let mut ingress = empty_ingress(&format!("{cluster}-skypilot-ingress"))
        .annotated("nginx.ingress.kubernetes.io/use-regex", "true")
        .annotated("nginx.ingress.kubernetes.io/rewrite-target", "/$2");
    for port in ports {
        let path = format!("/skypilot/{NS}/{cluster}/{port}(/|$)(.*)");
        ingress = ingress.with_path(&path, &format!("{cluster}--skypilot-svc--{port}"), *port);
    }
    ingress
}

/// An Ingress of the class `nginx` without a path.
pub(crate) fn empty_ingress(name: &str) -> networking::Ingress {
    let spec =
        networking::IngressSpec { ingress_class_name: Some("nginx".into()), ..Default::default() };
    networking::Ingress { metadata: meta(name), spec: Some(spec), status: None }
}

/// An `IngressClass`.
pub(crate) fn class(name: &str) -> networking::IngressClass {
    networking::IngressClass {
        metadata: ObjectMeta { name: Some(name.into()), ..Default::default() },
        spec: None,
    }
}

/// An event about an object of that kind and name, now.
pub(crate) fn event(kind: &str, name: &str, reason: &str, message: &str) -> core::Event {
    core::Event {
        metadata: meta(&format!("{name}.{reason}")),
        involved_object: core::ObjectReference {
            kind: Some(kind.into()),
            namespace: Some(NS.into()),
            name: Some(name.into()),
            ..Default::default()
        },
        type_: Some("Normal".into()),
        reason: Some(reason.into()),
        message: Some(message.into()),
        last_timestamp: Some(ago(0)),
        ..Default::default()
    }
}

/// The same as a warning.
pub(crate) fn warning(kind: &str, name: &str, reason: &str, message: &str) -> core::Event {
    core::Event { type_: Some("Warning".into()), ..event(kind, name, reason, message) }
}

fn meta(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: Some(NS.into()),
        creation_timestamp: Some(ago(5)),
        ..Default::default()
    }
}

/// What can be said of every object.
pub(crate) trait Build: Metadata<Ty = ObjectMeta> + Sized {
    fn labelled(mut self, key: &str, value: &str) -> Self {
        self.metadata_mut().labels.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    fn annotated(mut self, key: &str, value: &str) -> Self {
        self.metadata_mut().annotations.get_or_insert_default().insert(key.into(), value.into());
        self
    }

    fn named(mut self, name: &str) -> Self {
        self.metadata_mut().name = Some(name.into());
        self
    }

    fn within(mut self, namespace: &str) -> Self {
        self.metadata_mut().namespace = Some(namespace.into());
        self
    }

    fn aged(mut self, seconds: i64) -> Self {
        self.metadata_mut().creation_timestamp = Some(ago(seconds));
        self
    }

    fn identified(mut self, uid: &str) -> Self {
        self.metadata_mut().uid = Some(uid.into());
        self
    }

    /// Deleted so many seconds ago, and held by a finalizer.
    fn held(mut self, seconds: i64, finalizer: &str) -> Self {
        self.metadata_mut().deletion_timestamp = Some(ago(seconds));
        self.finalized(finalizer)
    }

    fn finalized(mut self, finalizer: &str) -> Self {
        self.metadata_mut().finalizers = Some(vec![finalizer.into()]);
        self
    }

    fn without_labels(mut self) -> Self {
        self.metadata_mut().labels = None;
        self
    }
}

impl<T: Metadata<Ty = ObjectMeta>> Build for T {}

/// What can be said of a pod.
pub(crate) trait BuildPod {
    fn in_phase(self, phase: &str) -> core::Pod;
    fn asking(self, requests: &[(&str, &str)]) -> core::Pod;
    fn on_nodes_with(self, key: &str, value: &str) -> core::Pod;
}

impl BuildPod for core::Pod {
    fn in_phase(mut self, phase: &str) -> core::Pod {
        self.status = Some(core::PodStatus { phase: Some(phase.into()), ..Default::default() });
        self
    }

    fn asking(mut self, requests: &[(&str, &str)]) -> core::Pod {
        let requests = requests
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Quantity((*value).to_owned())))
            .collect();
        let resources =
            core::ResourceRequirements { requests: Some(requests), ..Default::default() };
        self.spec.as_mut().unwrap().containers.last_mut().unwrap().resources = Some(resources);
        self
    }

    fn on_nodes_with(mut self, key: &str, value: &str) -> core::Pod {
        let selector: BTreeMap<String, String> = [(key.to_owned(), value.to_owned())].into();
        self.spec.as_mut().unwrap().node_selector = Some(selector);
        self
    }
}

/// What can be said of a Service.
pub(crate) trait BuildService {
    fn with_address(self, ip: &str) -> core::Service;
    fn with_hostname(self, name: &str) -> core::Service;
    fn with_condition(self, kind: &str, status: &str, reason: &str) -> core::Service;
    fn spec(self, change: impl FnOnce(&mut core::ServiceSpec)) -> core::Service;
}

fn add_address(service: &mut core::Service, address: core::LoadBalancerIngress) {
    let status = service.status.get_or_insert_default().load_balancer.get_or_insert_default();
    status.ingress.get_or_insert_default().push(address);
}

impl BuildService for core::Service {
    fn with_address(mut self, ip: &str) -> core::Service {
        add_address(
            &mut self,
            core::LoadBalancerIngress { ip: Some(ip.into()), ..Default::default() },
        );
        self
    }

    fn with_hostname(mut self, name: &str) -> core::Service {
        add_address(
            &mut self,
            core::LoadBalancerIngress { hostname: Some(name.into()), ..Default::default() },
        );
        self
    }

    fn with_condition(mut self, kind: &str, status: &str, reason: &str) -> core::Service {
        let condition = Condition {
            type_: kind.into(),
            status: status.into(),
            reason: reason.into(),
            message: "said so".into(),
            last_transition_time: ago(0),
            observed_generation: None,
        };
        self.status.get_or_insert_default().conditions.get_or_insert_default().push(condition);
        self
    }

    fn spec(mut self, change: impl FnOnce(&mut core::ServiceSpec)) -> core::Service {
        change(self.spec.as_mut().unwrap());
        self
    }
}

/// What can be said of an Ingress.
pub(crate) trait BuildIngress {
    fn with_path(self, path: &str, service: &str, port: i32) -> networking::Ingress;
    fn served_at(self, ip: &str) -> networking::Ingress;
    fn for_host(self, host: &str) -> networking::Ingress;
    fn of_class(self, class: Option<&str>) -> networking::Ingress;
    fn with_certificate(self, host: &str) -> networking::Ingress;
}

impl BuildIngress for networking::Ingress {
    fn with_path(mut self, path: &str, service: &str, port: i32) -> networking::Ingress {
        let port = networking::ServiceBackendPort { number: Some(port), name: None };
        let service = networking::IngressServiceBackend { name: service.into(), port: Some(port) };
        let path = networking::HTTPIngressPath {
            path: Some(path.into()),
            path_type: "ImplementationSpecific".into(),
            backend: networking::IngressBackend { service: Some(service), resource: None },
        };
        let rules = self.spec.as_mut().unwrap().rules.get_or_insert_default();
        if rules.is_empty() {
            rules.push(networking::IngressRule::default());
        }
        rules[0].http.get_or_insert_default().paths.push(path);
        self
    }

    fn served_at(mut self, ip: &str) -> networking::Ingress {
        let address =
            networking::IngressLoadBalancerIngress { ip: Some(ip.into()), ..Default::default() };
        let status = networking::IngressLoadBalancerStatus { ingress: Some(vec![address]) };
        self.status = Some(networking::IngressStatus { load_balancer: Some(status) });
        self
    }

    fn for_host(mut self, host: &str) -> networking::Ingress {
        for rule in self.spec.as_mut().unwrap().rules.iter_mut().flatten() {
            rule.host = Some(host.into());
        }
        self
    }

    fn of_class(mut self, class: Option<&str>) -> networking::Ingress {
        self.spec.as_mut().unwrap().ingress_class_name = class.map(Into::into);
        self
    }

    fn with_certificate(mut self, host: &str) -> networking::Ingress {
        let tls = networking::IngressTLS { hosts: Some(vec![host.into()]), secret_name: None };
        self.spec.as_mut().unwrap().tls = Some(vec![tls]);
        self
    }
}

/// What can be said of an event.
pub(crate) trait BuildEvent {
    fn at(self, seconds_ago: i64) -> core::Event;
    fn about_uid(self, uid: &str) -> core::Event;
}

impl BuildEvent for core::Event {
    fn at(mut self, seconds_ago: i64) -> core::Event {
        self.last_timestamp = Some(ago(seconds_ago));
        self.metadata.creation_timestamp = None;
        self
    }

    fn about_uid(mut self, uid: &str) -> core::Event {
        self.involved_object.uid = Some(uid.into());
        self
    }
}
