//! Objects one by one, in the shape in which SkyPilot 0.14.1 and Kubernetes write them.

use jiff::Timestamp;
use serde_json::{Value, json};

/// As Kubernetes writes moments.
pub(super) fn moment(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn namespace(name: &str, created: Timestamp) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "creationTimestamp": moment(created),
            "labels": { "kubernetes.io/metadata.name": name },
        },
        "spec": { "finalizers": ["kubernetes"] },
        "status": { "phase": "Active" },
    })
}

pub(super) fn node(name: &str, created: Timestamp) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "creationTimestamp": moment(created),
            "labels": { "kubernetes.io/hostname": name },
        },
        "spec": {},
        "status": { "conditions": [{ "type": "Ready", "status": "True", "reason": "KubeletReady" }] },
    })
}

pub(super) fn ingress_class(name: &str, controller: &str, created: Timestamp) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": { "name": name, "creationTimestamp": moment(created) },
        "spec": { "controller": controller },
    })
}

/// The ingress controller's own Service. It has no port `https`: the demo speaks none.
pub(super) fn ingress_controller(node_port: u16, created: Timestamp) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "ingress-nginx-controller",
            "namespace": "ingress-nginx",
            "creationTimestamp": moment(created),
            "labels": { "app.kubernetes.io/name": "ingress-nginx" },
        },
        "spec": {
            "type": "NodePort",
            "ports": [{ "name": "http", "port": 80, "targetPort": "http", "protocol": "TCP", "appProtocol": "http", "nodePort": node_port }],
            "selector": { "app.kubernetes.io/name": "ingress-nginx" },
        },
        "status": { "loadBalancer": {} },
    })
}

/// A Service without ports yet.
pub(super) fn service(
    namespace: &str,
    name: &str,
    kind: &str,
    selector: Value,
    created: Timestamp,
) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": moment(created),
            "labels": { "parent": "skypilot" },
        },
        "spec": {
            "type": kind,
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [],
            "selector": selector,
            "sessionAffinity": "None",
        },
        "status": { "loadBalancer": {} },
    })
}

/// A port of a Service for all ports: `port8888`.
pub(super) fn named_port(port: u16) -> Value {
    json!({ "name": format!("port{port}"), "port": port, "targetPort": port, "protocol": "TCP" })
}

/// The port of a Service for one port.
pub(super) fn only_port(port: u16) -> Value {
    json!({ "port": port, "targetPort": port, "protocol": "TCP" })
}

/// An Ingress that takes its paths off, each with the Service and the port that it leads to.
pub(super) fn ingress(
    namespace: &str,
    name: &str,
    class: &str,
    paths: &[(String, String, u16)],
    created: Timestamp,
) -> Value {
    let paths: Vec<Value> = paths
        .iter()
        .map(|(path, service, port)| {
            json!({
                "path": format!("{path}(/|$)(.*)"),
                "pathType": "ImplementationSpecific",
                "backend": { "service": { "name": service, "port": { "number": port } } },
            })
        })
        .collect();
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": moment(created),
            "annotations": {
                "nginx.ingress.kubernetes.io/rewrite-target": "/$2",
                "nginx.ingress.kubernetes.io/use-regex": "true",
            },
        },
        "spec": { "ingressClassName": class, "rules": [{ "http": { "paths": paths } }] },
        "status": { "loadBalancer": {} },
    })
}

/// What the scheduler says of a pod for which there is no room.
pub(super) fn no_room(
    namespace: &str,
    pod: &str,
    message: &str,
    first: Timestamp,
    last: Timestamp,
) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": { "name": format!("{pod}.{:x}", first.as_nanosecond()), "namespace": namespace, "creationTimestamp": moment(first) },
        "involvedObject": { "apiVersion": "v1", "kind": "Pod", "namespace": namespace, "name": pod },
        "type": "Warning",
        "reason": "FailedScheduling",
        "message": message,
        "source": { "component": "default-scheduler" },
        "reportingComponent": "default-scheduler",
        "reportingInstance": "",
        "count": 4,
        "firstTimestamp": moment(first),
        "lastTimestamp": moment(last),
        "eventTime": null,
    })
}
