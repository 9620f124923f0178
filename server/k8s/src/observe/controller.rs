//! The address of the ingress controller, by SkyPilot's rules
//! (`get_ingress_external_ip_and_ports` of 0.14.1) and, where they give none, by the Ingress' own
//! status.

use skyports_model::{EndpointState, Host, ObjectKind, ObjectRef, Port, Reason, Scheme};

use super::service;
use super::world::{self, World};
use crate::names;
use crate::objects::{Address, IngressFacts, Key, ServiceFacts, ServiceKind};

/// How the paths of an Ingress are reached.
pub(super) enum Reach {
    /// By these, the first preferred; at least one.
    Through(Vec<Front>),
    /// Not yet, or never; the state says why.
    Blocked(EndpointState),
}

/// One address with the ports of both schemes. Never without any port.
pub(crate) struct Front {
    pub(crate) host: Host,
    http: Option<Port>,
    https: Option<Port>,
}

impl Front {
    /// The port for a scheme.
    pub(crate) fn port(&self, scheme: Scheme) -> Option<Port> {
        match scheme {
            Scheme::Http => self.http,
            Scheme::Https => self.https,
        }
    }

    fn at(address: &Address) -> Self {
        let implied = |scheme: Scheme| Port::new(i64::from(scheme.default_port()));
        Self {
            host: address.host.clone(),
            http: implied(Scheme::Http),
            https: implied(Scheme::Https),
        }
    }
}

/// How an Ingress is reached. An Ingress of another class than SkyPilot's `nginx` is not served by
/// the controller that SkyPilot looks for.
pub(super) fn reach(world: &World<'_>, ingress: &IngressFacts, object: &ObjectRef) -> Reach {
    let looks_at_controller = world.scope.sees_controller
        && ingress.class.as_deref().is_none_or(|class| class == "nginx");
    let (namespace, name) = names::CONTROLLER;
    let controller = world.service(namespace, name).filter(|_| looks_at_controller);
    let fronts =
        controller.map(|service| fronts(service, world.is_sky_local())).unwrap_or_default();
    if !fronts.is_empty() {
        return Reach::Through(fronts);
    }
    if !ingress.addresses.is_empty() {
        return Reach::Through(ingress.addresses.iter().map(Front::at).collect());
    }
    let evidence = match controller {
        Some(service) if service.kind == ServiceKind::LoadBalancer => {
            let key = Key { namespace: namespace.to_owned(), name: name.to_owned() };
            if let Some(state) = waiting(world, &key, service) {
                return Reach::Blocked(state);
            }
            format!("Service {namespace}/{name} has no address")
        }
        Some(_) => format!("Service {namespace}/{name} has neither an address nor NodePorts"),
        None if looks_at_controller => {
            format!("no Service {namespace}/{name}, and no address in the status of {object}")
        }
        None => format!("no address in the status of {object}"),
    };
    Reach::Blocked(absent(world, ingress, object, evidence))
}

/// SkyPilot's rules: the status; without one `externalIPs`, the annotation, or `localhost`, each
/// with the node ports. A controller whose load balancer is on its way is waited for instead of
/// pointing to `localhost`, where SkyPilot's link is dead — but for `sky local up`, which maps the
/// node ports to the user's machine.
pub(crate) fn fronts(controller: &ServiceFacts, is_sky_local: bool) -> Vec<Front> {
    if !controller.addresses.is_empty() {
        return controller.addresses.iter().map(Front::at).collect();
    }
    let is_local = controller.kind != ServiceKind::LoadBalancer || is_sky_local;
    let Some(host) = controller.external.clone().or_else(|| is_local.then(Host::localhost)) else {
        return vec![];
    };
    let node_port = |name: &str| {
        controller
            .ports
            .iter()
            .find(|port| port.name.as_deref() == Some(name))
            .and_then(|port| port.node_port)
    };
    let front = Front { host, http: node_port("http"), https: node_port("https") };
    if front.http.is_none() && front.https.is_none() { vec![] } else { vec![front] }
}

/// The state of paths whose controller waits for its load balancer: its own hopelessness is theirs.
fn waiting(world: &World<'_>, key: &Key, controller: &ServiceFacts) -> Option<EndpointState> {
    let object = world::object(ObjectKind::Service, key)?;
    let pending = || EndpointState::Pending {
        since: controller.identity.created.unwrap_or_default(),
        reason: world.told(&Reason::WaitingForIngressAddress { controller: object.clone() }),
    };
    Some(service::hopeless(world, key, controller, &object).unwrap_or_else(pending))
}

/// The state of paths that no controller was found for. Controllers write the status of an Ingress
/// within a minute (ingress-nginx: every 60 s, `--update-status`).
fn absent(
    world: &World<'_>,
    ingress: &IngressFacts,
    object: &ObjectRef,
    evidence: String,
) -> EndpointState {
    let reason = world.told(&Reason::NoIngressController { ingress: object.clone(), evidence });
    if world.clock.is_older(ingress.identity.created, 60) {
        EndpointState::Attention { reason }
    } else {
        EndpointState::Pending { since: ingress.identity.created.unwrap_or_default(), reason }
    }
}
