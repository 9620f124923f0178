//! Endpoints of Services of type `LoadBalancer`.

use skyports_model::finding::Finding;
use skyports_model::{
    Endpoint, EndpointId, EndpointState, ExternalUrl, FutureUrl, Mode, ObjectKind, ObjectRef,
    Owner, Port, Reason, Route, Silence,
};

use super::signs::{self, Sign};
use super::world::{self, Crew, World};
use super::{advice, clock, drift};
use crate::names::{self, Role};
use crate::objects::{Address, Key, ServiceFacts, ServiceKind, ServicePort, has_kept_events};
use crate::ports::scheme;

/// A controller that is there reacts within this time ([`signs`]).
const REACTION: i64 = 10;
/// After this time without any sign, waiting will not help.
const HOPE: i64 = 60;

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
        let balancer = Balancer { world, crew, key, service, object };
        let state = balancer.state();
        endpoints.extend(service.ports.iter().map(|port| balancer.endpoint(port, &state)));
        endpoints.extend(service.dropped.iter().map(|port| balancer.dropped(*port)));
    }
    endpoints
}

/// One `LoadBalancer` Service of one cluster.
struct Balancer<'w, 'a> {
    world: &'w World<'a>,
    crew: &'w Crew<'a>,
    key: &'w Key,
    service: &'w ServiceFacts,
    object: ObjectRef,
}

impl Balancer<'_, '_> {
    fn endpoint(&self, port: &ServicePort, state: &EndpointState) -> Endpoint {
        let Self { service, object, .. } = self;
        let scheme = scheme(port.port, port.target, port.https);
        let leads_somewhere = service.identity.deleting.is_none();
        let link = |address: &Address| {
            ExternalUrl::new(
                scheme.filter(|_| leads_somewhere)?,
                address.host.clone(),
                Some(port.port),
                "/",
            )
            .ok()
        };
        let future = scheme
            .filter(|_| leads_somewhere && service.addresses.is_empty())
            .map(|scheme| FutureUrl { scheme, port: Some(port.port), path: "/".to_owned() });
        let id = EndpointId {
            cluster: self.crew.id.clone(),
            port: port.target,
            mode: Mode::LoadBalancer,
        };
        Endpoint {
            state: self.port_error(port).unwrap_or_else(|| state.clone()),
            urls: service.addresses.iter().filter_map(link).collect(),
            addresses: service
                .addresses
                .iter()
                .map(|address| format!("{}:{}", address.host, port.port))
                .collect(),
            future,
            owner: if port.is_ours { Owner::Skyports } else { owner(object, service) },
            object: object.clone(),
            route: Route::Root,
            opened: service.identity.created,
            warnings: self.warnings(id.clone()),
            id,
            app: advice::guess(port.target),
        }
    }

    /// A port of ours that is not there any more.
    fn dropped(&self, port: Port) -> Endpoint {
        let Self { crew, service, object, .. } = self;
        let id = EndpointId { cluster: crew.id.clone(), port, mode: Mode::LoadBalancer };
        drift::dropped(self.world, id, object.clone(), service.writer.as_ref())
    }

    /// What the load balancer says against this port; it may serve the others.
    fn port_error(&self, port: &ServicePort) -> Option<EndpointState> {
        let mut errors = self.service.addresses.iter().flat_map(|address| &address.errors);
        let (_, error) = errors.find(|(number, _)| *number == port.port)?;
        let reason = Reason::LoadBalancerError {
            service: self.object.clone(),
            has_address: true,
            reason: format!("port {}", port.port),
            message: error.to_string(),
        };
        Some(EndpointState::Attention { reason: self.world.told(&reason) })
    }

    fn warnings(&self, id: EndpointId) -> Vec<Finding> {
        let routing = advice::multi_node(self.crew, self.service, &self.object, id);
        let error = || match signs::of_load_balancer(self.world, self.key, self.service) {
            Sign::Error { reason, message } => {
                let service = self.object.clone();
                let error =
                    Reason::LoadBalancerError { service, has_address: true, reason, message };
                Some(self.world.told(&error))
            }
            Sign::Silence | Sign::Reacted(_) => None,
        };
        let has_address =
            !self.service.addresses.is_empty() && self.service.identity.deleting.is_none();
        let exposed = drift::exposed(self.world, self.service, &self.object);
        exposed.into_iter().chain(routing).chain(has_address.then(error).flatten()).collect()
    }

    fn state(&self) -> EndpointState {
        let Self { world, crew, key, service, object } = self;
        if let Some(state) = deleting(world, key, service, object) {
            state
        } else if service.addresses.is_empty() {
            waiting(world, key, service, object)
        } else {
            crew.state(world, service.identity.created)
        }
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

/// The state of a Service whose deletion was asked for and which finalizers hold.
fn deleting(
    world: &World<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> Option<EndpointState> {
    let since = service.identity.deleting.filter(|_| !service.finalizers.is_empty())?;
    if let Sign::Error { reason, message } = signs::of_load_balancer(world, key, service) {
        let has_address = !service.addresses.is_empty();
        let reason =
            Reason::LoadBalancerError { service: object.clone(), has_address, reason, message };
        return Some(EndpointState::Attention { reason: world.told(&reason) });
    }
    let reason = Reason::LoadBalancerDeleting {
        service: object.clone(),
        finalizers: service.finalizers.join(", "),
    };
    Some(EndpointState::Pending { since, reason: world.told(&reason) })
}

/// The state of a `LoadBalancer` Service that has no address.
fn waiting(
    world: &World<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> EndpointState {
    if let Some(state) = hopeless(world, key, service, object) {
        return state;
    }
    let created = service.identity.created;
    let reason = match signs::of_load_balancer(world, key, service) {
        Sign::Reacted(by) => Reason::WaitingForAddress { evidence: Some(by) },
        Sign::Silence | Sign::Error { .. } if world.clock.is_older(created, REACTION) => {
            unanswered(world, key, service, object, false)
        }
        Sign::Silence | Sign::Error { .. } => Reason::WaitingForAddress { evidence: None },
    };
    EndpointState::Pending { since: created.unwrap_or_default(), reason: world.told(&reason) }
}

/// The state of a `LoadBalancer` Service without an address for which waiting will not help.
pub(super) fn hopeless(
    world: &World<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> Option<EndpointState> {
    let reason = if world.is_sky_local() {
        Reason::LoadBalancerUnsupportedHere { service: object.clone() }
    } else {
        match signs::of_load_balancer(world, key, service) {
            Sign::Error { reason, message } => Reason::LoadBalancerError {
                service: object.clone(),
                has_address: false,
                reason,
                message,
            },
            Sign::Silence if world.clock.is_older(service.identity.created, HOPE) => {
                unanswered(world, key, service, object, true)
            }
            Sign::Silence | Sign::Reacted(_) => return None,
        }
    };
    Some(EndpointState::Attention { reason: world.told(&reason) })
}

/// The reason of a Service to which nothing has reacted.
fn unanswered(
    world: &World<'_>,
    key: &Key,
    service: &ServiceFacts,
    object: &ObjectRef,
    hopeless: bool,
) -> Reason {
    Reason::NoLoadBalancerController {
        service: object.clone(),
        hopeless,
        silence: silence(world, key, service),
        neighbour: world.served_neighbour().filter(|_| hopeless),
    }
}

/// What it means that there is no event.
fn silence(world: &World<'_>, key: &Key, service: &ServiceFacts) -> Silence {
    if !world.scope.sees_events || !has_kept_events(&key.namespace, &key.name) {
        Silence::Unseen
    } else if world.clock.is_older(service.identity.created, clock::EVENTS_KEPT) {
        Silence::NoEventLeft
    } else {
        Silence::NoEvent
    }
}
