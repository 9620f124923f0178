//! An example of every reason, refusal and caution, and that each code is told whole.

use super::{Reason, Silence};
use crate::caution::{AppNeeds, Audience, Caution};
use crate::code::Code;
use crate::endpoint::Mode;
use crate::failure::{Failure, FailureKind};
use crate::finding::Step;
use crate::id::{ContextName, Namespace, ObjectKind, ObjectRef};
use crate::net::Port;
use crate::outcome::WriteFailure;
use crate::refusal::Refusal;
use crate::share::GuestLink;
use crate::time::Timestamp;
use crate::trouble::Trouble;

/// No version says it: no app that is unknown is probed yet.
const NEVER_SAID: Code = Code::SubpathUnknownApp;

fn text(text: &str) -> String {
    text.to_owned()
}

fn ml() -> Namespace {
    Namespace::parse("ml").unwrap()
}

fn object(kind: ObjectKind) -> ObjectRef {
    ObjectRef { kind, namespace: ml(), name: text("train-2ea4--skypilot-lb") }
}

fn of_balancers() -> Vec<Reason> {
    let service = || object(ObjectKind::Service);
    vec![
        Reason::WaitingForAddress { evidence: Some(text("event EnsuringLoadBalancer")) },
        Reason::NoLoadBalancerController {
            service: service(),
            hopeless: true,
            silence: Silence::NoEvent,
            neighbour: None,
        },
        Reason::LoadBalancerError {
            service: service(),
            has_address: false,
            reason: text("SyncLoadBalancerFailed"),
            message: text("quota"),
        },
        Reason::LoadBalancerUnsupportedHere { service: service() },
        Reason::LoadBalancerDeleting { service: service(), finalizers: text("cleanup") },
        Reason::MultiNodeRouting { nodes: 2, object: service(), repairable: None },
        Reason::WaitingForPod { pod: text("p"), namespace: ml(), evidence: text("Pending") },
        Reason::PodEnded { pod: text("p"), namespace: ml(), evidence: text("Failed") },
    ]
}

fn of_ingresses() -> Vec<Reason> {
    let ingress = || object(ObjectKind::Ingress);
    vec![
        Reason::WaitingForIngressAddress { controller: object(ObjectKind::Service) },
        Reason::NoIngressClass { class: Some(text("nginx")), existing: vec![] },
        Reason::NoIngressController { ingress: ingress(), evidence: text("no address") },
        Reason::IngressPathMissing {
            service: object(ObjectKind::Service),
            ingress: text("train-2ea4-skypilot-ingress"),
            ingress_exists: true,
        },
        Reason::DroppedBySkyPilot {
            object: object(ObjectKind::Service),
            writer: Some((text("OpenAPI-Generator"), Timestamp(1_764_000_000))),
            again: text("skyports open ml/train 8888"),
        },
        Reason::Orphaned { objects: vec![object(ObjectKind::Service), ingress()] },
        Reason::RestrictionDropped { object: object(ObjectKind::Service), writer: None },
        Reason::IngressServiceMissing { ingress: ingress(), service: text("gone") },
        Reason::SubpathBreaksApp {
            app: text("JupyterLab"),
            why: text("It redirects."),
            evidence: text("tried"),
            steps: vec![Step::advice("Use a load balancer")],
        },
        Reason::SubpathNeedsFlag {
            app: text("Gradio"),
            why: text("Its buttons post to the root."),
            evidence: text("tried"),
            flag: text("root_path=/x"),
            steps: vec![],
        },
        Reason::CannotRunHere {
            app: None,
            why: text("Its files are at the root of the host."),
            evidence: text("GET /x/: 302 Found, Location: /lab? leaves /x/"),
            steps: vec![Step::advice("Use a load balancer")],
        },
        Reason::NeedsSetting {
            app: Some(text("Gradio")),
            why: text("Its buttons post to the root."),
            evidence: text("GET /x/config: 200 OK, root is http://203.0.113.7, without /x"),
            steps: vec![Step::command("Start it with", "root_path=/x")],
        },
        Reason::HostRefused {
            app: Some(text("MLflow")),
            host: text("lb.example"),
            evidence: text("GET /x/: 403 Forbidden"),
            steps: vec![Step::advice("Tell it the name")],
        },
    ]
}

fn of_contexts() -> Vec<Reason> {
    let error = || text("connection refused");
    vec![
        Reason::StaleEndpoint { was: "Open", since: Timestamp(0) },
        Reason::StaleContext { since: Timestamp(0), error: error() },
        Reason::Unreachable { error: error() },
        Reason::Forbidden {
            resources: vec![text("pods")],
            namespace: None,
            consequence: "No cluster is shown.",
            error: error(),
        },
        Reason::ReadForbidden {
            verb: "get",
            resource: "services",
            namespace: ml(),
            error: error(),
        },
        Reason::ReadFailed { what: text("the Service"), error: error() },
        Reason::ObjectGone { object: object(ObjectKind::Service) },
        Reason::ContextInvalid { error: error() },
        Reason::UnreadableObject { object: text("Service x"), error: error() },
    ]
}

fn refusals() -> Vec<Refusal> {
    let object = || object(ObjectKind::Service);
    vec![
        Refusal::NoHead { cluster: text("train-2ea4") },
        Refusal::PortTaken {
            port: port(),
            object: object(),
            how: text("sends it to port 9999"),
            advice: "Close it there first",
        },
        Refusal::NameNotAllowed {
            what: "Service’s name",
            name: text("Train_1"),
            rule: "has at most 63 characters",
        },
        Refusal::UnexpectedObject { object: object(), why: text("is of type ClusterIP") },
        Refusal::ReachNotPossible {
            why: "An Ingress reaches everybody.",
            evidence: "one Ingress for all ports",
            advice: "Use a load balancer",
        },
        Refusal::NoPathToKeep,
        Refusal::ReadOnly,
        Refusal::CannotActAs {
            why: text("Kubernetes 1.35 cannot hold impersonation to certain verbs"),
        },
        Refusal::ManifestDiffers { object: object(), why: text("spec.ports") },
    ]
}

fn cautions() -> Vec<Caution> {
    vec![
        Caution::DangerousPort {
            port: port(),
            what: "Ray’s dashboard",
            why: "Whoever reaches it can run programs.",
            cluster: text("train"),
        },
        Caution::NextLaunchDrops {
            object: object(ObjectKind::Service),
            task: text("resources:\n  ports: [8888]"),
        },
        Caution::Reached {
            audience: Audience::Internet { internal_is_possible: true },
            why: text("the provider’s default"),
        },
        Caution::Reached { audience: Audience::OwnNetwork, why: text("its address 10.0.0.7") },
        Caution::CostsExtra {
            provider: text("Google Kubernetes Engine"),
            price: None,
            source: text("read on 2026-09-20"),
        },
        Caution::FirstPortChecked {
            first: port(),
            others: vec![port()],
            source: text("aws.go"),
            config: text("kubernetes: {}"),
        },
        Caution::NoFreeAddress { evidence: text("MetalLB has no pool") },
        Caution::PathShadowed {
            port: port(),
            path: text("/skypilot/ml/c/8888"),
            by: object(ObjectKind::Ingress),
            winner: text("/.*"),
        },
        Caution::PathKept {
            endpoint: crate::testing::an_overview().clusters.remove(0).endpoints.remove(0).id,
            path: text("/skypilot/ml/c/8888/"),
            needs: AppNeeds::Unknown,
        },
        Caution::GuestLinksEnd { links: vec![guest_link()] },
        Caution::LinkStops { ports: vec![port()], mode: Mode::Ingress },
        Caution::SelectorTaken { service: object(ObjectKind::Service), owner: None },
    ]
}

fn failures() -> Vec<WriteFailure> {
    let object = || object(ObjectKind::Ingress);
    vec![
        WriteFailure::Forbidden {
            verb: "create",
            resource: "services",
            namespace: ml(),
            error: text("the API server said no"),
        },
        WriteFailure::Refused { object: object(), error: text("the API server said no") },
        WriteFailure::Owned { object: object(), error: text("the API server said no") },
        WriteFailure::Contended { object: object(), error: text("the API server said no") },
        WriteFailure::Unanswered { object: object(), error: text("the API server said no") },
    ]
}

fn checks_that_failed() -> Vec<Failure> {
    let failure = |kind| Failure {
        kind,
        port: port(),
        cluster: text("train"),
        object: object(ObjectKind::Service),
        host: text("203.0.113.7:8265"),
        evidence: text("GET http://203.0.113.7:8265/: connection refused"),
    };
    [
        FailureKind::NothingListens,
        FailureKind::NoAnswer,
        FailureKind::NameUnresolved,
        FailureKind::TlsFailed,
        FailureKind::NotHttp,
        FailureKind::ServerError,
        FailureKind::PathNotServed,
        FailureKind::HostRefused,
    ]
    .map(failure)
    .into()
}

fn troubles() -> Vec<Trouble> {
    vec![
        Trouble::PublicWithoutAuth {
            app: text("Ray dashboard"),
            login: "Start it with a token",
            port: port(),
            cluster: text("train"),
            evidence: text("GET /api/version: 200; 203.0.113.7 is a public address"),
        },
        Trouble::HealthCheckOnDeadPort {
            port: port(),
            first: Port::new(6006).unwrap(),
            is_known_dead: true,
            came: text("no connection in 2 s"),
            source: text("aws.go"),
            config: text("kubernetes: {}"),
        },
    ]
}

fn port() -> Port {
    Port::new(8265).unwrap()
}

fn guest_link() -> GuestLink {
    GuestLink {
        hash: "0".repeat(64).parse().unwrap(),
        port: port(),
        mode: Mode::LoadBalancer,
        made: Timestamp(0),
        expires: Timestamp(3_600),
        label: text("Ana (review)").into(),
        maker: text("ada"),
    }
}

#[test]
fn every_code_is_told_with_a_message_what_it_rests_on_and_what_to_do() {
    let context = ContextName::parse("prod").unwrap();
    let reasons = [of_balancers(), of_ingresses(), of_contexts()].concat();
    let reasons = reasons.iter().map(|reason| reason.finding(&context));
    let (refusals, cautions, failures) = (refusals(), cautions(), failures());
    let failures = failures.iter().map(|failure| failure.finding(&context));
    let refusals = refusals.iter().map(|refusal| refusal.finding(&context));
    let cautions = cautions.iter().map(|caution| caution.finding(&context));
    let checks = checks_that_failed();
    let checks = checks.iter().map(|failure| failure.finding(&context));
    let troubles = troubles();
    let troubles = troubles.iter().map(Trouble::finding);
    let checks = checks.chain(troubles);
    let findings: Vec<_> =
        reasons.chain(refusals).chain(cautions).chain(failures).chain(checks).collect();
    for finding in &findings {
        assert!(!finding.message().trim().is_empty(), "{finding:?}");
        assert!(!finding.message().contains("  "), "{finding:?}");
    }
    for code in Code::ALL.iter().copied().filter(|code| *code != NEVER_SAID) {
        let whole = findings.iter().any(|finding| {
            finding.code == code
                && finding.evidence.as_ref().is_some_and(|it| !it.is_empty())
                && finding.steps.iter().all(|step| !step.title.is_empty())
                && !finding.steps.is_empty()
        });
        assert!(whole, "{code}");
    }
}
