//! Ports of SkyPilot's own Service for all ports, `C--skypilot-lb`.
//!
//! Ports are appended one by one, never merged: a classic load balancer of EKS checks the first
//! port, which must stay the first; and appending needs no version, so that fifty who append at
//! once all succeed.

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;
use skyports_model::plan::Verb;
use skyports_model::{ObjectRef, Port, PortSet, Reason, Refusal};

use super::draft::{self, Draft, Site, owned, told, unexpected};
use super::{Action, Write, naming, pointer};
use crate::manifest::{Balancer, Manifest, balancer_port};

/// What SkyPilot always sets; clouds other than `CoreWeave` ignore it.
pub(super) const COREWEAVE: (&str, &str) =
    ("service.beta.kubernetes.io/coreweave-load-balancer-type", "public");

/// Opens ports for whoever reaches the shared load balancer.
pub(super) fn open(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    if let Some(port) =
        ports.iter().find(|port| site.existing.own_load_balancers.contains_key(port))
    {
        return Err(Refusal::PortTaken {
            port,
            object: naming::own_load_balancer(site.cluster, port),
            how: "opens it with a restriction of its own".to_owned(),
            advice: "Close it there first: the shared load balancer reaches everybody",
        });
    }
    let object = naming::load_balancer(site.cluster);
    match &site.existing.load_balancer {
        None => create(site, object, ports),
        Some(service) => append(object, service, ports),
    }
}

/// Refuses ports that a load balancer of somebody else exposes: a second one would cost money, and
/// nobody could tell which is meant.
pub(super) fn not_by_strangers(site: &Site<'_>, ports: &PortSet) -> Result<(), Refusal> {
    let strangers = &site.environment.strangers;
    let taken = ports.iter().find_map(|port| Some((port, strangers.get(&port)?)));
    match taken {
        Some((port, object)) => Err(Refusal::PortTaken {
            port,
            object: object.clone(),
            how: "exposes it already".to_owned(),
            advice: "Use the address that it has, or delete it if nobody needs it",
        }),
        None => Ok(()),
    }
}

fn create(site: &Site<'_>, object: ObjectRef, ports: &PortSet) -> Result<Draft, Refusal> {
    naming::check_service(&object)?;
    let mut draft = Draft::of(ports, |_| true);
    let meta = site.meta(&object, [owned(COREWEAVE.0, COREWEAVE.1)].into())?;
    let manifest = Manifest::Balancer(Balancer {
        meta,
        selector: site.selector(),
        ports: draft.changed.clone(),
        sources: vec![],
    });
    let sentence = format!(
        "Creates the Service {} of type LoadBalancer with {}.",
        object.name,
        told(&draft.changed)
    );
    draft.writes.push(draft::create(&manifest, sentence)?);
    Ok(draft)
}

fn append(object: ObjectRef, service: &Service, ports: &PortSet) -> Result<Draft, Refusal> {
    check(&object, service)?;
    for port in ports.iter() {
        if let Some(entry) = entry(service, port).filter(|entry| !leads_to(entry, port)) {
            let target = entry.target_port.as_ref().map_or_else(String::new, text);
            return Err(Refusal::PortTaken {
                port,
                object,
                how: format!("sends it to port {target}"),
                advice: "Close it there first, or take another port",
            });
        }
    }
    let mut draft = Draft::of(ports, |port| entry(service, port).is_none());
    if draft.changed.is_empty() {
        return Ok(draft);
    }
    if entries(service).any(|entry| entry.name.is_none()) {
        return Err(unexpected(object, "has a port without a name, beside which no other may be"));
    }
    let mut operations = vec![];
    for port in &draft.changed {
        let value = draft::json(&object, &balancer_port(*port))?;
        let path = pointer(["spec", "ports", "-"]);
        operations.push(json_patch::PatchOperation::Add(json_patch::AddOperation { path, value }));
    }
    let sentence = format!(
        "Adds {} to the Service {}: same address, no second load balancer.",
        told(&draft.changed),
        object.name
    );
    draft.writes.push(draft::patch(object, service, operations, Verb::AddPorts, sentence)?);
    Ok(draft)
}

/// Closes ports of the shared load balancer. With its last port it goes as a whole.
pub(super) fn close(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    let object = naming::load_balancer(site.cluster);
    let service = site.existing.load_balancer.as_ref();
    // A Service that is being deleted is closed already.
    let Some(service) = service.filter(|it| it.metadata.deletion_timestamp.is_none()) else {
        return Ok(Draft::of(ports, |_| false));
    };
    let mut draft = Draft::of(ports, |port| entry(service, port).is_some());
    if draft.changed.is_empty() {
        return Ok(draft);
    }
    check(&object, service)?;
    let goes = |entry: &ServicePort| draft.changed.iter().any(|port| is_number(entry, *port));
    if entries(service).any(|entry| !is_tcp(entry) && goes(entry)) {
        return Err(unexpected(object, "exposes a port twice, by TCP and another protocol"));
    }
    let write = if entries(service).all(goes) {
        let sentence = format!(
            "Deletes the Service {}: nothing else is open on it. Its load balancer and its address go with it.",
            object.name
        );
        draft::delete(object, service, sentence)?
    } else {
        remove(object, service, &draft.changed)?
    };
    draft.writes.push(write);
    Ok(draft)
}

fn remove(object: ObjectRef, service: &Service, ports: &[Port]) -> Result<Write, Refusal> {
    let directive =
        |port: &Port| json!({"$patch": "delete", "port": port.number(), "protocol": "TCP"});
    let directives: Vec<_> = ports.iter().map(directive).collect();
    let mut after = service.clone();
    if let Some(spec) = &mut after.spec {
        let stays = |entry: &ServicePort| !ports.iter().any(|port| is_number(entry, *port));
        spec.ports.get_or_insert_default().retain(stays);
    }
    Ok(Write {
        sentence: format!("Takes {} from the Service {}.", told(ports), object.name),
        before: Some(draft::json(&object, service)?),
        after: Some(draft::json(&object, &after)?),
        object,
        action: Action::StrategicMerge(json!({"spec": {"ports": directives}})),
        verb: Verb::RemovePorts,
        manifest: None,
    })
}

/// Refuses a Service that is on its way out, or is no load balancer.
fn check(object: &ObjectRef, service: &Service) -> Result<(), Refusal> {
    check_stays(object, service)?;
    match service.spec.as_ref().and_then(|spec| spec.type_.as_deref()) {
        Some("LoadBalancer") => Ok(()),
        other => {
            let kind = other.unwrap_or("ClusterIP");
            Err(unexpected(object.clone(), format!("is of type {kind}, not LoadBalancer")))
        }
    }
}

/// Refuses a Service of a load balancer that is on its way out.
pub(super) fn check_stays(object: &ObjectRef, service: &Service) -> Result<(), Refusal> {
    if service.metadata.deletion_timestamp.is_none() {
        return Ok(());
    }
    let named = service.metadata.finalizers.clone().filter(|finalizers| !finalizers.is_empty());
    let finalizers = named.map_or_else(|| "the API server".to_owned(), |it| it.join(", "));
    Err(Reason::LoadBalancerDeleting { service: object.clone(), finalizers }.into())
}

/// The ports of a Service.
pub(super) fn entries(service: &Service) -> impl Iterator<Item = &ServicePort> {
    service.spec.iter().flat_map(|spec| spec.ports.iter().flatten())
}

/// A Service's TCP port of that number.
pub(super) fn entry(service: &Service, port: Port) -> Option<&ServicePort> {
    entries(service).find(|entry| is_tcp(entry) && is_number(entry, port))
}

/// Whether what clients connect to is what the app listens on.
pub(super) fn leads_to(entry: &ServicePort, port: Port) -> bool {
    match &entry.target_port {
        None => true,
        Some(IntOrString::Int(number)) => *number == i32::from(port.number()),
        Some(IntOrString::String(_)) => false,
    }
}

fn is_tcp(entry: &ServicePort) -> bool {
    entry.protocol.as_deref().is_none_or(|protocol| protocol == "TCP")
}

fn is_number(entry: &ServicePort, port: Port) -> bool {
    entry.port == i32::from(port.number())
}

fn text(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}
