//! What a controller of load balancers has let know about a Service, and whether it is an error.
//!
//! No two of them speak alike. Kubernetes' own service controller and the cloud providers built on
//! it set a finalizer and write `EnsuringLoadBalancer`; the AWS Load Balancer Controller, `MetalLB`,
//! Cilium and Tailscale never write that. So any sign counts, and silence only when all are absent.

use super::world::World;
use crate::objects::{About, ConditionFacts, EventFacts, Key, ServiceFacts};

/// What was heard of a load balancer's controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Nothing at all.
    Silence,
    /// It has reacted; the text says by what.
    Reacted(String),
    /// It reports an error that no later success has ended.
    Error {
        /// The event's or condition's reason.
        reason: String,
        /// Its message.
        message: String,
    },
}

/// Events that end an error.
const SUCCESSES: [&str; 7] = [
    // Kubernetes' service controller (`k8s.io/cloud-provider`, controllers/service).
    "EnsuredLoadBalancer",
    "UpdatedLoadBalancer",
    "DeletedLoadBalancer",
    // The AWS Load Balancer Controller.
    "SuccessfullyReconciled",
    // MetalLB's controller and speaker.
    "IPAllocated",
    "nodeAssigned",
    // Klipper, k3s' ServiceLB.
    "AppliedDaemonSet",
];

/// Warnings that report an error without one of [`FAILURE_WORDS`] in their reason.
const FAILURES: [&str; 2] = [
    // MetalLB, when a Service's address does not fit its pools any more.
    "ClearAssignment",
    // Kubernetes' service controller: no node is left to send requests to.
    "UnAvailableLoadBalancer",
];

/// Words in the reasons of warnings that report an error: `SyncLoadBalancerFailed`,
/// `AllocationFailed`, `LoadBalancerFailed`, `FailedBuildModel`, `FailedDeployModel`, ….
const FAILURE_WORDS: [&str; 3] = ["Fail", "Error", "Invalid"];

/// Conditions that are an error while they do not hold: Cilium's LB-IPAM (which writes no events)
/// and Tailscale's operator.
const NEEDED: [&str; 2] = ["cilium.io/IPAMRequestSatisfied", "TailscaleProxyReady"];

/// Reasons of [`NEEDED`] conditions that mean "not yet".
const NOT_YET: [&str; 1] = ["ProxyPending"];

/// What the Service's events, conditions, finalizers and class say.
pub(super) fn of_load_balancer(world: &World<'_>, key: &Key, service: &ServiceFacts) -> Sign {
    if let Some(condition) = service.conditions.iter().find(|condition| is_error(condition)) {
        let reason = condition.reason.as_ref().unwrap_or(&condition.kind);
        return error(reason, condition.message.as_deref());
    }
    let events = || {
        world
            .events(About::Service, key, &service.identity)
            .filter(|event| is_about_balancer(event))
    };
    let succeeded =
        events().find(|event| SUCCESSES.contains(&&*event.reason)).map(|event| event.last);
    if let Some(failure) =
        events().find(|event| is_failure(event)).filter(|event| Some(event.last) > succeeded)
    {
        return error(&failure.reason, failure.message.as_deref());
    }
    if let Some(event) = events().next() {
        return Sign::Reacted(told(event));
    }
    if let Some(condition) = service.conditions.first() {
        return Sign::Reacted(format!(
            "condition {}={}",
            condition.kind,
            if condition.holds { "True" } else { "False" }
        ));
    }
    if let Some(finalizer) = service.finalizers.first() {
        return Sign::Reacted(format!("finalizer {finalizer}"));
    }
    service
        .class
        .as_ref()
        .map_or(Sign::Silence, |class| Sign::Reacted(format!("loadBalancerClass {class}")))
}

/// An event as evidence: `EnsuringLoadBalancer: Ensuring load balancer`.
pub(super) fn told(event: &EventFacts) -> String {
    match &event.message {
        Some(message) => format!("{}: {message}", event.reason),
        None => event.reason.to_string(),
    }
}

fn error(reason: &str, message: Option<&str>) -> Sign {
    Sign::Error { reason: reason.to_owned(), message: message.unwrap_or("no message").to_owned() }
}

fn is_failure(event: &EventFacts) -> bool {
    let reason = &*event.reason;
    event.is_warning
        && (FAILURES.contains(&reason) || FAILURE_WORDS.iter().any(|word| reason.contains(word)))
}

/// The endpoint controllers write events on Services too: `FailedToUpdateEndpointSlices`.
fn is_about_balancer(event: &EventFacts) -> bool {
    !event.reason.contains("Endpoint")
}

fn is_error(condition: &ConditionFacts) -> bool {
    let reason = condition.reason.as_deref().unwrap_or_default();
    if NEEDED.contains(&&*condition.kind) {
        !condition.holds && !NOT_YET.contains(&reason)
    } else {
        // `LoadBalancerPortsError` of Kubernetes' own API.
        condition.holds && condition.kind.ends_with("Error")
    }
}
