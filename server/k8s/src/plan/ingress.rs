//! Paths of SkyPilot's own Ingress for all ports, `C-skypilot-ingress`, and the Services behind.
//!
//! One object, because each change makes the controller read its configuration again, and because
//! a second one with the same path is refused by its admission webhook. Rules of an Ingress are
//! one list: a patch of it tests the version that it was planned for.

mod close;

use k8s_openapi::api::networking::v1::{Ingress, IngressRule};
use serde_json::Value;
use skyports_model::plan::Verb;
use skyports_model::{ObjectRef, Port, PortSet, Reason, Refusal};

pub(super) use self::close::close;
use super::draft::{self, Draft, Site, owned, told, unexpected};
use super::loadbalancer::{entry, leads_to};
use super::paths::{self, places, style};
use super::{Write, naming, pointer, shadow};
use crate::manifest::{Backend, Manifest, Path, Paths};

/// The class that SkyPilot always asks for.
const CLASS: &str = "nginx";

/// Opens ports as paths.
pub(super) fn open(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    let object = naming::ingress(site.cluster);
    let ingress = site.existing.ingress.as_ref();
    if ingress.is_some_and(|ingress| ingress.metadata.deletion_timestamp.is_some()) {
        return Err(unexpected(object, "is being deleted"));
    }
    check_class(site, ingress)?;
    let style = style(site);
    let (mut services, mut paths) = (vec![], vec![]);
    for port in ports.iter() {
        let service = naming::backend(site.cluster, port);
        if !has_service(site, &service, port)? {
            services.push((port, service.clone()));
        }
        if !places(site, port).any(|_| true) {
            let expression = naming::path(site.cluster, style, port)?;
            check_free(site, &object, ingress, port, &expression)?;
            paths.push(Path { expression, service: service.name, port });
        }
    }
    let needs = |port| {
        paths.iter().any(|path| path.port == port) || services.iter().any(|(it, _)| *it == port)
    };
    let mut draft = Draft::of(ports, needs);
    for (port, service) in services {
        draft.writes.push(create_service(site, port, &service)?);
    }
    if !paths.is_empty() {
        draft.writes.push(match ingress {
            None => create(site, &object, paths)?,
            Some(ingress) => append(object, ingress, &paths)?,
        });
    }
    Ok(draft)
}

/// Refuses a class that does not exist.
pub(super) fn check_class(site: &Site<'_>, ingress: Option<&Ingress>) -> Result<(), Refusal> {
    let spec = ingress.and_then(|ingress| ingress.spec.as_ref());
    let class = spec.and_then(|spec| spec.ingress_class_name.as_deref()).unwrap_or(CLASS);
    match &site.environment.ingress_classes {
        Some(classes) if !classes.iter().any(|it| it == class) => {
            let existing = classes.clone();
            Err(Reason::NoIngressClass { class: Some(class.to_owned()), existing }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether the port's Service is there and leads to it.
fn has_service(site: &Site<'_>, object: &ObjectRef, port: Port) -> Result<bool, Refusal> {
    let Some(service) = site.existing.backends.get(&port) else { return Ok(false) };
    if service.metadata.deletion_timestamp.is_some() {
        return Err(unexpected(object.clone(), "is being deleted"));
    }
    match entry(service, port) {
        Some(entry) if leads_to(entry, port) => Ok(true),
        _ => Err(unexpected(object.clone(), format!("does not lead to port {port}"))),
    }
}

/// Refuses a path that another backend, or another Ingress, has already: the controller's
/// admission webhook would refuse it.
fn check_free(
    site: &Site<'_>,
    object: &ObjectRef,
    ingress: Option<&Ingress>,
    port: Port,
    path: &str,
) -> Result<(), Refusal> {
    let own = ingress.filter(|ingress| has_path(ingress, path)).map(|_| object.clone());
    let others = || site.existing.other_ingresses.iter();
    let other = || others().find(|it| has_path(it, path)).and_then(shadow::object);
    match own.or_else(other) {
        None => Ok(()),
        Some(object) => Err(Refusal::PortTaken {
            port,
            object,
            how: format!("has the path {path} for another backend"),
            advice: "Take that path away first: the controller accepts each path once",
        }),
    }
}

/// Whether an Ingress has the path for every host.
pub(super) fn has_path(ingress: &Ingress, path: &str) -> bool {
    paths::of_ingress(Some(ingress)).any(|(_, rule, it)| {
        rule.host.as_deref().unwrap_or_default().is_empty() && it.path.as_deref() == Some(path)
    })
}

fn create_service(site: &Site<'_>, port: Port, object: &ObjectRef) -> Result<Write, Refusal> {
    naming::check_service(object)?;
    let meta = site.meta(object, [].into())?;
    let manifest = Manifest::Backend(Backend { meta, selector: site.selector(), port });
    let sentence = format!("Creates the Service {} behind the path.", object.name);
    draft::create(&manifest, sentence)
}

fn create(site: &Site<'_>, object: &ObjectRef, paths: Vec<Path>) -> Result<Write, Refusal> {
    let annotations = [
        owned("nginx.ingress.kubernetes.io/use-regex", "true"),
        owned("nginx.ingress.kubernetes.io/rewrite-target", "/$2"),
    ];
    let ports: Vec<Port> = paths.iter().map(|path| path.port).collect();
    let sentence = format!("Creates the Ingress {} with a path for {}.", object.name, told(&ports));
    let manifest = Manifest::Ingress(Paths { meta: site.meta(object, annotations.into())?, paths });
    draft::create(&manifest, sentence)
}

fn append(object: ObjectRef, ingress: &Ingress, paths: &[Path]) -> Result<Write, Refusal> {
    let mut operations = vec![same_version(&object, ingress)?];
    let values = paths.iter().map(|path| draft::json(&object, &path.object()));
    let values = values.collect::<Result<Vec<Value>, _>>()?;
    let rules = ingress.spec.as_ref().and_then(|spec| spec.rules.as_deref()).unwrap_or_default();
    let hostless = |rule: &IngressRule| {
        rule.host.as_deref().unwrap_or_default().is_empty() && rule.http.is_some()
    };
    let add =
        |path, value| json_patch::PatchOperation::Add(json_patch::AddOperation { path, value });
    if let Some(at) = rules.iter().position(hostless) {
        let end =
            |value| add(pointer(["spec", "rules", &at.to_string(), "http", "paths", "-"]), value);
        operations.extend(values.into_iter().map(end));
    } else {
        let rule = serde_json::json!({ "http": { "paths": values } });
        operations.push(if rules.is_empty() {
            add(pointer(["spec", "rules"]), Value::Array(vec![rule]))
        } else {
            add(pointer(["spec", "rules", "-"]), rule)
        });
    }
    let ports: Vec<Port> = paths.iter().map(|path| path.port).collect();
    let sentence = format!("Adds a path for {} to the Ingress {}.", told(&ports), object.name);
    draft::patch(object, ingress, operations, Verb::AddPaths, sentence)
}

/// The condition that nobody has written the Ingress since it was read.
fn same_version(
    object: &ObjectRef,
    ingress: &Ingress,
) -> Result<json_patch::PatchOperation, Refusal> {
    let version = ingress.metadata.resource_version.clone();
    let version = version.ok_or_else(|| unexpected(object.clone(), "has no resourceVersion"))?;
    let path = pointer(["metadata", "resourceVersion"]);
    let value = Value::String(version);
    Ok(json_patch::PatchOperation::Test(json_patch::TestOperation { path, value }))
}
