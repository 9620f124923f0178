//! Why an endpoint, a cluster or a context is as it is: one enum, each variant with its own text.
//!
//! Only the server builds these; what travels is the [`Finding`] that each of them tells.

mod steps;

use crate::code::Code;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, Namespace, ObjectRef};
use crate::time::{Timestamp, clock_time};

/// A cause, with what is needed to tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A controller is at work on the load balancer's address. Wait.
    WaitingForAddress {
        /// The sign that something reacted: an event, a condition, a finalizer.
        evidence: Option<String>,
    },
    /// The ingress controller has no address yet, and something works on it. Wait.
    WaitingForIngressAddress {
        /// The controller's Service.
        controller: ObjectRef,
    },
    /// There is an address, and no pod of the cluster is running yet. Wait.
    WaitingForPod {
        /// The head pod's name.
        pod: String,
        /// Its namespace.
        namespace: Namespace,
        /// Its phase, or the event that says what it waits for.
        evidence: String,
    },
    /// Every pod of the cluster has ended. SkyPilot's pods are never started again.
    PodEnded {
        /// The head pod's name.
        pod: String,
        /// Its namespace.
        namespace: Namespace,
        /// Its phase, or why it ended.
        evidence: String,
    },
    /// No event, condition, finalizer or class on a `LoadBalancer` Service. Until 10 s this is
    /// [`Reason::WaitingForAddress`], until 60 s there is hope; then somebody must install a
    /// controller. `MetalLB` without a pool looks the same.
    NoLoadBalancerController {
        /// The Service.
        service: ObjectRef,
        /// The context, for the sentence.
        context: ContextName,
        /// Whether a minute has passed.
        hopeless: bool,
        /// What the absence of events means.
        silence: Silence,
        /// A Service of the same context that has an address: something assigns them here.
        neighbour: Option<ObjectRef>,
    },
    /// The controller of load balancers reports an error.
    LoadBalancerError {
        /// The Service.
        service: ObjectRef,
        /// Whether the Service has an address all the same.
        has_address: bool,
        /// The event's or condition's reason.
        reason: String,
        /// Its message.
        message: String,
    },
    /// The context is `kind-skypilot`: `sky local up` brings no load balancers, and SkyPilot itself
    /// uses Ingress there (`get_port_mode` of SkyPilot 0.14.1).
    LoadBalancerUnsupportedHere {
        /// The Service.
        service: ObjectRef,
    },
    /// The Service has a deletion timestamp and finalizers.
    LoadBalancerDeleting {
        /// The Service.
        service: ObjectRef,
        /// Who holds it.
        finalizers: String,
    },
    /// The Ingress names a class that is not there.
    NoIngressClass {
        /// The class asked for; `None` when the Ingress names none and none is the default.
        class: Option<String>,
        /// The classes that exist.
        existing: Vec<String>,
    },
    /// No ingress controller was found that could serve the Ingress.
    NoIngressController {
        /// The Ingress.
        ingress: ObjectRef,
        /// Where was looked.
        evidence: String,
    },
    /// SkyPilot's Service for the port is there, and no path of its Ingress leads to it.
    IngressPathMissing {
        /// The Service.
        service: ObjectRef,
        /// The name of SkyPilot's Ingress.
        ingress: String,
        /// Whether that Ingress exists.
        ingress_exists: bool,
    },
    /// A path of the Ingress leads to a Service that is not there.
    IngressServiceMissing {
        /// The Ingress.
        ingress: ObjectRef,
        /// The Service's name.
        service: String,
    },
    /// The context does not answer; the endpoint is shown as it was.
    StaleEndpoint {
        /// The state's word for people then: `Open`.
        was: &'static str,
        /// When the context last answered.
        since: Timestamp,
    },
    /// The context does not answer any more.
    StaleContext {
        /// The context.
        context: ContextName,
        /// When it last answered.
        since: Timestamp,
        /// What the last attempt ended with.
        error: String,
    },
    /// The context has never answered.
    Unreachable {
        /// The context.
        context: ContextName,
        /// What the last attempt ended with.
        error: String,
    },
    /// The API refuses a list or watch.
    Forbidden {
        /// The context.
        context: ContextName,
        /// The resources, plural: `pods`.
        resources: Vec<String>,
        /// The namespace; `None` for all of them.
        namespace: Option<Namespace>,
        /// What cannot be told without it.
        consequence: &'static str,
        /// The API server's own sentence.
        error: String,
    },
    /// The kubeconfig's entry for the context cannot be used.
    ContextInvalid {
        /// The context.
        context: ContextName,
        /// Why.
        error: String,
    },
    /// One object could not be decoded; everything else is shown.
    UnreadableObject {
        /// The object's kind and name.
        object: String,
        /// Why.
        error: String,
    },
    /// The app that is usually on the port does not work where its path is taken off, or under any
    /// path.
    SubpathBreaksApp {
        /// The app's name.
        app: String,
        /// What happens, a sentence or two.
        why: String,
        /// What says so: the version, and how it was found out.
        evidence: String,
        /// The ways out.
        steps: Vec<Step>,
    },
    /// The app that is usually on the port works under the path once it is told so.
    SubpathNeedsFlag {
        /// The app's name.
        app: String,
        /// What happens without it, a sentence or two.
        why: String,
        /// What says so: the version, and how it was found out.
        evidence: String,
        /// The flag or the call, with the path filled in.
        flag: String,
    },
    /// SkyPilot's Services select every node of the cluster.
    MultiNodeRouting {
        /// The cluster's nodes.
        nodes: u32,
        /// The object whose selector it is.
        object: ObjectRef,
    },
}

/// What it means that a Service has no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Events may be listed, and there is none.
    NoEvent,
    /// There is none, and the Service is older than the hour for which Kubernetes keeps events by
    /// default (`--event-ttl` of kube-apiserver).
    NoEventLeft,
    /// Events may not be listed, or those of this Service are not looked at.
    Unseen,
}

impl Silence {
    fn evidence(self) -> &'static str {
        match self {
            Self::NoEvent => "no event, no condition, no finalizer, no loadBalancerClass",
            Self::NoEventLeft => {
                "no event left (they are kept for an hour), no condition, no finalizer, no loadBalancerClass"
            }
            Self::Unseen => {
                "no condition, no finalizer, no loadBalancerClass; its events cannot be seen from here"
            }
        }
    }
}

impl Reason {
    /// The cause's code.
    pub fn code(&self) -> Code {
        match self {
            Self::WaitingForAddress { .. } | Self::WaitingForIngressAddress { .. } => {
                Code::WaitingForAddress
            }
            Self::WaitingForPod { .. } => Code::WaitingForPod,
            Self::PodEnded { .. } => Code::PodEnded,
            Self::NoLoadBalancerController { .. } => Code::NoLoadBalancerController,
            Self::LoadBalancerError { .. } => Code::LoadBalancerError,
            Self::LoadBalancerUnsupportedHere { .. } => Code::LoadBalancerUnsupportedHere,
            Self::LoadBalancerDeleting { .. } => Code::LoadBalancerDeleting,
            Self::NoIngressClass { .. } => Code::NoIngressClass,
            Self::NoIngressController { .. } => Code::NoIngressController,
            Self::IngressPathMissing { .. } => Code::IngressPathMissing,
            Self::IngressServiceMissing { .. } => Code::IngressServiceMissing,
            Self::StaleEndpoint { .. } | Self::StaleContext { .. } => Code::Stale,
            Self::Unreachable { .. } => Code::Unreachable,
            Self::Forbidden { .. } => Code::Forbidden,
            Self::ContextInvalid { .. } => Code::ContextInvalid,
            Self::UnreadableObject { .. } => Code::UnreadableObject,
            Self::SubpathBreaksApp { .. } => Code::SubpathBreaksApp,
            Self::SubpathNeedsFlag { .. } => Code::SubpathNeedsFlag,
            Self::MultiNodeRouting { .. } => Code::MultiNodeRouting,
        }
    }

    /// The cause as it is told.
    pub fn finding(&self) -> Finding {
        let (lead, detail) = self.sentences();
        Finding { code: self.code(), lead, detail, evidence: self.evidence(), steps: self.steps() }
    }

    fn sentences(&self) -> (String, String) {
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
            Self::NoLoadBalancerController { silence: Silence::Unseen, hopeless, .. } => (
                "No sign of a controller.".into(),
                if *hopeless {
                    "An error may be reported in its events, which cannot be seen from here.".into()
                } else {
                    "Usually one shows within seconds.".into()
                },
            ),
            Self::NoLoadBalancerController { hopeless: false, .. } => (
                "No controller has reacted.".into(),
                "Usually one does within seconds; after a minute waiting will not help.".into(),
            ),
            Self::NoLoadBalancerController { neighbour: Some(neighbour), .. } => (
                "No controller has reacted to this Service.".into(),
                format!("Waiting will not help. {neighbour} has an address: what gave it that does not serve this one."),
            ),
            Self::NoLoadBalancerController { context, neighbour: None, .. } => {
                (format!("Nothing assigns addresses in {context}."), "Waiting will not help.".into())
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
            Self::IngressServiceMissing { service, .. } => {
                (format!("The path leads to the Service {service}, which does not exist."), "Requests get 503.".into())
            }
            Self::StaleEndpoint { was, since } => (format!("{was} at {}.", clock_time(*since)), none()),
            Self::StaleContext { context, since, .. } => (
                format!("No answer from {context} since {}.", clock_time(*since)),
                "Its endpoints are shown as they were then; they may still work.".into(),
            ),
            Self::Unreachable { context, .. } => {
                (format!("No answer from {context}."), "Nothing is known of its clusters.".into())
            }
            Self::Forbidden { context, resources, namespace, consequence, .. } => {
                let scope = namespace.as_ref().map_or("all namespaces".to_owned(), |ns| format!("namespace {ns}"));
                (
                    format!("skyports may not list {} in {context}.", resources.join(" and ")),
                    format!("It needs list and watch on {} in {scope}. {consequence}", resources.join(", ")),
                )
            }
            Self::ContextInvalid { context, error } => {
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
            Self::MultiNodeRouting { nodes, .. } => (
                format!("Requests are spread over {nodes} nodes."),
                "If the app runs on the head only, some of them fail.".into(),
            ),
        }
    }

    fn evidence(&self) -> Option<String> {
        match self {
            Self::WaitingForAddress { evidence } => evidence.clone(),
            Self::WaitingForIngressAddress { controller } => {
                Some(format!("{controller} has no status.loadBalancer.ingress"))
            }
            Self::WaitingForPod { evidence, .. }
            | Self::PodEnded { evidence, .. }
            | Self::NoIngressController { evidence, .. }
            | Self::SubpathBreaksApp { evidence, .. }
            | Self::SubpathNeedsFlag { evidence, .. } => Some(evidence.clone()),
            Self::NoLoadBalancerController { service, silence, .. } => {
                Some(format!("{service}: {}", silence.evidence()))
            }
            Self::LoadBalancerError { service, reason, message, .. } => {
                Some(format!("{service}: {reason}: {message}"))
            }
            Self::LoadBalancerUnsupportedHere { service } => {
                Some(format!("{service} waits in the context kind-skypilot"))
            }
            Self::LoadBalancerDeleting { service, finalizers } => {
                Some(format!("{service}: metadata.deletionTimestamp, finalizers {finalizers}"))
            }
            Self::NoIngressClass { existing, .. } if existing.is_empty() => {
                Some("the cluster has no IngressClass".into())
            }
            Self::NoIngressClass { existing, .. } => {
                Some(format!("existing classes: {}", existing.join(", ")))
            }
            Self::IngressPathMissing { service, .. } => {
                Some(format!("{service} exists; no Ingress has it for a backend"))
            }
            Self::IngressServiceMissing { ingress, service } => {
                Some(format!("{ingress}: backend {service} is not in the namespace"))
            }
            Self::StaleEndpoint { .. } => None,
            Self::StaleContext { error, .. }
            | Self::Unreachable { error, .. }
            | Self::Forbidden { error, .. }
            | Self::ContextInvalid { error, .. }
            | Self::UnreadableObject { error, .. } => Some(error.clone()),
            Self::MultiNodeRouting { object, .. } => {
                Some(format!("{object}: its selector matches the head and every worker"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_comes_with_the_role_to_copy() {
        let finding = Reason::Forbidden {
            context: ContextName::parse("prod").unwrap(),
            resources: vec!["pods".into(), "ingresses".into()],
            namespace: Some(Namespace::parse("ml").unwrap()),
            consequence: "No cluster is shown.",
            error: "pods is forbidden".into(),
        }
        .finding();
        assert_eq!(
            finding.message(),
            "skyports may not list pods and ingresses in prod. \
             It needs list and watch on pods, ingresses in namespace ml. No cluster is shown."
        );
        let yaml = finding.steps[0].command.as_deref().unwrap();
        assert!(yaml.contains("kind: Role\n") && yaml.contains("namespace: ml"), "{yaml}");
        assert!(
            yaml.contains("resources: [pods]") && yaml.contains("resources: [ingresses]"),
            "{yaml}"
        );
    }
}
