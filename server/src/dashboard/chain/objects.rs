//! The links that Kubernetes tells of: the object, what serves it, its address.

use skyports_k8s::check::{Audience, audience_of};
use skyports_model::{Code, EndpointState, Finding, Link, LinkKind, LinkResult, Mode, Owner};

use super::{Known, broken};
use crate::probe::target::Target;

/// Addresses that are named.
const MOST_NAMED: usize = 3;

/// The links up to the first that does not hold; all three where the endpoint has an address.
pub(super) fn links(known: &Known<'_>) -> Vec<Link> {
    let stop = stop(known);
    let passed = [object(known), controller(known), address(known)].into_iter();
    let is_before = |link: &Link| stop.as_ref().is_none_or(|stop| link.kind < stop.kind);
    passed.filter(is_before).chain(stop.clone()).collect()
}

/// The link at which the objects themselves say that nothing behind it can be reached.
fn stop(known: &Known<'_>) -> Option<Link> {
    let result = match &known.endpoint.state {
        EndpointState::Open | EndpointState::Ready { .. } => return None,
        EndpointState::Pending { .. } => LinkResult::Wait,
        EndpointState::Attention { .. }
        | EndpointState::Failed { .. }
        | EndpointState::Unknown { .. } => LinkResult::Fail,
    };
    let reason = known.endpoint.state.reason()?;
    let kind = place(reason, known.endpoint.mode())?;
    Some(broken(kind, result, told(reason.code), reason.clone()))
}

/// Where a reason of the objects stands; `None` for what a check or an experiment says.
fn place(reason: &Finding, mode: Mode) -> Option<LinkKind> {
    Some(match reason.code {
        Code::IngressServiceMissing
        | Code::IngressPathMissing
        | Code::DroppedBySkyPilot
        | Code::LoadBalancerDeleting
        | Code::UnreadableObject
        | Code::Stale => LinkKind::Object,
        Code::NoIngressClass
        | Code::NoIngressController
        | Code::NoLoadBalancerController
        | Code::LoadBalancerUnsupportedHere
        | Code::LoadBalancerError => LinkKind::Controller,
        // Of a Service that is seconds old there is no sign of a controller yet.
        Code::WaitingForAddress if mode == Mode::LoadBalancer && reason.evidence.is_none() => {
            LinkKind::Controller
        }
        Code::WaitingForAddress => LinkKind::Address,
        Code::WaitingForPod | Code::PodEnded => LinkKind::App,
        _ => return None,
    })
}

/// What the link says in a few words; the reason says the rest.
fn told(code: Code) -> &'static str {
    match code {
        Code::IngressServiceMissing => "its Service is missing",
        Code::IngressPathMissing => "no path leads to its Service",
        Code::DroppedBySkyPilot => "the port was taken out of it",
        Code::LoadBalancerDeleting => "being deleted",
        Code::UnreadableObject => "cannot be read",
        Code::Stale => "no current data",
        Code::NoIngressClass => "there is no such IngressClass",
        Code::NoIngressController => "no ingress controller serves it",
        Code::NoLoadBalancerController => "nothing has reacted",
        Code::LoadBalancerUnsupportedHere => "there are no load balancers here",
        Code::LoadBalancerError => "reports an error",
        Code::WaitingForPod => "its pod is not running yet",
        Code::PodEnded => "its pods have ended",
        _ => "not assigned yet",
    }
}

fn object(known: &Known<'_>) -> Link {
    let endpoint = known.endpoint;
    let by = match endpoint.owner {
        Owner::SkyPilot => ", by SkyPilot",
        Owner::Skyports => ", by skyports",
        Owner::Other => "",
    };
    let object = &endpoint.object;
    let told = format!("{} {}{by}", object.kind.as_str(), object.name);
    Link::new(LinkKind::Object, LinkResult::Pass, told)
}

fn controller(known: &Known<'_>) -> Link {
    let endpoint = known.endpoint;
    let error = endpoint.warnings.iter().find(|it| it.code == Code::LoadBalancerError);
    if let Some(error) = error {
        let told = "reports an error, and it has an address";
        return broken(LinkKind::Controller, LinkResult::Warn, told, error.clone());
    }
    let took = match &endpoint.state {
        EndpointState::Pending { .. } => "at work on it",
        _ if endpoint.mode() == Mode::Ingress => "serves it",
        _ => "gave it an address",
    };
    // The sign that something reacted is told with what it waits for.
    let event = known.events.iter().find(|it| it.object == endpoint.object && !it.is_warning);
    let event = event.map(|it| match it.source.as_str() {
        "" => format!(" ({})", it.reason),
        source => format!(" ({} by {source})", it.reason),
    });
    let told = format!("{took}{}", event.unwrap_or_default());
    Link::new(LinkKind::Controller, LinkResult::Pass, told)
}

fn address(known: &Known<'_>) -> Link {
    let addresses = &known.endpoint.addresses;
    let named: Vec<&str> = addresses.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = addresses.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let host = Target::of(known.endpoint);
    let reach = match host.as_ref().and_then(|target| audience_of(target.host())) {
        Some(Audience::Public) => ", a public address",
        Some(Audience::Internal) => ", of a private network",
        None => "",
    };
    let told = format!("{}{more}{reach}", named.join(", "));
    Link::new(LinkKind::Address, LinkResult::Pass, told)
}
