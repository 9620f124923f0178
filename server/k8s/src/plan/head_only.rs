//! Requests for the head alone, on Services that SkyPilot shares with us.
//!
//! `spec.selector` is one field, and SkyPilot's client owns it: this takes it, and SkyPilot's next
//! write of the whole object takes it back. Services of our own lead to the head from the start.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::Value;
use skyports_model::plan::Verb;
use skyports_model::{Caution, ObjectRef, OpenMode, Port, PortSet, Refusal};

use super::draft::{self, COMPONENT, Draft, Site};
use super::{Write, naming, pointer};

/// The writes that send requests for these ports to the head alone, where their Services are there
/// already; those that are about to be made are made so.
pub(super) fn draft(site: &Site<'_>, ports: &PortSet, mode: OpenMode) -> Result<Draft, Refusal> {
    let found = services(site, ports, mode);
    let spread =
        |port| found.iter().any(|(of, _, service)| (*of == port) && spreads(site, service));
    let mut draft = Draft::of(ports, spread);
    for (_, object, service) in found {
        let is_planned = draft.writes.iter().any(|it| it.object == object);
        if !is_planned && spreads(site, service) {
            draft.writes.push(narrowed(site, object, service)?);
        }
    }
    Ok(draft)
}

/// That SkyPilot takes the field back, for each Service that is changed.
pub(super) fn cautions(site: &Site<'_>, ports: &PortSet, mode: OpenMode) -> Vec<Caution> {
    let mut cautions: Vec<Caution> = vec![];
    for (_, service, found) in services(site, ports, mode) {
        let owner = owner(found);
        let caution = Caution::SelectorTaken { service, owner };
        if spreads(site, found) && !cautions.contains(&caution) {
            cautions.push(caution);
        }
    }
    cautions
}

/// The Services of ports that SkyPilot made or would make, as they are.
fn services<'a>(
    site: &Site<'a>,
    ports: &PortSet,
    mode: OpenMode,
) -> Vec<(Port, ObjectRef, &'a Service)> {
    let existing = site.existing;
    let of = |port| match mode {
        OpenMode::LoadBalancer => {
            let service = existing.load_balancer.as_ref()?;
            Some((port, naming::load_balancer(site.cluster), service))
        }
        OpenMode::Ingress => {
            let service = existing.backends.get(&port)?;
            Some((port, naming::backend(site.cluster, port), service))
        }
    };
    ports.iter().filter_map(of).collect()
}

fn spreads(site: &Site<'_>, service: &Service) -> bool {
    let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    selector.and_then(|it| it.get(COMPONENT)) != Some(&site.head_component())
}

fn narrowed(site: &Site<'_>, object: ObjectRef, service: &Service) -> Result<Write, Refusal> {
    let selector = service.spec.as_ref().and_then(|spec| spec.selector.clone());
    let selector = selector.unwrap_or_default();
    let as_it_is = draft::json(&object, &selector)?;
    let mut narrow = selector;
    narrow.extend(site.head_alone());
    let path = || pointer(["spec", "selector"]);
    let test = json_patch::TestOperation { path: path(), value: as_it_is };
    let value: Value = draft::json(&object, &narrow)?;
    let replace = json_patch::ReplaceOperation { path: path(), value };
    let operations =
        vec![json_patch::PatchOperation::Test(test), json_patch::PatchOperation::Replace(replace)];
    let sentence = format!("Has the Service {} lead to the head alone.", object.name);
    draft::patch(object, service, operations, Verb::Select, sentence)
}

/// Who owns the selector now.
fn owner(service: &Service) -> Option<String> {
    let entries = service.metadata.managed_fields.as_deref().unwrap_or_default();
    let owns = |entry: &&ManagedFieldsEntry| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        fields.is_some_and(|fields| fields.pointer("/f:spec/f:selector").is_some())
    };
    let manager = entries.iter().find(owns)?.manager.as_deref()?;
    Some(skyports_model::finding::shown(manager, 120))
}
