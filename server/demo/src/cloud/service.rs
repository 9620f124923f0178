//! What the cloud reads of a Service and writes into it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value, json};

use crate::balancer::Moved;
use crate::document::{fields, part, section, text};
use crate::store::{Key, Store};

/// Asks Google's cloud for an address of its internal network. This cloud has none.
const INTERNAL: &str = "/metadata/annotations/networking.gke.io~1load-balancer-type";

/// Whether it is of type `LoadBalancer`, and of the class that the cloud itself serves.
pub(super) fn wants_address(service: &Value) -> bool {
    text(service, "/spec/type") == Some("LoadBalancer")
        && part(service, "/spec/loadBalancerClass").is_null()
}

pub(super) fn uid(service: &Value) -> &str {
    text(service, "/metadata/uid").unwrap_or_default()
}

/// Since when its deletion is asked for.
pub(super) fn deleting(service: &Value) -> Option<&str> {
    text(service, "/metadata/deletionTimestamp")
}

pub(super) fn has_finalizer(service: &Value, finalizer: &str) -> bool {
    let finalizers = part(service, "/metadata/finalizers").as_array();
    finalizers.is_some_and(|all| all.iter().any(|it| it == finalizer))
}

/// The ports that clients connect to.
pub(super) fn ports(service: &Value) -> BTreeSet<u16> {
    let ports = part(service, "/spec/ports").as_array().into_iter().flatten();
    ports.filter_map(|port| u16::try_from(part(port, "/port").as_u64()?).ok()).collect()
}

/// Why the cloud cannot do what is asked for.
pub(super) fn complaint(service: &Value) -> Option<String> {
    let internal = text(service, INTERNAL)?.eq_ignore_ascii_case("internal");
    internal.then(|| "subnetwork \"demo-internal\" has no free addresses".to_owned())
}

pub(super) fn add_finalizer(store: &Store, key: &Key, finalizer: &str) {
    store.update(key, |service| {
        if !has_finalizer(service, finalizer) {
            let metadata = section(service, "metadata");
            let finalizers = metadata.entry("finalizers").or_insert_with(|| json!([]));
            if let Some(finalizers) = finalizers.as_array_mut() {
                finalizers.push(finalizer.into());
            }
        }
    });
}

/// Lets go of a Service; one that is being deleted goes when nobody else holds it.
pub(super) fn release(store: &Store, key: &Key, finalizer: &str) {
    let left = store.update(key, |service| {
        if let Some(Value::Array(finalizers)) = section(service, "metadata").get_mut("finalizers") {
            finalizers.retain(|it| it != finalizer);
            if finalizers.is_empty() {
                section(service, "metadata").remove("finalizers");
            }
        }
        section(service, "status").insert("loadBalancer".to_owned(), json!({}));
    });
    let holders = left.as_deref().map(|service| part(service, "/metadata/finalizers"));
    let is_ending = left.as_deref().is_some_and(|service| deleting(service).is_some());
    if is_ending && holders.and_then(Value::as_array).is_none_or(Vec::is_empty) {
        store.remove(key);
    }
}

/// Writes the address, and the ports that could only be had under other numbers.
pub(super) fn serve(store: &Store, key: &Key, ip: IpAddr, moved: &[Moved]) {
    store.update(key, |service| {
        let addresses = json!({ "ingress": [{ "ip": ip.to_string(), "ipMode": "VIP" }] });
        section(service, "status").insert("loadBalancer".to_owned(), addresses);
        let ports = service.pointer_mut("/spec/ports").and_then(Value::as_array_mut);
        for port in ports.into_iter().flatten() {
            let number = part(port, "/port").as_u64();
            if let Some(Moved { to, .. }) = moved.iter().find(|it| Some(it.from.into()) == number) {
                let target = part(port, "/targetPort").clone();
                let port = fields(port);
                port.insert("port".to_owned(), (*to).into());
                if target.is_null() {
                    port.insert("targetPort".to_owned(), number.into());
                }
            }
        }
    });
}
