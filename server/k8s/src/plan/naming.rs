//! The names of what is made, SkyPilot's (`network.py` of 0.14.1) and ours, and what of them would
//! break a rule of Kubernetes or nginx.

use skyports_model::{ClusterId, ObjectKind, ObjectRef, Port, Refusal};

/// A DNS-1035 label has no more characters, and a Service's name is one.
const LONGEST_SERVICE: usize = 63;

/// SkyPilot's Service for all ports.
pub(super) fn load_balancer(cluster: &ClusterId) -> ObjectRef {
    named(cluster, ObjectKind::Service, format!("{}--skypilot-lb", cluster.name))
}

/// SkyPilot's Service for one port.
pub(super) fn backend(cluster: &ClusterId, port: Port) -> ObjectRef {
    named(cluster, ObjectKind::Service, format!("{}--skypilot-svc--{port}", cluster.name))
}

/// SkyPilot's Ingress for all ports.
pub(super) fn ingress(cluster: &ClusterId) -> ObjectRef {
    named(cluster, ObjectKind::Ingress, format!("{}-skypilot-ingress", cluster.name))
}

/// Our Service for one restricted port.
pub(super) fn own_load_balancer(cluster: &ClusterId, port: Port) -> ObjectRef {
    named(cluster, ObjectKind::Service, format!("{}-skyports-lb-{port}", cluster.name))
}

/// Our Ingress for a port whose path is kept.
pub(super) fn kept_route(cluster: &ClusterId, port: Port) -> ObjectRef {
    named(cluster, ObjectKind::Ingress, format!("{}-skyports-{port}", cluster.name))
}

/// Our Service behind that Ingress.
pub(super) fn kept_service(cluster: &ClusterId, port: Port) -> ObjectRef {
    named(cluster, ObjectKind::Service, format!("{}-skyports-{port}", cluster.name))
}

fn named(cluster: &ClusterId, kind: ObjectKind, name: String) -> ObjectRef {
    ObjectRef { kind, namespace: cluster.namespace.clone(), name }
}

/// Refuses a name that no Service may have.
pub(super) fn check_service(object: &ObjectRef) -> Result<(), Refusal> {
    let refuse = |rule| {
        Err(Refusal::NameNotAllowed { what: "Service’s name", name: object.name.clone(), rule })
    };
    let name = object.name.as_str();
    if name.len() > LONGEST_SERVICE {
        refuse("has at most 63 characters")
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        refuse("begins with a small letter")
    } else if !name.chars().all(is_plain) {
        refuse("holds small letters, digits and `-` only")
    } else {
        Ok(())
    }
}

/// A path with a namespace, as SkyPilot 0.14.1 writes it, or without one, as older releases do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathStyle {
    WithNamespace,
    WithoutNamespace,
}

/// SkyPilot's path for a port, without the expression at its end.
pub(super) fn plain_path(cluster: &ClusterId, style: PathStyle, port: Port) -> String {
    let ClusterId { namespace, name, .. } = cluster;
    match style {
        PathStyle::WithNamespace => format!("/skypilot/{namespace}/{name}/{port}"),
        PathStyle::WithoutNamespace => format!("/skypilot/{name}/{port}"),
    }
}

/// A path of our own for a port, without the expression at its end.
pub(super) fn own_path(ClusterId { namespace, name, .. }: &ClusterId, port: Port) -> String {
    format!("/skyports/{namespace}/{name}/{port}")
}

/// SkyPilot's path for a port: an expression. Refuses a name that means something in one: every
/// path of the host is an expression as soon as one is (`ingress-path-matching.md` of
/// ingress-nginx), and `.` would match what belongs to somebody else.
pub(super) fn path(cluster: &ClusterId, style: PathStyle, port: Port) -> Result<String, Refusal> {
    let path = format!("{}(/|$)(.*)", plain_path(cluster, style, port));
    let names = [cluster.namespace.as_str(), cluster.name.as_str()];
    if names.iter().all(|name| name.chars().all(is_plain)) {
        Ok(path)
    } else {
        let rule = "is an expression for nginx and holds small letters, digits and `-` only";
        Err(Refusal::NameNotAllowed { what: "path", name: path, rule })
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}
