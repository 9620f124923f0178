//! Endpoints of Services of type `LoadBalancer`.

use skyports_model::finding::Finding;
use skyports_model::{
    Endpoint, EndpointId, EndpointState, ExternalUrl, FutureUrl, Mode, ObjectKind, ObjectRef,
    Owner, Reason, Scheme,
};

use super::signs::{self, Sign};
use super::world::{self, Crew, World};
use crate::names::{self, Role};
use crate::objects::{Address, Key, ServiceFacts, ServiceKind, ServicePort, is_ours};

/// Every endpoint that a `LoadBalancer` Service exposes.
pub(super) fn endpoints(world: &World<'_>) -> Vec<Endpoint> {
    let balancers = world
        .objects
        .services
        .iter()
        .filter(|(_, service)| service.kind == ServiceKind::LoadBalancer);
    let mut endpoints = vec![];
    for (key, service) in balancers {
        let Some(crew) = world.crew_of_service(key, service) else { continue };
        let Some(object) = world::object(ObjectKind::Service, key) else { continue };
        let state = state(world, crew, key, service, &object);
        endpoints.extend(
            service.ports.iter().map(|port| endpoint(crew, service, &object, port, &state)),
        );
    }
    endpoints
}

fn endpoint(
    crew: &Crew<'_>,
    service: &ServiceFacts,
    object: &ObjectRef,
    port: &ServicePort,
    state: &EndpointState,
) -> Endpoint {
    let scheme = scheme(port);
    let link = |address: &Address| {
        ExternalUrl::new(scheme?, address.host.clone(), Some(port.port), "/").ok()
    };
    Endpoint {
        id: EndpointId { cluster: crew.id.clone(), port: port.target, mode: Mode::LoadBalancer },
        state: state.clone(),
        urls: service.addresses.iter().filter_map(link).collect(),
        addresses: service
            .addresses
            .iter()
            .map(|address| format!("{}:{}", address.host, port.port))
            .collect(),
        future: scheme.filter(|_| service.addresses.is_empty()).map(|scheme| FutureUrl {
            scheme,
            port: Some(port.port),
            path: "/".to_owned(),
        }),
        owner: owner(object, service),
        object: object.clone(),
        opened: service.identity.created,
        warnings: vec![],
        app: None,
    }
}

/// Who made the Service.
fn owner(object: &ObjectRef, service: &ServiceFacts) -> Owner {
    match names::service(&object.name).map(|named| named.role) {
        _ if service.identity.ours => Owner::Skyports,
        Some(Role::LoadBalancer | Role::Backend(_)) => Owner::SkyPilot,
        Some(Role::Own) | None => Owner::Other,
    }
}

/// The scheme of a port's links; `None` where HTTP is not spoken.
fn scheme(port: &ServicePort) -> Option<Scheme> {
    let secure = port.https.unwrap_or_else(|| {
        [port.port, port.target].iter().any(|p| matches!(p.number(), 443 | 8443))
    });
    Some(if secure { Scheme::Https } else { Scheme::Http })
}

fn state(
    world: &World<'_>,
    crew: &Crew<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> EndpointState {
    let _ = crew;
    if !service.addresses.is_empty() {
        return EndpointState::Open;
    }
    waiting(world, key, service, object)
}

/// The state of a `LoadBalancer` Service that has no address.
pub(super) fn waiting(
    world: &World<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> EndpointState {
    let created = service.identity.created;
    let pending =
        |reason: Finding| EndpointState::Pending { since: created.unwrap_or_default(), reason };
    match signs::of_load_balancer(world, key, service) {
        Sign::Error { reason, message } => EndpointState::Attention {
            reason: Reason::LoadBalancerError { service: object.clone(), reason, message }
                .finding(),
        },
        Sign::Reacted(by) => pending(Reason::WaitingForAddress { evidence: Some(by) }.finding()),
        Sign::Silence if !world.clock.is_older(created, 10) => {
            pending(Reason::WaitingForAddress { evidence: None }.finding())
        }
        Sign::Silence => {
            let _ = is_ours(&key.namespace, &key.name);
            let hopeless = world.clock.is_older(created, 60);
            let reason = Reason::NoLoadBalancerController {
                service: object.clone(),
                context: world.scope.context.clone(),
                hopeless,
            };
            if hopeless {
                EndpointState::Attention { reason: reason.finding() }
            } else {
                pending(reason.finding())
            }
        }
    }
}
