//! The objects that skyports makes, as values, and the typed objects that they mean.
//!
//! [`crate::render`] writes the same values as text by a template and compares both: two ways that
//! share these values and nothing else.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use skyports_model::{Cidr, Namespace, ObjectKind, ObjectRef, Port};

use crate::plan::Head;

/// An object that skyports makes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Manifest {
    /// A Service of type `LoadBalancer`.
    Balancer(Balancer),
    /// A Service of type `ClusterIP` for one port, behind an Ingress.
    Backend(Backend),
    /// An Ingress with a path a port.
    Ingress(Paths),
}

/// A Service of type `LoadBalancer`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Balancer {
    pub(crate) meta: Meta,
    pub(crate) selector: BTreeMap<String, String>,
    pub(crate) ports: Vec<Port>,
    /// Who may reach it; empty for everybody.
    pub(crate) sources: Vec<Cidr>,
}

/// A Service of type `ClusterIP` for one port.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Backend {
    pub(crate) meta: Meta,
    pub(crate) selector: BTreeMap<String, String>,
    pub(crate) port: Port,
}

/// An Ingress.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paths {
    pub(crate) meta: Meta,
    pub(crate) paths: Vec<Path>,
}

/// A path of an Ingress.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) expression: String,
    /// The Service that it leads to.
    pub(crate) service: String,
    pub(crate) port: Port,
}

/// Name, labels, annotations and owner of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meta {
    pub(crate) name: String,
    pub(crate) namespace: Namespace,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) owner: Head,
}

impl Manifest {
    /// The typed object as JSON.
    pub(crate) fn object(&self) -> Result<serde_json::Value, serde_json::Error> {
        match self {
            Self::Balancer(balancer) => serde_json::to_value(balancer.object()),
            Self::Backend(backend) => serde_json::to_value(backend.object()),
            Self::Ingress(paths) => serde_json::to_value(paths.object()),
        }
    }

    /// Which object it is.
    pub(crate) fn object_ref(&self) -> ObjectRef {
        let (kind, meta) = match self {
            Self::Balancer(balancer) => (ObjectKind::Service, &balancer.meta),
            Self::Backend(backend) => (ObjectKind::Service, &backend.meta),
            Self::Ingress(paths) => (ObjectKind::Ingress, &paths.meta),
        };
        ObjectRef { kind, namespace: meta.namespace.clone(), name: meta.name.clone() }
    }
}

impl Balancer {
    fn object(&self) -> Service {
        let spec = ServiceSpec {
            type_: Some("LoadBalancer".to_owned()),
            selector: Some(self.selector.clone()),
            ports: Some(self.ports.iter().copied().map(balancer_port).collect()),
            load_balancer_source_ranges: (!self.sources.is_empty())
                .then(|| self.sources.iter().map(ToString::to_string).collect()),
            ..Default::default()
        };
        Service { metadata: self.meta.object(), spec: Some(spec), status: None }
    }
}

/// A port as SkyPilot writes it into its Service for all ports.
pub(crate) fn balancer_port(port: Port) -> ServicePort {
    let number = i32::from(port.number());
    ServicePort {
        port: number,
        target_port: Some(IntOrString::Int(number)),
        protocol: Some("TCP".to_owned()),
        name: Some(format!("port{port}")),
        ..Default::default()
    }
}

impl Backend {
    fn object(&self) -> Service {
        let number = i32::from(self.port.number());
        let port = ServicePort {
            port: number,
            target_port: Some(IntOrString::Int(number)),
            ..Default::default()
        };
        let spec = ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(self.selector.clone()),
            ports: Some(vec![port]),
            ..Default::default()
        };
        Service { metadata: self.meta.object(), spec: Some(spec), status: None }
    }
}

impl Paths {
    fn object(&self) -> Ingress {
        let http = HTTPIngressRuleValue { paths: self.paths.iter().map(Path::object).collect() };
        let spec = IngressSpec {
            ingress_class_name: Some("nginx".to_owned()),
            rules: Some(vec![IngressRule { host: None, http: Some(http) }]),
            ..Default::default()
        };
        Ingress { metadata: self.meta.object(), spec: Some(spec), status: None }
    }
}

impl Path {
    /// The path as an Ingress holds it.
    pub(crate) fn object(&self) -> HTTPIngressPath {
        let port = ServiceBackendPort { number: Some(self.port.number().into()), name: None };
        let service = IngressServiceBackend { name: self.service.clone(), port: Some(port) };
        HTTPIngressPath {
            path: Some(self.expression.clone()),
            path_type: "ImplementationSpecific".to_owned(),
            backend: IngressBackend { service: Some(service), resource: None },
        }
    }
}

impl Meta {
    fn object(&self) -> ObjectMeta {
        let owner = OwnerReference {
            api_version: self.owner.kind.version().to_owned(),
            kind: self.owner.kind.as_str().to_owned(),
            name: self.owner.name.clone(),
            uid: self.owner.uid.clone(),
            // Left out: it would ask for more rights, and nothing is to be held up.
            block_owner_deletion: None,
            controller: None,
        };
        ObjectMeta {
            name: Some(self.name.clone()),
            namespace: Some(self.namespace.to_string()),
            labels: Some(self.labels.clone()),
            annotations: (!self.annotations.is_empty()).then(|| self.annotations.clone()),
            owner_references: Some(vec![owner]),
            ..Default::default()
        }
    }
}
