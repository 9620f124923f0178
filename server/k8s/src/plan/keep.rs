//! Routes of our own that leave the path as it is, at the very path that SkyPilot prints.
//!
//! nginx tries the longest expression of a host first, so ours, which means the same as SkyPilot's
//! and is longer, gets the requests; nothing of SkyPilot's is touched. Why so, and why no second
//! Ingress redirects to the slash: `docs/decisions/0009`.

use k8s_openapi::Metadata;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;
use skyports_model::caution::AppNeeds;
use skyports_model::{
    Caution, EndpointId, Finding, ObjectRef, OpenRequest, Port, PortSet, Prefix, Refusal,
};

use super::applied::{applied, overlaid};
use super::draft::{self, Draft, Site, is_ours, owned, unexpected};
use super::naming::{self, PathStyle};
use super::{Write, ingress, paths, shadow, urls};
use crate::apps::{self, Kept};
use crate::manifest::{Backend, Manifest, Path, Paths};
use crate::subpath;

/// What the annotations of ingress-nginx begin with.
const NGINX: &str = "nginx.ingress.kubernetes.io/";

/// What the route has unless SkyPilot's config or Ingress says otherwise: a notebook's silent
/// WebSocket lives an hour instead of 60 s, and its files may have more than 1 MB.
const USUAL: [(&str, &str); 3] =
    [("proxy-read-timeout", "3600"), ("proxy-send-timeout", "3600"), ("proxy-body-size", "64m")];

/// What would change the path or answer instead of the app; never taken over.
const OTHER_PATH: [&str; 7] = [
    "rewrite-target",
    "app-root",
    "permanent-redirect",
    "permanent-redirect-code",
    "temporal-redirect",
    "temporal-redirect-code",
    "server-alias",
];

/// The path at which requests reach the app whole, without the expression at its end.
pub(super) fn plain_path(site: &Site<'_>, prefix: Prefix, port: Port) -> String {
    match prefix {
        Prefix::TakenOff | Prefix::Kept => {
            naming::plain_path(site.cluster, paths::style(site), port)
        }
        Prefix::KeptElsewhere => naming::own_path(site.cluster, port),
    }
}

/// Opens ports by routes of our own.
pub(super) fn open(site: &Site<'_>, ports: &PortSet, prefix: Prefix) -> Result<Draft, Refusal> {
    ingress::check_class(site, None)?;
    let mut writes = vec![];
    for port in ports.iter() {
        let expression = expression(site, prefix, port)?;
        check_wins(site, port, &expression, &plain_path(site, prefix, port))?;
        writes.push((port, [service(site, port)?, route(site, port, expression)?]));
    }
    let needs =
        |port| writes.iter().any(|(it, writes)| *it == port && writes.iter().any(Option::is_some));
    let mut draft = Draft::of(ports, needs);
    draft.writes.extend(writes.into_iter().flat_map(|(_, writes)| writes).flatten());
    Ok(draft)
}

/// SkyPilot's path with another end: the same requests match, and it is longer by two characters.
fn expression(site: &Site<'_>, prefix: Prefix, port: Port) -> Result<String, Refusal> {
    // Refuses names that mean something in an expression.
    naming::path(site.cluster, PathStyle::WithNamespace, port)?;
    Ok(format!("{}(/.*)?()()$", plain_path(site, prefix, port)))
}

/// Refuses where another Ingress has the same path, which the admission webhook would refuse, or a
/// longer one that matches, which nginx would prefer.
fn check_wins(site: &Site<'_>, port: Port, expression: &str, path: &str) -> Result<(), Refusal> {
    let own = naming::kept_route(site.cluster, port);
    let is_own = |it: &&Ingress| shadow::object(it).as_ref() == Some(&own);
    let others = || site.existing.other_ingresses.iter().filter(|it| !is_own(it));
    let taken = |object, how, advice| Err(Refusal::PortTaken { port, object, how, advice });
    if let Some(object) =
        others().find(|it| ingress::has_path(it, expression)).and_then(shadow::object)
    {
        let advice = "Take that path away first: the controller accepts each path once";
        return taken(object, format!("has the path {expression} already"), advice);
    }
    match shadow::winner(others(), expression, &format!("{path}/")) {
        None => Ok(()),
        Some((object, winner)) => {
            let advice = "Take that path away first: nginx tries longer expressions first";
            taken(object, format!("has the longer path {winner}, which gets the requests"), advice)
        }
    }
}

fn service(site: &Site<'_>, port: Port) -> Result<Option<Write>, Refusal> {
    let object = naming::kept_service(site.cluster, port);
    naming::check_service(&object)?;
    let before =
        site.existing.kept_services.get(&port).map(|it| checked(&object, it)).transpose()?;
    let meta = site.meta(&object, [].into())?;
    let manifest = Manifest::Backend(Backend { meta, selector: site.head_alone(), port });
    let sentence = format!("Makes the Service {}, which leads to the head alone.", object.name);
    applied(&manifest, before, sentence, |_, _| true, overlaid)
}

fn route(site: &Site<'_>, port: Port, expression: String) -> Result<Option<Write>, Refusal> {
    let object = naming::kept_route(site.cluster, port);
    let before = site.existing.kept_routes.get(&port).map(|it| checked(&object, it)).transpose()?;
    let annotations = USUAL.map(|(key, value)| owned(&format!("{NGINX}{key}"), value));
    let mut meta = site.meta(&object, annotations.into())?;
    for (key, value) in of_skypilots(site) {
        meta.annotations
            .entry(key.clone())
            .and_modify(|it| it.clone_from(value))
            .or_insert(value.clone());
    }
    meta.annotations.extend(site.environment.custom_metadata.annotations.clone());
    meta.annotations.retain(|key, _| !changes_path(key));
    meta.annotations.extend([owned(&format!("{NGINX}use-regex"), "true")]);
    let service = naming::kept_service(site.cluster, port).name;
    let paths = vec![Path { expression, service, port }];
    let sentence = format!(
        "Makes the Ingress {}: requests for port {port} reach the app with their whole path.",
        object.name
    );
    applied(&Manifest::Ingress(Paths { meta, paths }), before, sentence, |_, _| true, overlaid)
}

/// What SkyPilot's Ingress says of who may pass and how holds here too: a route beside it must not
/// be a way around a login.
fn of_skypilots<'a>(site: &Site<'a>) -> impl Iterator<Item = (&'a String, &'a String)> {
    let ingress = site.existing.ingress.as_ref();
    let annotations = ingress.and_then(|it| it.metadata.annotations.as_ref());
    annotations.into_iter().flatten().filter(|(key, _)| key.starts_with(NGINX))
}

fn changes_path(key: &str) -> bool {
    key.strip_prefix(NGINX)
        .is_some_and(|key| OTHER_PATH.contains(&key) || key.starts_with("canary"))
}

/// What the app must know.
pub(super) fn warnings(site: &Site<'_>, request: &OpenRequest, port: Port) -> Vec<Finding> {
    let host = urls::host(site);
    let host = host.as_ref();
    let context = &site.environment.context;
    let path = format!("{}/", plain_path(site, request.extras.prefix, port));
    let profile = apps::usual_on(port);
    let needs = match profile
        .map(|it| (it.name.clone(), it.kept.verdict, it.kept.flag(&path, host)))
    {
        Some((app, Kept::Works, _)) => AppNeeds::Nothing(app),
        Some((app, Kept::NeedsFlag, Some(flag))) => AppNeeds::Flag { app, flag },
        Some((_, Kept::NeedsFlag | Kept::Breaks | Kept::Unknown, _)) | None => AppNeeds::Unknown,
    };
    let breaks = profile.filter(|it| it.kept.verdict == Kept::Breaks);
    let breaks = breaks.and_then(|_| subpath::reason(port, &path, true, |_| vec![]));
    let endpoint = EndpointId { cluster: site.cluster.clone(), port, mode: request.mode.into() };
    let kept = Caution::PathKept { endpoint, path, needs }.finding(context);
    breaks.map(|reason| reason.finding(context)).into_iter().chain([kept]).collect()
}

/// An object as it is, if it is ours and stays.
fn checked<T: Serialize + Metadata<Ty = ObjectMeta>>(
    object: &ObjectRef,
    found: &T,
) -> Result<Value, Refusal> {
    if found.metadata().deletion_timestamp.is_some() {
        Err(unexpected(object.clone(), "is being deleted"))
    } else if is_ours(found.metadata()) {
        draft::json(object, found)
    } else {
        Err(unexpected(object.clone(), "has a name of ours, and skyports did not make it"))
    }
}

/// Closes routes of our own: first the path, then the Service behind it.
pub(super) fn close(site: &Site<'_>, ports: &PortSet) -> Result<Draft, Refusal> {
    // What is being deleted is closed already.
    fn stays<T: Metadata<Ty = ObjectMeta>>(object: &T) -> bool {
        object.metadata().deletion_timestamp.is_none()
    }
    let route = |port| site.existing.kept_routes.get(&port).filter(|it: &&Ingress| stays(*it));
    let service = |port| site.existing.kept_services.get(&port).filter(|it: &&Service| stays(*it));
    let mut draft = Draft::of(ports, |port| route(port).is_some() || service(port).is_some());
    for port in draft.changed.clone() {
        if let Some(ingress) = route(port) {
            let object = naming::kept_route(site.cluster, port);
            checked(&object, ingress)?;
            let sentence = format!("Deletes the Ingress {}, which keeps the path.", object.name);
            draft.writes.push(draft::delete(object, ingress, sentence)?);
        }
        if let Some(service) = service(port) {
            let object = naming::kept_service(site.cluster, port);
            checked(&object, service)?;
            let sentence = format!("Deletes the Service {} behind it.", object.name);
            draft.writes.push(draft::delete(object, service, sentence)?);
        }
    }
    Ok(draft)
}
