//! Paths that go, and what goes with them.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{Ingress, IngressRule};
use skyports_model::plan::Verb;
use skyports_model::{ObjectRef, Port, PortSet, Refusal};

use super::same_version;
use crate::plan::draft::{self, Draft, Site, is_ours, told};
use crate::plan::paths::{of_rule, places};
use crate::plan::{Write, naming, pointer};

/// Closes ports: their paths, then those of their Services that we made. What SkyPilot made stays:
/// its clean-up stops at the first Service that is missing, and would leave the others behind.
pub(in crate::plan) fn close(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    let object = naming::ingress(site.cluster);
    let ingress = site.existing.ingress.as_ref();
    let ingress = ingress.filter(|it| it.metadata.deletion_timestamp.is_none());
    let own_service = |port| {
        let service = site.existing.backends.get(&port)?;
        let goes = is_ours(&service.metadata) && service.metadata.deletion_timestamp.is_none();
        goes.then_some(service)
    };
    let has_path = |port| ingress.is_some() && places(site, port).any(|_| true);
    let mut draft = Draft::of(ports, |port| has_path(port) || own_service(port).is_some());
    let routed: Vec<Port> = draft.changed.iter().copied().filter(|port| has_path(*port)).collect();
    if let Some(ingress) = ingress.filter(|_| !routed.is_empty()) {
        draft.writes.push(remove(site, object, ingress, &routed)?);
    }
    for port in draft.changed.clone() {
        if let Some(service) = own_service(port) {
            draft.writes.push(delete_service(site, port, service)?);
        }
    }
    Ok(draft)
}

fn delete_service(site: &Site<'_>, port: Port, service: &Service) -> Result<Write, Refusal> {
    let object = naming::backend(site.cluster, port);
    let sentence = format!("Deletes the Service {}, which skyports made.", object.name);
    draft::delete(object, service, sentence)
}

fn remove(
    site: &Site<'_>,
    object: ObjectRef,
    ingress: &Ingress,
    ports: &[Port],
) -> Result<Write, Refusal> {
    let goes: Vec<(usize, usize)> = ports.iter().flat_map(|port| places(site, *port)).collect();
    let rules = ingress.spec.as_ref().and_then(|spec| spec.rules.as_deref()).unwrap_or_default();
    let has_default = ingress.spec.as_ref().is_some_and(|spec| spec.default_backend.is_some());
    let stays = |at: usize, rule: &IngressRule| {
        of_rule(rule).enumerate().any(|(path, _)| !goes.contains(&(at, path)))
    };
    // A rule without any path says something of its own and is not touched.
    let is_bare = |rule: &IngressRule| of_rule(rule).next().is_none();
    if !has_default && !rules.iter().enumerate().any(|(at, rule)| stays(at, rule) || is_bare(rule))
    {
        let sentence = format!("Deletes the Ingress {}: it has no other path.", object.name);
        return draft::delete(object, ingress, sentence);
    }
    let mut operations = vec![same_version(&object, ingress)?];
    // From the end, so that no place moves before its turn.
    for (at, rule) in rules.iter().enumerate().rev() {
        let rule_at = at.to_string();
        if !is_bare(rule) && !stays(at, rule) {
            operations.push(taken(pointer(["spec", "rules", &rule_at])));
            continue;
        }
        for path in (0..of_rule(rule).count()).rev().filter(|path| goes.contains(&(at, *path))) {
            let path = path.to_string();
            operations.push(taken(pointer(["spec", "rules", &rule_at, "http", "paths", &path])));
        }
    }
    let sentence = format!("Takes the path for {} from the Ingress {}.", told(ports), object.name);
    draft::patch(object, ingress, operations, Verb::RemovePaths, sentence)
}

fn taken(path: json_patch::jsonptr::PointerBuf) -> json_patch::PatchOperation {
    json_patch::PatchOperation::Remove(json_patch::RemoveOperation { path })
}
