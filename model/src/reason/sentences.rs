//! What each cause says: the claim, and the rest of the explanation.

use super::{Reason, Silence};
use crate::id::{ContextName, ObjectRef};
use crate::time::clock_time;

impl Reason {
    #[expect(clippy::too_many_lines, reason = "a few lines a cause")]
    pub(super) fn sentences(&self, context: &ContextName) -> (String, String) {
        let none = String::new;
        match self {
            Self::WaitingForAddress { .. } => ("Waiting for an address.".into(), none()),
            Self::WaitingForIngressAddress { .. } => {
                ("Waiting for the ingress controller’s address.".into(), none())
            }
            Self::WaitingForPod { pod, .. } => {
                ("Waiting for the head pod to run.".into(), format!("The address is there, {pod} is not running yet."))
            }
            Self::PodEnded { pod, .. } => {
                (format!("{pod} has ended."), "SkyPilot does not start its pods again; launch the cluster again.".into())
            }
            Self::NoLoadBalancerController { hopeless, silence, neighbour, .. } => {
                unanswered(*hopeless, *silence, neighbour.as_ref(), context)
            }
            Self::LoadBalancerError { reason, message, has_address, .. } => {
                let lead = if *has_address { "The load balancer reports an error:" } else { "The load balancer cannot be set up:" };
                (lead.into(), format!("{message} ({reason})"))
            }
            Self::LoadBalancerUnsupportedHere { .. } => (
                "Clusters made by `sky local up` have no load balancers.".into(),
                "Waiting will not help; Ingress works here.".into(),
            ),
            Self::LoadBalancerDeleting { finalizers, .. } => (
                "Being deleted, and not gone yet.".into(),
                format!("Held by {finalizers}; until then the load balancer may still cost money."),
            ),
            Self::NoIngressClass { class: Some(class), .. } => {
                (format!("There is no IngressClass `{class}`."), "No controller will serve this path.".into())
            }
            Self::NoIngressClass { class: None, .. } => (
                "The Ingress names no class, and none is the default.".into(),
                "No controller will serve this path.".into(),
            ),
            Self::NoIngressController { .. } => {
                ("No ingress controller gives this path an address.".into(), none())
            }
            Self::IngressPathMissing { ingress, ingress_exists: true, .. } => (
                format!("The Ingress {ingress} has no path for this port."),
                "`sky status --endpoints` prints a URL for it all the same: it never looks at the Ingress.".into(),
            ),
            Self::IngressPathMissing { ingress, ingress_exists: false, .. } => (
                format!("The Ingress {ingress} does not exist."),
                "`sky status --endpoints` prints a URL for it all the same: it never looks at the Ingress.".into(),
            ),
            Self::DroppedBySkyPilot { writer, .. } => (
                match writer {
                    Some((_, at)) => format!("Dropped at {}.", clock_time(*at)),
                    None => "Dropped.".into(),
                },
                "SkyPilot does not know ports opened here: a `sky launch` that changes ports replaces what they are in.".into(),
            ),
            Self::Orphaned { objects } => (
                match objects.as_slice() {
                    [_] => "An object of a cluster that is gone is still there.".into(),
                    several => format!("{} objects of clusters that are gone are still there.", several.len()),
                },
                "`sky down` stops at the first Service that is missing, and leaves the others. A load balancer among them still costs money.".into(),
            ),
            Self::RestrictionDropped { .. } => (
                "A restriction was dropped: everybody can reach these ports.".into(),
                "The load balancer let only some networks in, and does not any more.".into(),
            ),
            Self::IngressServiceMissing { service, .. } => {
                (format!("The path leads to the Service {service}, which does not exist."), "Requests get 503.".into())
            }
            Self::StaleEndpoint { was, since } => (format!("{was} at {}.", clock_time(*since)), none()),
            Self::StaleContext { since, .. } => (
                format!("No answer from {context} since {}.", clock_time(*since)),
                "Its endpoints are shown as they were then; they may still work.".into(),
            ),
            Self::Unreachable { .. } => {
                (format!("No answer from {context}."), "Nothing is known of its clusters.".into())
            }
            Self::Forbidden { resources, namespace, consequence, .. } => {
                let scope = namespace.as_ref().map_or("all namespaces".to_owned(), |ns| format!("namespace {ns}"));
                (
                    format!("skyports may not list {} in {context}.", resources.join(" and ")),
                    format!("It needs list and watch on {} in {scope}. {consequence}", resources.join(", ")),
                )
            }
            Self::ReadForbidden { verb, resource, namespace, .. } => (
                format!("skyports may not {verb} {resource} in {context}."),
                format!("It needs {verb} on {resource} in namespace {namespace}."),
            ),
            Self::ReadFailed { what, .. } => (format!("No answer about {what}."), none()),
            Self::ObjectGone { object } => {
                (format!("{object} does not exist."), "It was deleted, or never made.".into())
            }
            Self::ContextInvalid { error } => {
                (format!("The kubeconfig’s entry for {context} cannot be used:"), error.clone())
            }
            Self::UnreadableObject { object, error } => {
                (format!("Cannot read {object}:"), format!("{error}. Everything else is shown."))
            }
            Self::SubpathBreaksApp { app, why, .. } => {
                (format!("Usually {app}: will not work under this path."), why.clone())
            }
            Self::SubpathNeedsFlag { app, why, .. } => {
                (format!("Usually {app}: needs a setting to work under this path."), why.clone())
            }
            Self::CannotRunHere { app, why, .. } => {
                (format!("{} cannot run under this path.", named(app.as_ref())), why.clone())
            }
            Self::NeedsSetting { app, why, .. } => {
                (format!("{} needs a setting to work under this path.", named(app.as_ref())), why.clone())
            }
            Self::HostRefused { app, host, .. } => (
                format!("{} refuses to be called {host}.", named(app.as_ref())),
                "It answers to names that it was told, and this is none of them.".into(),
            ),
            Self::MultiNodeRouting { nodes, .. } => (
                format!("Requests are spread over {nodes} nodes."),
                "If the app runs on the head only, some of them fail.".into(),
            ),
        }
    }
}

fn named(app: Option<&String>) -> &str {
    app.map_or("The app", String::as_str)
}

/// What is told of a Service to which nothing has reacted.
fn unanswered(
    hopeless: bool,
    silence: Silence,
    neighbour: Option<&ObjectRef>,
    context: &ContextName,
) -> (String, String) {
    match (silence, hopeless, neighbour) {
        (Silence::Unseen, true, _) => (
            "No sign of a controller.".into(),
            "An error may be reported in its events, which cannot be seen from here.".into(),
        ),
        (Silence::Unseen, false, _) => {
            ("No sign of a controller.".into(), "Usually one shows within seconds.".into())
        }
        (Silence::NoEvent | Silence::NoEventLeft, false, _) => (
            "No controller has reacted.".into(),
            "Usually one does within seconds; after a minute waiting will not help.".into(),
        ),
        (Silence::NoEvent | Silence::NoEventLeft, true, Some(neighbour)) => (
            "No controller has reacted to this Service.".into(),
            format!(
                "Waiting will not help. {neighbour} has an address: what gave it that does not serve this one."
            ),
        ),
        (Silence::NoEvent | Silence::NoEventLeft, true, None) => {
            (format!("Nothing assigns addresses in {context}."), "Waiting will not help.".into())
        }
    }
}
