//! Why an endpoint, a cluster or a context is as it is: one enum, each variant with its own text.
//!
//! Only the server builds these; what travels is the [`Finding`] that each of them tells.

mod sentences;
mod steps;

/// Of many objects so many are named.
const MOST_NAMED: usize = 20;

pub(crate) use self::steps::role_for;
use crate::code::Code;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, EndpointId, Namespace, ObjectRef};
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
    /// A port that was opened here is not in the shared object any more.
    DroppedBySkyPilot {
        /// The shared Service or Ingress.
        object: ObjectRef,
        /// Who wrote it last, and when.
        writer: Option<(String, Timestamp)>,
        /// The command that opens it again.
        again: String,
    },
    /// Objects of clusters that are gone are still there.
    Orphaned {
        /// The objects, at least one.
        objects: Vec<ObjectRef>,
    },
    /// A load balancer that only some networks could reach is open to all.
    RestrictionDropped {
        /// The Service.
        object: ObjectRef,
        /// Who wrote it last, and when.
        writer: Option<(String, Timestamp)>,
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
        /// When it last answered.
        since: Timestamp,
        /// What the last attempt ended with.
        error: String,
    },
    /// The context has never answered.
    Unreachable {
        /// What the last attempt ended with.
        error: String,
    },
    /// The API refuses a list or watch.
    Forbidden {
        /// The resources, plural: `pods`.
        resources: Vec<String>,
        /// The namespace; `None` for all of them.
        namespace: Option<Namespace>,
        /// What cannot be told without it.
        consequence: &'static str,
        /// The API server's own sentence.
        error: String,
    },
    /// The API refuses what was asked on demand: an object, or its events.
    ReadForbidden {
        /// What RBAC calls the question: `get`, `list`.
        verb: &'static str,
        /// The resource, plural: `services`.
        resource: &'static str,
        /// The namespace.
        namespace: Namespace,
        /// The API server's own sentence.
        error: String,
    },
    /// What was asked on demand got no answer.
    ReadFailed {
        /// What was asked for: an object, or the events of one.
        what: String,
        /// What the attempt ended with.
        error: String,
    },
    /// The object that was asked for on demand is not there.
    ObjectGone {
        /// The object.
        object: ObjectRef,
    },
    /// The kubeconfig's entry for the context cannot be used.
    ContextInvalid {
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
        /// The other ways out.
        steps: Vec<Step>,
    },
    /// An experiment has shown that the app does not work under its path as its route is.
    CannotRunHere {
        /// The app's name; `None` where its answers did not tell it.
        app: Option<String>,
        /// What happens, a sentence or two.
        why: String,
        /// The exchanges that say so.
        evidence: String,
        /// The ways out, best first.
        steps: Vec<Step>,
    },
    /// An experiment has shown that the app works under its path once it is started with a setting.
    NeedsSetting {
        /// The app's name; `None` where its answers did not tell it.
        app: Option<String>,
        /// What happens without it, a sentence or two.
        why: String,
        /// The exchanges that say so.
        evidence: String,
        /// The setting, and what else helps.
        steps: Vec<Step>,
    },
    /// The app refuses the name by which it is asked.
    HostRefused {
        /// The app's name; `None` where its answers did not tell it.
        app: Option<String>,
        /// The name.
        host: String,
        /// The exchange that says so.
        evidence: String,
        /// What makes it answer.
        steps: Vec<Step>,
    },
    /// SkyPilot's Services select every node of the cluster.
    MultiNodeRouting {
        /// The cluster's nodes.
        nodes: u32,
        /// The object whose selector it is.
        object: ObjectRef,
        /// The endpoint behind it, where skyports can send its requests to the head alone.
        repairable: Option<EndpointId>,
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
            Self::DroppedBySkyPilot { .. } => Code::DroppedBySkyPilot,
            Self::RestrictionDropped { .. } => Code::RestrictionDropped,
            Self::Orphaned { .. } => Code::Orphaned,
            Self::IngressServiceMissing { .. } => Code::IngressServiceMissing,
            Self::StaleEndpoint { .. } | Self::StaleContext { .. } => Code::Stale,
            Self::Unreachable { .. } => Code::Unreachable,
            Self::Forbidden { .. } | Self::ReadForbidden { .. } => Code::Forbidden,
            Self::ReadFailed { .. } => Code::ReadFailed,
            Self::ObjectGone { .. } => Code::ObjectGone,
            Self::ContextInvalid { .. } => Code::ContextInvalid,
            Self::UnreadableObject { .. } => Code::UnreadableObject,
            Self::SubpathBreaksApp { .. } | Self::CannotRunHere { .. } => Code::SubpathBreaksApp,
            Self::SubpathNeedsFlag { .. } | Self::NeedsSetting { .. } => Code::SubpathNeedsFlag,
            Self::HostRefused { .. } => Code::HostRefused,
            Self::MultiNodeRouting { .. } => Code::MultiNodeRouting,
        }
    }

    /// The cause as it is told of something in `context`: its commands are for that one, whichever
    /// is the reader's current context.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let (lead, detail) = self.sentences(context);
        let steps = self.steps(context);
        Finding { code: self.code(), lead, detail, evidence: self.evidence(), steps }
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
            | Self::SubpathNeedsFlag { evidence, .. }
            | Self::CannotRunHere { evidence, .. }
            | Self::NeedsSetting { evidence, .. }
            | Self::HostRefused { evidence, .. } => Some(evidence.clone()),
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
            Self::DroppedBySkyPilot { object, writer, .. }
            | Self::RestrictionDropped { object, writer } => Some(match writer {
                Some((manager, at)) => {
                    format!("{object}: last written by {manager} at {}", clock_time(*at))
                }
                None => format!("{object} was written by somebody else"),
            }),
            Self::Orphaned { objects } => {
                let names: Vec<String> =
                    objects.iter().take(MOST_NAMED).map(ToString::to_string).collect();
                Some(format!("{}: no pod of their clusters is there", names.join(", ")))
            }
            Self::IngressServiceMissing { ingress, service } => {
                Some(format!("{ingress}: backend {service} is not in the namespace"))
            }
            Self::StaleEndpoint { .. } => None,
            Self::ObjectGone { object } => Some(format!("{object}: 404 Not Found")),
            Self::StaleContext { error, .. }
            | Self::Unreachable { error, .. }
            | Self::Forbidden { error, .. }
            | Self::ReadForbidden { error, .. }
            | Self::ReadFailed { error, .. }
            | Self::ContextInvalid { error }
            | Self::UnreadableObject { error, .. } => Some(error.clone()),
            Self::MultiNodeRouting { object, .. } => {
                Some(format!("{object}: its selector matches the head and every worker"))
            }
        }
    }
}

#[cfg(test)]
mod examples;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ObjectKind;

    fn prod() -> ContextName {
        ContextName::parse("prod").unwrap()
    }

    #[test]
    fn commands_are_for_the_context_that_they_are_about() {
        let namespace = Namespace::parse("ml").unwrap();
        let service = ObjectRef {
            kind: ObjectKind::Service,
            namespace: namespace.clone(),
            name: "train--skypilot-lb".to_owned(),
        };
        let pod = || "$(id)".to_owned();
        let reasons = [
            Reason::WaitingForIngressAddress { controller: service.clone() },
            Reason::WaitingForPod {
                pod: pod(),
                namespace: namespace.clone(),
                evidence: String::new(),
            },
            Reason::PodEnded { pod: pod(), namespace, evidence: String::new() },
            Reason::LoadBalancerUnsupportedHere { service: service.clone() },
            Reason::NoIngressClass { class: None, existing: vec![] },
            Reason::Unreachable { error: String::new() },
            Reason::MultiNodeRouting { nodes: 2, object: service, repairable: None },
        ];
        let steps = reasons.iter().flat_map(|reason| reason.finding(&prod()).steps);
        let commands: Vec<String> = steps.filter_map(|step| step.command).collect();
        assert_eq!(
            commands,
            [
                "kubectl --context prod -n ml describe service/train--skypilot-lb",
                "kubectl --context prod -n ml describe 'pod/$(id)'",
                "kubectl --context prod -n ml describe 'pod/$(id)'",
                "kubectl --context prod -n ml describe service/train--skypilot-lb",
                "kubectl --context prod get ingressclass",
                "kubectl --context prod get --raw /readyz",
                "kubectl --context prod -n ml get endpointslices -l kubernetes.io/service-name=train--skypilot-lb",
            ]
        );
    }

    #[test]
    fn what_may_not_be_read_comes_with_a_role_for_just_that() {
        let finding = Reason::ReadForbidden {
            verb: "get",
            resource: "ingresses",
            namespace: Namespace::parse("ml").unwrap(),
            error: "no".to_owned(),
        }
        .finding(&prod());
        assert_eq!(
            finding.message(),
            "skyports may not get ingresses in prod. It needs get on ingresses in namespace ml."
        );
        let yaml = finding.steps[0].command.as_deref().unwrap();
        assert!(yaml.contains("resources: [ingresses]\n  verbs: [get]\n"), "{yaml}");
        assert!(yaml.contains("kind: Role\n") && yaml.contains("networking.k8s.io"), "{yaml}");
    }

    #[test]
    fn a_missing_right_comes_with_the_role_to_copy() {
        let finding = Reason::Forbidden {
            resources: vec!["pods".into(), "ingresses".into()],
            namespace: Some(Namespace::parse("ml").unwrap()),
            consequence: "No cluster is shown.",
            error: "pods is forbidden".into(),
        }
        .finding(&prod());
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
