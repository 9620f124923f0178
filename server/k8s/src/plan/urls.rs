//! Where a port will be reached, as far as the objects tell before it is opened.

use k8s_openapi::api::core::v1::Service;
use skyports_model::plan::{Place, PlannedUrl};
use skyports_model::{ExternalUrl, FutureUrl, Host, OpenMode, OpenRequest, Port, Reach, Scheme};

use super::draft::Site;
use super::keep;
use crate::objects::ServiceFacts;
use crate::observe::controller;
use crate::ports::{scheme, speaks_no_http};
use crate::wire;

/// The place of each port that is asked for.
pub(super) fn of(site: &Site<'_>, request: &OpenRequest) -> Vec<PlannedUrl> {
    let ports = request.ports.iter();
    match (request.mode, &request.reach) {
        (OpenMode::Ingress, _) => {
            let fronts = fronts(site);
            let path = |port| keep::plain_path(site, request.extras.prefix, port);
            let place = |port| below(&path(port), port, &fronts);
            ports.map(|port| PlannedUrl { port, place: place(port) }).collect()
        }
        (OpenMode::LoadBalancer, Reach::Shared) => {
            let service = site.existing.load_balancer.as_ref().and_then(facts);
            ports.map(|port| PlannedUrl { port, place: at(service.as_ref(), port) }).collect()
        }
        (OpenMode::LoadBalancer, Reach::From(_) | Reach::Internal) => {
            let own = |port| site.existing.own_load_balancers.get(&port).and_then(facts);
            ports.map(|port| PlannedUrl { port, place: at(own(port).as_ref(), port) }).collect()
        }
    }
}

/// Where the ingress controller is reached; nowhere while that is not known.
fn fronts(site: &Site<'_>) -> Vec<controller::Front> {
    let controller = site.existing.controller.as_ref().and_then(facts);
    let fronts = controller.map(|it| controller::fronts(&it, site.environment.is_sky_local()));
    fronts.unwrap_or_default()
}

/// The host of the links of paths, where it is known.
pub(super) fn host(site: &Site<'_>) -> Option<Host> {
    fronts(site).into_iter().next().map(|front| front.host)
}

/// What a Service of these facts tells, read as everywhere else.
fn facts(service: &Service) -> Option<ServiceFacts> {
    let sent = serde_json::to_value(service).ok()?;
    ServiceFacts::of(serde_json::from_value::<wire::Service>(sent).ok()?)
}

/// A port of a load balancer.
fn at(service: Option<&ServiceFacts>, port: Port) -> Place {
    let addresses = service.map(|service| service.addresses.as_slice()).unwrap_or_default();
    let Some(scheme) = scheme(port, port, None) else {
        let address = addresses.first().map(|address| format!("{}:{port}", address.host));
        return address.map_or(Place::FutureAddress, Place::Address);
    };
    let link = |host| ExternalUrl::new(scheme, host, Some(port), "/").ok();
    let links: Vec<_> = addresses.iter().filter_map(|address| link(address.host.clone())).collect();
    if links.is_empty() {
        Place::Future(FutureUrl { scheme, port: Some(port), path: "/".to_owned() })
    } else {
        Place::Known(links)
    }
}

/// A path of the ingress controller. Without the slash at its end every app that was tried breaks.
fn below(path: &str, port: Port, fronts: &[controller::Front]) -> Place {
    if speaks_no_http(port) {
        return Place::FutureAddress;
    }
    let path = format!("{path}/");
    let links = fronts.iter().flat_map(|front| {
        let link = |scheme| {
            ExternalUrl::new(scheme, front.host.clone(), Some(front.port(scheme)?), &path).ok()
        };
        [Scheme::Http, Scheme::Https].into_iter().filter_map(link).collect::<Vec<_>>()
    });
    let links: Vec<_> = links.collect();
    if links.is_empty() {
        Place::Future(FutureUrl { scheme: Scheme::Http, port: None, path })
    } else {
        Place::Known(links)
    }
}
