//! Services (`v1`): what is filled in, and what stays when one is written anew.

mod allocate;
mod validate;

use serde_json::{Value, json};

pub(super) use self::allocate::allocate;
pub(super) use self::validate::{changes, complaints};
use crate::document::{fields, part, section, text};

/// Fills in what a document leaves out.
pub(super) fn fill_in(service: &mut Value) {
    section(service, "status").entry("loadBalancer").or_insert_with(|| json!({}));
    let spec = section(service, "spec");
    let mut say = |name: &str, value: Value| {
        spec.entry(name).or_insert(value);
    };
    say("sessionAffinity", "None".into());
    say("type", "ClusterIP".into());
    let kind = text(service, "/spec/type").unwrap_or_default().to_owned();
    let by_client = text(service, "/spec/sessionAffinity") == Some("ClientIP");
    let spec = section(service, "spec");
    let mut say = |name: &str, value: Value| {
        spec.entry(name).or_insert(value);
    };
    if by_client {
        say("sessionAffinityConfig", json!({ "clientIP": { "timeoutSeconds": 10800 } }));
    }
    if has_address(&kind) {
        say("internalTrafficPolicy", "Cluster".into());
    }
    if has_node_ports(&kind) {
        say("externalTrafficPolicy", "Cluster".into());
    }
    if kind == "LoadBalancer" {
        say("allocateLoadBalancerNodePorts", true.into());
    }
    for port in ports_mut(service) {
        let number = part(port, "/port").clone();
        let port = fields(port);
        port.entry("protocol").or_insert_with(|| "TCP".into());
        let target = port.entry("targetPort").or_insert(Value::Null);
        if target.is_null() || *target == 0 || *target == "" {
            *target = if number.is_null() { 0.into() } else { number };
        }
    }
}

/// What a Service that is written anew keeps without saying so: its address and its node ports, as
/// long as its type has any; and what its type no longer has goes.
pub(super) fn keep(service: &mut Value, before: &Value) {
    let kind = text(service, "/spec/type").unwrap_or_default().to_owned();
    let was = text(before, "/spec/type").unwrap_or_default();
    if has_address(&kind) && has_address(was) {
        keep_address(service, before);
    }
    if has_node_ports(&kind) && has_node_ports(was) {
        let number = |port: &Value| part(port, "/nodePort").as_u64();
        let mut used: Vec<u64> = ports(service).filter_map(number).collect();
        for port in ports_mut(service) {
            let had = node_port(before, port).filter(|it| !used.contains(it));
            if let Some(had) = had.filter(|_| number(port).is_none()) {
                used.push(had);
                fields(port).insert("nodePort".to_owned(), had.into());
            }
        }
    }
    if has_node_ports(was) && !has_node_ports(&kind) {
        for port in ports_mut(service) {
            let number = part(port, "/nodePort").as_u64();
            let is_old = ports(before).any(|it| part(it, "/nodePort").as_u64() == number);
            if number.is_some() && is_old {
                fields(port).remove("nodePort");
            }
        }
        forget(service, before, "externalTrafficPolicy");
    }
    if was == "LoadBalancer" && kind != "LoadBalancer" {
        for name in ["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"] {
            forget(service, before, name);
        }
        section(service, "status").insert("loadBalancer".to_owned(), json!({}));
    }
}

fn keep_address(service: &mut Value, before: &Value) {
    let old = part(before, "/spec/clusterIP").clone();
    let spec = section(service, "spec");
    match spec.get("clusterIP") {
        None => {
            for name in ["clusterIP", "clusterIPs"] {
                if let Some(value) = part(before, "/spec").get(name) {
                    spec.insert(name.to_owned(), value.clone());
                }
            }
        }
        // The list follows the one that was written.
        Some(new) if *new != old => {
            let list = Value::from(vec![new.clone()]);
            spec.insert("clusterIPs".to_owned(), list);
        }
        Some(_) => {}
    }
    for name in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        if let Some(value) = part(before, "/spec").get(name) {
            spec.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// Takes away what still says the same as before.
fn forget(service: &mut Value, before: &Value, name: &str) {
    let spec = section(service, "spec");
    if spec.get(name) == part(before, "/spec").get(name) {
        spec.remove(name);
    }
}

/// The node port that the same port had.
fn node_port(before: &Value, port: &Value) -> Option<u64> {
    let same = |it: &&Value| {
        ["/port", "/protocol"].iter().all(|pointer| part(it, pointer) == part(port, pointer))
    };
    part(ports(before).find(same)?, "/nodePort").as_u64()
}

fn has_address(kind: &str) -> bool {
    ["ClusterIP", "NodePort", "LoadBalancer"].contains(&kind)
}

fn has_node_ports(kind: &str) -> bool {
    ["NodePort", "LoadBalancer"].contains(&kind)
}

fn ports(service: &Value) -> impl Iterator<Item = &Value> {
    part(service, "/spec/ports").as_array().into_iter().flatten()
}

fn ports_mut(service: &mut Value) -> impl Iterator<Item = &mut Value> {
    service.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten()
}
