//! Each cause at its link, and nothing said of what lies behind it.

use std::collections::{BTreeMap, BTreeSet};

use skyports_k8s::check::{Looked, Surroundings};
use skyports_k8s::describe::Balancer;
use skyports_model::verdict::{Exchange, Verdict, VerdictKind};
use skyports_model::{
    AppGuess, Checked, Code, Confidence, EndpointState, ExternalUrl, Mode, Overview, Port, Reason,
};

use super::*;
use crate::dashboard::testing::{cluster, open_port, overview, pending_port};
use crate::probe::door::{Door, Entry};
use crate::probe::look::{Knock, Look, Spread};
use crate::probe::outcome::{Answer, Outcome, Step};
use crate::probe::trace::Trace;

/// One endpoint, and what is known of it.
struct Case {
    cluster: Cluster,
    endpoint: Endpoint,
    others: Vec<Endpoint>,
    learnt: Option<Learnt>,
    balancer: Option<Balancer>,
    surroundings: Option<Surroundings>,
    verdict: Option<Verdict>,
}

fn case() -> Case {
    let cluster = cluster("prod", "ml", "train", "train-2ea4");
    let mut endpoint = open_port(&cluster.id, 8888, &["203.0.113.7"]);
    endpoint.app = Some(AppGuess {
        id: "jupyter".to_owned(),
        name: "JupyterLab".to_owned(),
        tile: "Ju".to_owned(),
        confidence: Confidence::Guess,
    });
    let (others, learnt, balancer, surroundings, verdict) = (vec![], None, None, None, None);
    Case { cluster, endpoint, others, learnt, balancer, surroundings, verdict }
}

impl Case {
    fn after(mut self, outcome: Outcome) -> Self {
        let connect = !matches!(
            outcome,
            Outcome::Refused | Outcome::TimedOut(Step::Connect | Step::Name) | Outcome::NoSuchName
        );
        let answer = outcome.has_answered().then_some(3);
        let is_asked = !matches!(outcome, Outcome::Forbidden(_));
        let trace = Trace {
            connect: (connect && is_asked).then_some(2),
            answer,
            addresses: vec!["203.0.113.7".parse().unwrap()],
            ..Trace::default()
        };
        self.learnt = Some(Learnt {
            outcome,
            trace,
            look: Look::default(),
            verdict: None,
            is_close: true,
            at: Timestamp(900),
        });
        self
    }

    fn seeing(mut self, look: Look) -> Self {
        if let Some(learnt) = &mut self.learnt {
            learnt.look = look;
        }
        self
    }

    fn chain(&self) -> Chain {
        let mut cluster = self.cluster.clone();
        cluster.endpoints = self.others.iter().chain([&self.endpoint]).cloned().collect();
        let overview: Overview = overview(vec![cluster]);
        chain(&Known {
            overview: &overview,
            cluster: &self.cluster,
            endpoint: &self.endpoint,
            events: &[],
            balancer: self.balancer.as_ref(),
            surroundings: self.surroundings.as_ref(),
            learnt: self.learnt.as_ref(),
            verdict: self.verdict.as_ref(),
            now: Timestamp(1_000),
        })
    }

    /// The chain in a line, and the code of its first trouble.
    fn told(&self) -> (String, Option<Code>) {
        let chain = self.chain();
        let words: Vec<&str> = chain.links().iter().map(|link| link.result.as_str()).collect();
        let finding = chain.first_trouble().and_then(|link| link.finding.as_ref());
        (words.join(" "), finding.map(|finding| finding.code))
    }
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered(Answer { status, millis: 5, ..Answer::default() })
}

fn knocked(entry: Entry) -> Look {
    let door = Door::of("jupyter").unwrap();
    Look { knock: Some(Knock { door, entry, told: "GET /lab: 200".to_owned() }), spread: None }
}

#[test]
fn what_nobody_has_asked_is_not_ticked_off() {
    let told = case().told();
    assert_eq!(
        told.0,
        "pass pass pass not_checked not_checked not_checked not_checked not_checked"
    );
    assert_eq!(told.1, None);
}

#[test]
fn each_reason_of_an_object_stands_at_its_link() {
    let mut case = case().after(answered(200));
    case.endpoint = pending_port(&case.cluster.id, 8888);
    let service = case.endpoint.object.clone();
    let reasons = [
        (Reason::WaitingForAddress { evidence: None }, "pass wait", "pending"),
        (
            Reason::WaitingForAddress { evidence: Some("event".to_owned()) },
            "pass pass wait",
            "pending",
        ),
        (
            Reason::LoadBalancerUnsupportedHere { service: service.clone() },
            "pass fail",
            "attention",
        ),
        (Reason::StaleEndpoint { was: "Open", since: Timestamp(0) }, "fail", "unknown"),
        (Reason::LoadBalancerDeleting { service, finalizers: "x".to_owned() }, "wait", "pending"),
    ];
    for (reason, expected, state) in reasons {
        let reason = reason.finding(&case.cluster.id.context);
        let code = reason.code;
        case.endpoint.state = match state {
            "pending" => EndpointState::Pending { since: Timestamp(0), reason },
            "unknown" => EndpointState::Unknown { reason },
            _ => EndpointState::Attention { reason },
        };
        let (links, found) = case.told();
        let rest = " not_checked".repeat(8 - expected.split(' ').count());
        assert_eq!((links, found), (format!("{expected}{rest}"), Some(code)), "{code}");
    }
}

#[test]
fn each_end_of_a_check_stands_at_its_link() {
    let x = || "x".to_owned();
    let of_nginx =
        |status| Outcome::Answered(Answer { status, is_of_nginx: true, ..Answer::default() });
    for (outcome, mode, expected, code) in [
        (Outcome::Refused, Mode::LoadBalancer, "not_needed fail", Code::NothingListens),
        (Outcome::TimedOut(Step::Connect), Mode::LoadBalancer, "not_needed fail", Code::NoAnswer),
        (
            Outcome::TimedOut(Step::Answer),
            Mode::LoadBalancer,
            "not_needed pass not_needed fail",
            Code::NoAnswer,
        ),
        (
            Outcome::Ended(x()),
            Mode::LoadBalancer,
            "not_needed pass not_needed fail",
            Code::NothingListens,
        ),
        (
            Outcome::NotHttp(x()),
            Mode::LoadBalancer,
            "not_needed pass not_needed fail",
            Code::NotHttp,
        ),
        (Outcome::TlsFailed(x()), Mode::LoadBalancer, "not_needed pass fail", Code::TlsFailed),
        (of_nginx(404), Mode::Ingress, "not_needed pass not_needed fail", Code::PathNotServed),
        (of_nginx(502), Mode::Ingress, "not_needed pass not_needed fail", Code::NothingListens),
        (
            answered(500),
            Mode::LoadBalancer,
            "not_needed pass not_needed pass fail",
            Code::ServerError,
        ),
    ] {
        let mut case = case().after(outcome.clone());
        case.endpoint.id.mode = mode;
        let (links, found) = case.told();
        let expected = format!("pass pass pass {expected}");
        let rest = " not_checked".repeat(8 - expected.split(' ').count());
        assert_eq!((links, found), (format!("{expected}{rest}"), Some(code)), "{outcome:?}");
    }
}

#[test]
fn a_name_is_looked_up_before_anything_else() {
    let mut case = case().after(Outcome::NoSuchName);
    case.endpoint.urls = vec![ExternalUrl::parse("https://lb.example/").unwrap()];
    assert_eq!(case.told().0.split(' ').nth(3), Some("fail"));
    let mut case = case.after(answered(200));
    let trace = &mut case.learnt.as_mut().unwrap().trace;
    (trace.name, trace.tls) = (Some(7), Some(4));
    assert_eq!(case.told().0, "pass pass pass pass pass pass pass pass");
    assert_eq!(case.chain().millis, Some(2 + 3 + 7 + 4));
}

#[test]
fn what_may_not_be_asked_from_here_is_not_checked() {
    let case = case().after(Outcome::Forbidden("that is this machine"));
    assert_eq!(case.told(), (format!("pass pass pass{}", " not_checked".repeat(5)), None));
    let chain = case.chain();
    assert_eq!(chain.links()[3].told, "not asked from here: that is this machine");
}

#[test]
fn a_refused_host_and_a_login_are_the_apps() {
    let refused = Answer { status: 403, refuses_host: true, ..Answer::default() };
    let case_refused = case().after(Outcome::Answered(refused));
    assert_eq!(case_refused.told().1, Some(Code::HostRefused));
    assert!(
        case_refused.chain().links()[7].finding.as_ref().unwrap().steps[0]
            .command
            .as_ref()
            .unwrap()
            .ends_with("--allowed-hosts 203.0.113.7:8888")
    );
    let login = case().after(answered(302)).seeing(knocked(Entry::WithLogin));
    assert_eq!(login.told().1, None);
    assert_eq!(login.chain().links()[7].told, "JupyterLab answers, asks for a login");
}

#[test]
fn who_lets_anybody_in_is_told_where_the_address_is_public() {
    let open = case().after(answered(302)).seeing(knocked(Entry::Anybody));
    let (links, code) = open.told();
    assert!(links.ends_with("pass warn"), "{links}");
    assert_eq!(code, Some(Code::PublicWithoutAuth));
    let mut private = open;
    private.learnt.as_mut().unwrap().trace.addresses = vec!["10.0.0.7".parse().unwrap()];
    assert_eq!(private.told().1, None);
    assert!(private.chain().links()[7].told.contains("without a login"));
}

#[test]
fn connections_that_find_nobody_are_told_with_the_routing() {
    let spread = |failed| Look { spread: Some(Spread { tried: 8, failed }), knock: None };
    let mut case = case().after(answered(200));
    let routing = Reason::MultiNodeRouting {
        nodes: 8,
        object: case.endpoint.object.clone(),
        repairable: None,
    };
    case.endpoint.warnings = vec![routing.finding(&case.cluster.id.context)];
    // All fare alike.
    let case = case.seeing(spread(0));
    assert_eq!(case.told().1, None);
    let case = case.seeing(spread(5));
    let chain = case.chain();
    let link = chain.first_trouble().unwrap();
    assert_eq!((link.kind, link.result), (LinkKind::Tcp, LinkResult::Warn));
    let finding = link.finding.as_ref().unwrap();
    assert_eq!(finding.code, Code::MultiNodeRouting);
    assert!(finding.evidence.as_ref().unwrap().starts_with("5 of 8 requests found nobody"));
    // The check itself had no luck, others had.
    let case = case.after(Outcome::Refused).seeing(spread(7));
    assert_eq!(case.told().1, Some(Code::MultiNodeRouting));
    let case = case.seeing(spread(8));
    assert_eq!(case.told().1, Some(Code::NothingListens));
}

#[test]
fn a_balancer_that_asks_a_dead_port_is_the_cause() {
    let mut case = case().after(Outcome::TimedOut(Step::Connect));
    let port = |number| Port::new(number).unwrap();
    let mut facts = crate::cluster::check::nothing("not asked");
    facts.version = Looked::Seen("v1.33.5-eks-113cf36".to_owned());
    (facts.groups, facts.classes) = (Looked::Seen(BTreeSet::new()), Looked::Seen(vec![]));
    case.surroundings = Some(Surroundings::of(&facts));
    let balancer = |ports: Vec<Port>| Some(Balancer { ports, annotations: BTreeMap::new() });
    // It is asked itself.
    case.balancer = balancer(vec![port(8888), port(6006)]);
    assert_eq!(case.told().1, Some(Code::NoAnswer));
    case.balancer = balancer(vec![port(6006), port(8888)]);
    assert_eq!(case.told().1, Some(Code::HealthCheckOnDeadPort));
    // The first port answers, so that is not it.
    let mut first = open_port(&case.cluster.id, 6006, &["203.0.113.7"]);
    let checked = Checked { at: Timestamp(0), told: String::new() };
    first.state = EndpointState::Ready { checked };
    case.others = vec![first];
    assert_eq!(case.told().1, Some(Code::NoAnswer));
}

#[test]
fn an_experiment_is_told_with_what_was_asked_and_answered() {
    let mut case = case().after(answered(302));
    let exchange = Exchange::fine("GET /x/", "302 Found").fault("Location: /lab? leaves /x/");
    case.verdict = Some(Verdict {
        at: Timestamp(900),
        kind: VerdictKind::NeedsKeptRoute,
        app: None,
        exchanges: vec![exchange.clone()],
        requests: 3,
        millis: 40,
    });
    let reason = Reason::SubpathBreaksApp {
        app: "JupyterLab".to_owned(),
        why: "It redirects.".to_owned(),
        evidence: exchange.to_string(),
        steps: vec![],
    };
    let reason = reason.finding(&case.cluster.id.context);
    case.endpoint.state = EndpointState::Attention { reason };
    let chain = case.chain();
    let link = chain.first_trouble().unwrap();
    assert_eq!((link.kind, link.result), (LinkKind::App, LinkResult::Fail));
    assert_eq!(link.exchanges, [exchange]);
    assert_eq!(link.told, "JupyterLab: needs a route that keeps the path");
}
