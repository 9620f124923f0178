//! What is told to a reader who may see some namespaces and not the others.
//!
//! Findings are made of everything that is watched, so some rest on objects of other namespaces: a
//! neighbour that has an address, an Ingress whose path wins, the ingress controller's Service.

use crate::chain::Chain;
use crate::cluster::Cluster;
use crate::code::Code;
use crate::context::ContextStatus;
use crate::description::Description;
use crate::endpoint::EndpointState;
use crate::finding::{Finding, Step};
use crate::outcome::Preflight;

const ASK: &str =
    "Ask whoever runs this Kubernetes: what it rests on is in namespaces that you may not list";

/// How much of a finding is its own namespace's.
enum Share {
    /// All of it.
    Whole,
    /// What is claimed, and nothing of what it rests on.
    Claim,
}

/// Every code is weighed here: a new one does not compile until it is.
fn share(code: Code) -> Share {
    match code {
        // These may name the ingress controller, another Ingress, a neighbour, pools and who has
        // their addresses.
        Code::NoIngressController
        | Code::NoLoadBalancerController
        | Code::NoFreeAddress
        | Code::PathShadowed
        | Code::PathNotServed
        | Code::PortTaken
        | Code::Orphaned
        | Code::UnreadableObject => Share::Claim,
        Code::WaitingForAddress
        | Code::WaitingForPod
        | Code::PodEnded
        | Code::Stale
        | Code::NoIngressClass
        | Code::IngressPathMissing
        | Code::DroppedBySkyPilot
        | Code::RestrictionDropped
        | Code::IngressServiceMissing
        | Code::LoadBalancerError
        | Code::LoadBalancerUnsupportedHere
        | Code::LoadBalancerDeleting
        | Code::SubpathBreaksApp
        | Code::SubpathNeedsFlag
        | Code::SubpathUnknownApp
        | Code::MultiNodeRouting
        | Code::Forbidden
        | Code::Unreachable
        | Code::ContextInvalid
        | Code::ReadFailed
        | Code::ObjectGone
        | Code::NoHead
        | Code::NameNotAllowed
        | Code::UnexpectedObject
        | Code::ReachNotPossible
        | Code::ManifestDiffers
        | Code::ReadOnly
        | Code::DangerousPort
        | Code::NextLaunchDrops
        | Code::PublicAddress
        | Code::InternalAddress
        | Code::CostsExtra
        | Code::FirstPortChecked
        | Code::PathKept
        | Code::LinkStops
        | Code::GuestLinksEnd
        | Code::SelectorTaken
        | Code::NoPathToKeep
        | Code::WriteRefused
        | Code::WriteOwned
        | Code::WriteContended
        | Code::WriteUnanswered
        | Code::NothingListens
        | Code::NoAnswer
        | Code::NameUnresolved
        | Code::TlsFailed
        | Code::NotHttp
        | Code::ServerError
        | Code::HostRefused
        | Code::PublicWithoutAuth
        | Code::HealthCheckOnDeadPort => Share::Whole,
    }
}

impl Code {
    /// Whether what a finding of this code rests on may be of other namespaces.
    pub fn may_name_others(self) -> bool {
        matches!(share(self), Share::Claim)
    }
}

impl Finding {
    /// Takes away what may rest on other namespaces.
    pub fn keep_discreet(&mut self) {
        // Of an Ingress the step shows the controller’s Service; a load balancer's has none.
        let is_of_controller = self.code == Code::WaitingForAddress && !self.steps.is_empty();
        if is_of_controller || self.code.may_name_others() {
            self.detail.clear();
            self.evidence = None;
            self.steps = vec![Step::advice(ASK)];
        }
    }
}

impl EndpointState {
    fn keep_discreet(&mut self) {
        match self {
            Self::Open | Self::Ready { .. } => {}
            Self::Pending { reason, .. }
            | Self::Attention { reason }
            | Self::Failed { reason }
            | Self::Unknown { reason } => reason.keep_discreet(),
        }
    }
}

impl Cluster {
    /// Takes away what may rest on other namespaces than the cluster's.
    pub fn keep_discreet(&mut self) {
        self.findings.iter_mut().for_each(Finding::keep_discreet);
        for endpoint in &mut self.endpoints {
            endpoint.state.keep_discreet();
            endpoint.warnings.iter_mut().for_each(Finding::keep_discreet);
        }
    }
}

impl ContextStatus {
    /// Takes away all but that it answers or why it does not: the rest is of the context as a whole.
    pub fn keep_discreet(&mut self) {
        let is_about_answers = |it: &Finding| matches!(it.code, Code::Stale | Code::Unreachable);
        self.findings.retain(is_about_answers);
        self.namespace = None;
    }
}

impl Preflight {
    /// Takes away what may rest on other namespaces than the plan's.
    pub fn keep_discreet(&mut self) {
        self.preview.warnings.iter_mut().for_each(Finding::keep_discreet);
        self.obstacles.iter_mut().for_each(Finding::keep_discreet);
    }
}

impl Description {
    /// Takes away what may rest on other namespaces than the endpoint's.
    pub fn keep_discreet(&mut self) {
        self.problems.iter_mut().for_each(Finding::keep_discreet);
        self.chain.keep_discreet();
    }
}

impl Chain {
    fn keep_discreet(&mut self) {
        self.findings_mut().for_each(Finding::keep_discreet);
    }
}

#[cfg(test)]
mod tests {
    use crate::id::{ContextName, Namespace, ObjectKind, ObjectRef};
    use crate::reason::{Reason, Silence};

    fn object(namespace: &str, name: &str) -> ObjectRef {
        let namespace = Namespace::parse(namespace).unwrap();
        ObjectRef { kind: ObjectKind::Service, namespace, name: name.to_owned() }
    }

    fn told(reason: &Reason) -> String {
        let mut finding = reason.finding(&ContextName::in_cluster());
        finding.keep_discreet();
        assert!(!finding.lead.is_empty());
        format!("{finding:?}")
    }

    #[test]
    fn neighbours_and_controllers_are_not_named() {
        let neighbour = Reason::NoLoadBalancerController {
            service: object("ml", "train--skypilot-lb"),
            hopeless: true,
            silence: Silence::NoEvent,
            neighbour: Some(object("secret", "theirs")),
        };
        assert!(!told(&neighbour).contains("secret"));
        let controller = object("secret-ingress", "controller");
        let waits = Reason::WaitingForIngressAddress { controller };
        assert!(!told(&waits).contains("secret"));
    }

    #[test]
    fn what_is_of_the_service_itself_stays() {
        let waits = Reason::WaitingForAddress { evidence: Some("EnsuringLoadBalancer".to_owned()) };
        assert!(told(&waits).contains("EnsuringLoadBalancer"));
    }
}
