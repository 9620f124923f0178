//! Ingresses (`networking.k8s.io/v1`).

use serde_json::{Value, json};

use super::names;
use crate::complaint::Complaint;
use crate::document::{part, section, text};

/// Fills in what is said even of nothing.
pub(super) fn fill_in(ingress: &mut Value) {
    section(ingress, "spec");
    section(ingress, "status").entry("loadBalancer").or_insert_with(|| json!({}));
}

/// What is wrong with it.
pub(super) fn complaints(ingress: &Value) -> Vec<Complaint> {
    let spec = part(ingress, "/spec");
    let mut complaints = vec![];
    let rules = part(spec, "/rules").as_array().map(Vec::as_slice).unwrap_or_default();
    let default = part(spec, "/defaultBackend");
    if rules.is_empty() && default.is_null() {
        let why = "either `defaultBackend` or `rules` must be specified";
        complaints.push(Complaint::invalid("spec", part(spec, "/rules").clone(), why));
    }
    if !default.is_null() {
        complaints.extend(of_backend(default, "spec.defaultBackend"));
    }
    for (index, rule) in rules.iter().enumerate() {
        complaints.extend(of_rule(rule, &format!("spec.rules[{index}]")));
    }
    if let Some(class) = text(spec, "/ingressClassName") {
        let wrong = names::subdomain(class).into_iter();
        complaints
            .extend(wrong.map(|why| Complaint::invalid("spec.ingressClassName", class, &why)));
    }
    complaints
}

fn of_rule(rule: &Value, field: &str) -> Vec<Complaint> {
    let mut complaints = vec![];
    if let Some(host) = text(rule, "/host") {
        let name = host.strip_prefix("*.").unwrap_or(host);
        let wrong = names::subdomain(name).into_iter();
        let field = format!("{field}.host");
        complaints.extend(wrong.map(|why| Complaint::invalid(field.as_str(), host, &why)));
    }
    let http = part(rule, "/http");
    if http.is_null() {
        return complaints;
    }
    let paths = part(http, "/paths").as_array().map(Vec::as_slice).unwrap_or_default();
    let field = format!("{field}.http.paths");
    if paths.is_empty() {
        complaints.push(Complaint::required(field.as_str(), ""));
    }
    for (index, path) in paths.iter().enumerate() {
        let field = format!("{field}[{index}]");
        complaints.extend(of_path(path, &field));
        complaints.extend(of_backend(part(path, "/backend"), &format!("{field}.backend")));
    }
    complaints
}

fn of_path(value: &Value, field: &str) -> Option<Complaint> {
    let path = text(value, "/path").unwrap_or_default();
    let at = format!("{field}.path");
    match text(value, "/pathType") {
        None => {
            Some(Complaint::required(format!("{field}.pathType"), "pathType must be specified"))
        }
        Some("ImplementationSpecific") if path.is_empty() || path.starts_with('/') => None,
        Some("Exact" | "Prefix" | "ImplementationSpecific") if !path.starts_with('/') => {
            Some(Complaint::invalid(at, path, "must be an absolute path"))
        }
        Some("Exact" | "Prefix") => {
            let sequences = ["//", "/./", "/../", "%2f", "%2F"];
            let within = sequences.into_iter().find(|it| path.contains(it));
            let end = ["/..", "/."].into_iter().find(|it| path.ends_with(it));
            let why = within
                .map(|it| format!("must not contain '{it}'"))
                .or(end.map(|it| format!("cannot end with '{it}'")));
            why.map(|why| Complaint::invalid(at, path, &why))
        }
        Some(other) => {
            let known = r#""Exact", "ImplementationSpecific", "Prefix""#;
            Some(Complaint::unsupported(format!("{field}.pathType"), other, known))
        }
    }
}

fn of_backend(backend: &Value, field: &str) -> Vec<Complaint> {
    let (resource, service) = (part(backend, "/resource"), part(backend, "/service"));
    if service.is_null() {
        let why = "resource or service backend is required";
        let complaint = || Complaint::invalid(field, "", why);
        return resource.is_null().then(complaint).into_iter().collect();
    }
    let mut complaints = vec![];
    if !resource.is_null() {
        let why = "cannot set both resource and service backends";
        complaints.push(Complaint::invalid(field, "", why));
    }
    let at = format!("{field}.service.name");
    match text(service, "/name") {
        None => complaints.push(Complaint::required(at, "")),
        Some(name) => {
            let wrong = names::label(name).into_iter();
            complaints.extend(wrong.map(|why| Complaint::invalid(at.as_str(), name, &why)));
        }
    }
    let (name, number) = (text(service, "/port/name"), part(service, "/port/number").as_i64());
    match (name, number.unwrap_or(0)) {
        (None, 0) => {
            complaints.push(Complaint::required(field, "port name or number is required"));
        }
        (Some(_), number) if number != 0 => {
            let why = "cannot set both port name & port number";
            complaints.push(Complaint::invalid(field, "", why));
        }
        (Some(name), _) => {
            let at = format!("{field}.service.port.name");
            let wrong = names::port(name).into_iter();
            complaints.extend(wrong.map(|why| Complaint::invalid(at.as_str(), name, &why)));
        }
        (None, 1..=65535) => {}
        (None, number) => {
            let why = "must be between 1 and 65535, inclusive";
            let at = format!("{field}.service.port.number");
            complaints.push(Complaint::invalid(at, number, why));
        }
    }
    complaints
}
