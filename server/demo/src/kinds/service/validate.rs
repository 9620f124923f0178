//! What is wrong with a Service, in the order in which a real server finds it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{has_address, has_node_ports, ports};
use crate::complaint::Complaint;
use crate::document::{part, text};
use crate::kinds::names;

const RANGE: &str = "must be between 1 and 65535, inclusive";

/// What is wrong with it.
pub(in crate::kinds) fn complaints(service: &Value) -> Vec<Complaint> {
    let kind = text(service, "/spec/type").unwrap_or_default();
    let is_headless = text(service, "/spec/clusterIP") == Some("None");
    let mut complaints = vec![];
    let count = ports(service).count();
    if count == 0 && !is_headless && kind != "ExternalName" {
        complaints.push(Complaint::required("spec.ports", ""));
    }
    if kind == "ExternalName" && text(service, "/spec/externalName").is_none() {
        complaints.push(Complaint::required("spec.externalName", ""));
    }
    complaints.extend(known(service, "sessionAffinity", &["ClientIP", "None"]));
    let mut seen = BTreeSet::new();
    for (index, port) in ports(service).enumerate() {
        complaints.extend(of_port(port, &format!("spec.ports[{index}]"), count > 1, &mut seen));
    }
    for (key, value) in part(service, "/spec/selector").as_object().into_iter().flat_map(Map::iter)
    {
        let value = value.as_str().unwrap_or_default();
        let wrong = |why: String, what: &str| Complaint::invalid("spec.selector", what, &why);
        complaints.extend(names::key(key).into_iter().map(|why| wrong(why, key)));
        complaints.extend(names::value(value).into_iter().map(|why| wrong(why, value)));
    }
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    complaints.extend(known(service, "type", &types));
    complaints.extend(of_node_ports(service, kind));
    complaints.extend(duplicates(service));
    complaints.extend(of_ranges(service, kind));
    if kind != "LoadBalancer" && text(service, "/spec/loadBalancerClass").is_some() {
        let why = "may only be used when `type` is 'LoadBalancer'";
        complaints.push(Complaint::forbidden("spec.loadBalancerClass", why));
    }
    if has_node_ports(kind) {
        complaints.extend(known(service, "externalTrafficPolicy", &["Cluster", "Local"]));
    } else if let Some(policy) = text(service, "/spec/externalTrafficPolicy") {
        let why = "may only be set for externally-accessible services";
        complaints.push(Complaint::invalid("spec.externalTrafficPolicy", policy, why));
    }
    complaints.extend(known(service, "internalTrafficPolicy", &["Cluster", "Local"]));
    complaints
}

/// What must not change.
pub(in crate::kinds) fn changes(service: &Value, before: &Value) -> Vec<Complaint> {
    let kind = |object| text(object, "/spec/type").unwrap_or_default();
    let both = has_address(kind(service)) && has_address(kind(before));
    let address = |object| text(object, "/spec/clusterIP");
    let moved = address(before).is_some() && address(before) != address(service);
    let complaint = || {
        let all = part(service, "/spec/clusterIPs").clone();
        Complaint::invalid("spec.clusterIPs[0]", all, "may not change once set")
    };
    (both && moved).then(complaint).into_iter().collect()
}

fn of_port<'a>(
    port: &'a Value,
    field: &str,
    needs_name: bool,
    seen: &mut BTreeSet<&'a str>,
) -> Vec<Complaint> {
    let mut complaints = vec![];
    let at = |name: &str| format!("{field}.{name}");
    match text(port, "/name") {
        None if needs_name => complaints.push(Complaint::required(at("name"), "")),
        None => {}
        Some(name) => {
            let wrong = names::label(name).into_iter();
            complaints.extend(wrong.map(|why| Complaint::invalid(at("name"), name, &why)));
            if !seen.insert(name) {
                complaints.push(Complaint::duplicate(at("name"), &format!("{name:?}")));
            }
        }
    }
    let number = part(port, "/port").as_i64().unwrap_or_default();
    if !(1..=65535).contains(&number) {
        complaints.push(Complaint::invalid(at("port"), number, RANGE));
    }
    let protocol = text(port, "/protocol").unwrap_or_default();
    if !["SCTP", "TCP", "UDP"].contains(&protocol) {
        let known = r#""SCTP", "TCP", "UDP""#;
        complaints.push(Complaint::unsupported(at("protocol"), protocol, known));
    }
    match part(port, "/targetPort") {
        Value::String(name) => {
            let wrong = names::port(name).into_iter();
            let complaint = |why: String| Complaint::invalid(at("targetPort"), &**name, &why);
            complaints.extend(wrong.map(complaint));
        }
        number => {
            let number = number.as_i64().unwrap_or_default();
            if !(1..=65535).contains(&number) {
                complaints.push(Complaint::invalid(at("targetPort"), number, RANGE));
            }
        }
    }
    complaints
}

fn of_node_ports(service: &Value, kind: &str) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    let complaint = |(index, port): (usize, &Value)| {
        let number = part(port, "/nodePort").as_u64()?;
        let field = format!("spec.ports[{index}].nodePort");
        if !has_node_ports(kind) {
            let why = format!("may not be used when `type` is '{kind}'");
            return Some(Complaint::forbidden(field, &why));
        }
        let protocol = text(port, "/protocol").map(str::to_owned);
        let is_new = seen.insert((number, protocol));
        (!is_new).then(|| Complaint::duplicate(field, &number.to_string()))
    };
    ports(service).enumerate().filter_map(complaint).collect()
}

fn duplicates(service: &Value) -> Vec<Complaint> {
    let mut seen = BTreeSet::new();
    let complaint = |(index, port): (usize, &Value)| {
        let (number, protocol) = (part(port, "/port").as_i64()?, text(port, "/protocol")?);
        let is_new = seen.insert((number, protocol.to_owned()));
        // As Go prints a port of which only these two are said.
        let shown = || {
            format!(
                r#"{{"Name":"","Protocol":"{protocol}","AppProtocol":null,"Port":{number},"TargetPort":0,"NodePort":0}}"#
            )
        };
        (!is_new).then(|| Complaint::duplicate(format!("spec.ports[{index}]"), &shown()))
    };
    ports(service).enumerate().filter_map(complaint).collect()
}

fn of_ranges(service: &Value, kind: &str) -> Vec<Complaint> {
    let ranges = part(service, "/spec/loadBalancerSourceRanges").as_array();
    let ranges = ranges.map(Vec::as_slice).unwrap_or_default();
    let field = "spec.LoadBalancerSourceRanges";
    if !ranges.is_empty() && kind != "LoadBalancer" {
        return vec![Complaint::forbidden(field, "may only be used when `type` is 'LoadBalancer'")];
    }
    let complaint = |(index, range): (usize, &Value)| {
        let range = range.as_str().unwrap_or_default();
        let why = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        let field = format!("{field}[{index}]");
        (!is_cidr(range)).then(|| Complaint::invalid(field, range, why))
    };
    ranges.iter().enumerate().filter_map(complaint).collect()
}

fn is_cidr(range: &str) -> bool {
    range.trim().parse::<ipnet::IpNet>().is_ok()
}

fn known(service: &Value, name: &str, values: &[&str]) -> Option<Complaint> {
    let value = text(service, &format!("/spec/{name}"))?;
    let quoted: Vec<String> = values.iter().map(|it| format!("{it:?}")).collect();
    let complaint = || Complaint::unsupported(format!("spec.{name}"), value, &quoted.join(", "));
    (!values.contains(&value)).then(complaint)
}
