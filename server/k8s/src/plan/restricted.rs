//! Ports that not everybody may reach: each has a load balancer of our own.
//!
//! SkyPilot's next launch replaces the shared Service as a whole; a restriction on it would be gone
//! and the port public. Ours is written by server-side apply, whole, and sends to the head alone.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;
use skyports_model::{Cidr, ObjectRef, Port, PortSet, Reach, Refusal};

use super::applied::{applied, overlaid};
use super::draft::{self, Draft, Site, is_ours, owned, unexpected};
use super::loadbalancer::{COREWEAVE, check_stays, entry};
use super::{Write, naming};
use crate::manifest::{Balancer, Manifest};

/// Where the networks stand.
const SOURCES: &str = "/spec/loadBalancerSourceRanges";

/// Opens ports for some networks, or for the cloud's own.
pub(super) fn open(site: &Site<'_>, ports: &PortSet, reach: &Reach) -> Result<Draft, Refusal> {
    let (sources, annotations) = terms(site, reach)?;
    for port in ports.iter() {
        let shared = site.existing.load_balancer.as_ref();
        if shared.is_some_and(|service| entry(service, port).is_some()) {
            return Err(Refusal::PortTaken {
                port,
                object: naming::load_balancer(site.cluster),
                how: "opens it to everybody, so that a restriction would restrict nothing"
                    .to_owned(),
                advice: "Close it there first, and take it out of the task’s ports",
            });
        }
    }
    let mut draft = Draft::default();
    for port in ports.iter() {
        match one(site, port, &sources, &annotations)? {
            Some(write) => {
                draft.changed.push(port);
                draft.writes.push(write);
            }
            None => draft.unchanged.push(port),
        }
    }
    Ok(draft)
}

/// What keeps others out: the networks, and the annotations.
fn terms(site: &Site<'_>, reach: &Reach) -> Result<(Vec<Cidr>, BTreeMap<String, String>), Refusal> {
    match reach {
        Reach::Shared => Ok((vec![], BTreeMap::new())),
        Reach::From(sources) => {
            Ok((sources.iter().collect(), [owned(COREWEAVE.0, COREWEAVE.1)].into()))
        }
        Reach::Internal => {
            let annotations = site.environment.surroundings.internal_annotations();
            let annotations = annotations.ok_or(Refusal::ReachNotPossible {
                why: "How a load balancer is made internal here is not known.",
                evidence: "each provider has an annotation of its own, and this one was not recognised",
                advice: "Name the networks that may reach the port instead",
            })?;
            Ok((vec![], annotations))
        }
    }
}

fn one(
    site: &Site<'_>,
    port: Port,
    sources: &[Cidr],
    annotations: &BTreeMap<String, String>,
) -> Result<Option<Write>, Refusal> {
    let object = naming::own_load_balancer(site.cluster, port);
    naming::check_service(&object)?;
    let mut meta = site.meta(&object, annotations.clone())?;
    // What keeps others out stands above what SkyPilot's config says.
    meta.annotations.extend(annotations.clone());
    let manifest = Manifest::Balancer(Balancer {
        meta,
        selector: site.head_alone(),
        ports: vec![port],
        sources: sources.to_vec(),
    });
    let existing = site.existing.own_load_balancers.get(&port);
    let before = existing.map(|service| checked(&object, service)).transpose()?;
    let sentence = sentence(&object, port, sources);
    applied(&manifest, before, sentence, has_same_sources, after_applying)
}

fn sentence(object: &ObjectRef, port: Port, sources: &[Cidr]) -> String {
    let who = match sources {
        [] => "the cloud’s own network alone".to_owned(),
        _ => sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    format!("Gives port {port} a load balancer of its own, the Service {}, for {who}.", object.name)
}

/// Our Service as it is, if it is ours.
fn checked(object: &ObjectRef, service: &Service) -> Result<serde_json::Value, Refusal> {
    check_stays(object, service)?;
    if is_ours(&service.metadata) {
        draft::json(object, service)
    } else {
        Err(unexpected(object.clone(), "has a name of ours, and skyports did not make it"))
    }
}

/// Closes ports that have a load balancer of their own.
pub(super) fn close(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    let own = |port| {
        let service = site.existing.own_load_balancers.get(&port)?;
        // One that is being deleted is closed already.
        service.metadata.deletion_timestamp.is_none().then_some(service)
    };
    let mut draft = Draft::of(ports, |port| own(port).is_some());
    for port in &draft.changed {
        let object = naming::own_load_balancer(site.cluster, *port);
        let Some(service) = own(*port) else { continue };
        checked(&object, service)?;
        let sentence = format!(
            "Deletes the Service {}: its load balancer and its address go with it.",
            object.name
        );
        draft.writes.push(draft::delete(object, service, sentence)?);
    }
    Ok(draft)
}

/// Paths of one Ingress reach whoever reaches the controller.
pub(super) fn not_by_ingress() -> Refusal {
    Refusal::ReachNotPossible {
        why: "A path of an Ingress reaches everybody who reaches its controller.",
        evidence: "SkyPilot has one Ingress for all ports and replaces it as a whole",
        advice: "Open the port in the mode loadbalancer: it gets a load balancer of its own",
    }
}

/// A restriction that is applied no more must go, too.
fn has_same_sources(object: &serde_json::Value, applied: &serde_json::Value) -> bool {
    object.pointer(SOURCES) == applied.pointer(SOURCES)
}

/// An object after applying.
fn after_applying(object: &serde_json::Value, applied: &serde_json::Value) -> serde_json::Value {
    let mut after = overlaid(object, applied);
    let is_open = applied.pointer(SOURCES).is_none();
    if let Some(spec) = after.pointer_mut("/spec").and_then(|it| it.as_object_mut())
        && is_open
    {
        spec.remove("loadBalancerSourceRanges");
    }
    after
}
