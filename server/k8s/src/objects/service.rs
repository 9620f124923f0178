//! What is kept of a Service: ports, addresses, and every sign that a controller reacted.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use skyports_model::{Host, Port};

use super::writers::{self, Writer};
use super::{Follow, Identity, annotation, hosts, label, text};
use crate::{names, wire};

/// A Service that exposes a cluster, or the ingress controller's.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFacts {
    pub(crate) identity: Identity,
    pub(crate) kind: ServiceKind,
    /// The cluster that its labels or its selector name.
    pub(crate) labelled: Option<Box<str>>,
    /// Its selector holds nothing but the cluster's name, so it matches the head and all workers.
    pub(crate) selects_every_node: bool,
    pub(crate) ports: Vec<ServicePort>,
    pub(crate) addresses: Vec<Address>,
    pub(crate) conditions: Vec<ConditionFacts>,
    pub(crate) finalizers: Vec<Box<str>>,
    pub(crate) class: Option<Box<str>>,
    /// `spec.externalIPs`, then the annotation `skypilot.co/external-ip`: SkyPilot's order for a
    /// controller without an address.
    pub(crate) external: Option<Host>,
    /// Who else wrote it last.
    pub(crate) writer: Option<Writer>,
    /// Tells whether somebody else has written it ([`writers::of_others`]).
    pub(crate) others: u64,
    /// Ports of ours that were taken away, and not by us.
    pub(crate) dropped: Vec<Port>,
    /// Whether only some networks may reach its addresses.
    pub(crate) is_restricted: bool,
    /// Whether such a restriction was taken away.
    pub(crate) lost_restriction: bool,
}

impl Follow for ServiceFacts {
    fn follow(&mut self, before: &Self) {
        // Another object of the same name has another story.
        if self.identity.uid != before.identity.uid {
            return;
        }
        let is_gone = |port: &Port| !self.ports.iter().any(|now| now.port == *port);
        // What this process closes is not ours any more when it goes (`Objects::let_go`); what
        // another skyports closes goes without a write of anybody else.
        let is_theirs = self.others != before.others;
        let ours = before.ports.iter().filter(|port| is_theirs && port.is_ours);
        let ours = ours.map(|port| port.port);
        self.dropped = before.dropped.iter().copied().chain(ours).filter(is_gone).collect();
        self.dropped.sort();
        self.dropped.dedup();
        self.lost_restriction =
            !self.is_restricted && (before.is_restricted || before.lost_restriction);
    }
}

/// The types of Services, as far as they differ here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// It waits for, or has, addresses from outside.
    LoadBalancer,
    /// Any other type.
    Other,
}

/// A TCP port of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePort {
    pub(crate) name: Option<Box<str>>,
    /// What clients connect to.
    pub(crate) port: Port,
    /// What the app listens on.
    pub(crate) target: Port,
    /// What every node listens on.
    pub(crate) node_port: Option<Port>,
    /// `appProtocol`, as far as it tells HTTP from HTTPS.
    pub(crate) https: Option<bool>,
    /// Whether skyports put it there.
    pub(crate) is_ours: bool,
}

/// One address of a status.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    pub(crate) host: Host,
    /// What the load balancer says against single ports.
    pub(crate) errors: Vec<(Port, Box<str>)>,
}

/// A condition of a Service.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionFacts {
    pub(crate) kind: Box<str>,
    pub(crate) holds: bool,
    pub(crate) reason: Option<Box<str>>,
    pub(crate) message: Option<Box<str>>,
}

impl ServiceFacts {
    pub(crate) fn of(service: wire::Service) -> Option<Self> {
        let meta = &service.metadata;
        let name = names::plain(meta)?;
        let spec = service.spec.unwrap_or_default();
        let status = service.status.unwrap_or_default();
        let kind = match spec.kind.as_deref() {
            Some("LoadBalancer") => ServiceKind::LoadBalancer,
            _ => ServiceKind::Other,
        };
        let selector = spec.selector.unwrap_or_default();
        let selected = names::selected(&selector);
        let is_controller =
            meta.namespace.as_deref() == Some(names::CONTROLLER.0) && name == names::CONTROLLER.1;
        let is_foreign = kind == ServiceKind::LoadBalancer && selected.is_some();
        if names::service(name).is_none() && !is_foreign && !is_controller {
            return None;
        }
        let ours = writers::our_ports(meta);
        let read = |entry| port(entry, &ours);
        let labelled = selected.or_else(|| names::labelled(|key| label(meta, key)));
        Some(Self {
            identity: Identity::of(meta),
            kind,
            labelled: labelled.map(Into::into),
            selects_every_node: selects_every_node(&selector),
            ports: spec.ports.unwrap_or_default().into_iter().filter_map(read).collect(),
            addresses: addresses(status.load_balancer),
            conditions: status
                .conditions
                .unwrap_or_default()
                .into_iter()
                .filter_map(condition)
                .collect(),
            finalizers: meta
                .finalizers
                .iter()
                .flatten()
                .filter_map(|f| text(Some(f), 120))
                .collect(),
            class: text(spec.load_balancer_class.as_deref(), 120),
            external: spec
                .external_ips
                .as_ref()
                .and_then(|ips| ips.first())
                .or_else(|| annotation(meta, "skypilot.co/external-ip"))
                .and_then(|text| Host::parse(text).ok()),
            writer: Writer::last(meta),
            others: writers::of_others(meta),
            dropped: vec![],
            is_restricted: spec.load_balancer_source_ranges.is_some_and(|it| !it.is_empty()),
            lost_restriction: false,
        })
    }
}

fn selects_every_node(selector: &BTreeMap<String, String>) -> bool {
    !selector.is_empty() && selector.keys().all(|key| names::CLUSTER_LABELS.contains(&key.as_str()))
}

fn port(port: wire::ServicePort, ours: &[Port]) -> Option<ServicePort> {
    if port.protocol.as_deref().is_some_and(|protocol| protocol != "TCP") {
        return None;
    }
    let number = Port::new(port.port?)?;
    let target = match port.target_port {
        Some(IntOrString::Int(target)) => Port::new(i64::from(target)),
        // A named port is the pods' business; the Service's own number is the best guess.
        Some(IntOrString::String(target)) => target.parse().ok(),
        None => None,
    };
    Some(ServicePort {
        name: text(port.name.as_deref(), 63),
        port: number,
        target: target.unwrap_or(number),
        node_port: port.node_port.and_then(Port::new),
        https: port.app_protocol.as_deref().and_then(says_https),
        is_ours: ours.contains(&number),
    })
}

/// What an `appProtocol` says of TLS: Kubernetes' standard names and IANA's.
fn says_https(protocol: &str) -> Option<bool> {
    match protocol.to_ascii_lowercase().as_str() {
        "https" | "kubernetes.io/wss" => Some(true),
        "http" | "kubernetes.io/ws" => Some(false),
        _ => None,
    }
}

/// Every address of a status that a link may name.
pub(super) fn addresses(status: Option<wire::LoadBalancerStatus>) -> Vec<Address> {
    let entries = status.and_then(|status| status.ingress).unwrap_or_default();
    let mut addresses = Vec::<Address>::new();
    for entry in entries {
        let statuses = || entry.ports.iter().flatten();
        let error = |status: &wire::PortStatus| {
            Some((Port::new(status.port?)?, text(status.error.as_deref(), 240)?))
        };
        for host in hosts(&entry) {
            if !addresses.iter().any(|known| known.host == host) {
                addresses.push(Address { host, errors: statuses().filter_map(error).collect() });
            }
        }
    }
    addresses
}

fn condition(condition: wire::Condition) -> Option<ConditionFacts> {
    Some(ConditionFacts {
        kind: text(condition.kind.as_deref(), 120)?,
        holds: condition.status.as_deref() == Some("True"),
        reason: text(condition.reason.as_deref(), 120),
        message: text(condition.message.as_deref(), 240),
    })
}
