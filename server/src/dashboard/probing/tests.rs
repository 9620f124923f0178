//! When endpoints are asked, and how long what was learnt holds.

use std::time::Duration;

use skyports_model::verdict::Exchange;
use skyports_model::{
    Cluster, Code, Confidence, EndpointState, ExternalUrl, Mode, ObjectKind, Reason, Route,
    VerdictKind,
};
use tokio::time::Instant;

use super::*;
use crate::dashboard::testing::{cluster, open_port, pending_port};
use crate::probe::outcome::Answer;

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

/// A cluster with that many open ports.
fn world(ports: u16) -> Vec<Cluster> {
    let mut cluster = cluster("prod", "ml", "train", "train-2ea4");
    cluster.endpoints =
        (0..ports).map(|at| open_port(&cluster.id, 8000 + at, &["203.0.113.7"])).collect();
    vec![cluster]
}

fn answered(millis: u32) -> Outcome {
    Outcome::Answered(Answer { status: 200, millis, ..Answer::default() })
}

fn state(probing: &Probing, world: &[Cluster]) -> &'static str {
    let mut world = world.to_vec();
    probing.apply(&mut world);
    world[0].endpoints[0].state.word()
}

fn end(probing: &mut Probing, job: Job, outcome: Outcome) -> bool {
    end_with(probing, job, outcome, None)
}

fn end_with(probing: &mut Probing, job: Job, outcome: Outcome, verdict: Option<Verdict>) -> bool {
    let (trace, look, at) = (Trace::default(), Look::default(), Timestamp(1_000));
    probing
        .take(Ended { job, learnt: Learnt { outcome, trace, look, verdict, is_close: true, at } })
}

#[test]
fn nobody_is_asked_while_nobody_looks() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(3), now, true);
    assert!(probing.due(now + seconds(3600), false).is_empty());
    assert_eq!(probing.next(now, false), None);
    assert_eq!(probing.due(now, true).len(), 3);
}

#[test]
fn at_most_sixteen_are_asked_at_once_and_each_once() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(40), now, true);
    let mut first = probing.due(now, true);
    assert_eq!(first.len(), 16);
    assert!(probing.due(now, true).is_empty());
    assert_eq!(probing.next(now, true), None);
    end(&mut probing, first.remove(0), answered(1));
    let next = probing.due(now, true);
    assert_eq!(next.len(), 1);
    assert!(!first.iter().any(|job| job.id == next[0].id));
}

#[test]
fn who_is_well_is_asked_seldom_and_not_all_at_once() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(11), now, true);
    for job in probing.due(now, true) {
        end(&mut probing, job, answered(1));
    }
    assert!(probing.due(now + seconds(29), true).is_empty());
    assert!(probing.next(now, true).is_some_and(|next| next >= now + seconds(30)));
    let times: Vec<usize> =
        (30..=40).map(|second| probing.due(now + seconds(second), true).len()).collect();
    assert_eq!(times, [1; 11]);
}

#[test]
fn of_many_each_is_asked_more_seldom() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(1_000), now, true);
    assert_eq!(probing.period(), seconds(125));
}

#[test]
fn what_became_open_is_asked_until_it_answers() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    let mut pending = world(1);
    pending[0].endpoints = vec![pending_port(&pending[0].id, 8000)];
    probing.follow(&pending, now, true);
    assert!(probing.due(now, true).is_empty());
    let open = world(1);
    probing.follow(&open, now, false);
    let of_proxy = Answer { status: 404, is_of_nginx: true, ..Answer::default() };
    let outcomes =
        [Outcome::Refused, Outcome::Answered(of_proxy), Outcome::Refused, Outcome::Refused];
    // Soon at first, then every five seconds.
    for (second, outcome) in [0, 1, 3, 7].into_iter().zip(outcomes) {
        let now = now + seconds(second);
        assert_eq!(probing.next(now, false), Some(now));
        let job = probing.due(now, false).remove(0);
        assert!(probing.due(now, false).is_empty());
        end(&mut probing, job, outcome);
        assert!(probing.due(now, false).is_empty());
    }
    assert_eq!(state(&probing, &open), "failed");
    assert!(probing.due(now + seconds(11), false).is_empty());
    let job = probing.due(now + seconds(12), false).remove(0);
    assert!(end(&mut probing, job, answered(1)));
    assert_eq!(state(&probing, &open), "ready");
    assert!(probing.due(now + seconds(60), false).is_empty());
}

#[test]
fn ports_of_a_serve_controller_are_asked_on_demand_alone() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    let mut world = world(2);
    world[0].kind = ClusterKind::ServeController;
    probing.follow(&world, now, false);
    assert!(probing.due(now, true).is_empty());
    probing.wish(&world[0].endpoints[1].id, None);
    assert_eq!(probing.due(now, true).len(), 1);
}

#[test]
fn hope_for_what_became_open_ends() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(1), now, false);
    let job = probing.due(now, false).remove(0);
    end(&mut probing, job, Outcome::Refused);
    assert!(probing.due(now + seconds(121), false).is_empty());
}

#[test]
fn a_wish_is_granted_once_in_five_seconds_and_first() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    let world = world(40);
    probing.follow(&world, now, true);
    let id = world[0].endpoints[39].id.clone();
    probing.wish(&id, None);
    let jobs = probing.due(now, true);
    assert_eq!(jobs[0].id, id);
    for job in jobs {
        end(&mut probing, job, answered(1));
    }
    probing.wish(&id, None);
    probing.wish(&id, None);
    assert!(probing.due(now + seconds(4), false).is_empty());
    assert_eq!(probing.due(now + seconds(5), false).len(), 1);
    assert!(probing.due(now + seconds(60), false).is_empty());
}

#[test]
fn who_waits_is_told_whether_anything_can_be_learnt() {
    for (outcome, expected) in [
        (answered(1), Told::Learnt),
        (Outcome::Refused, Told::Learnt),
        (Outcome::Forbidden("no"), Told::Impossible),
        (Outcome::NoWay(String::new()), Told::Impossible),
    ] {
        let (mut probing, now) = (Probing::default(), Instant::now());
        let world = world(1);
        probing.follow(&world, now, true);
        let (tell, mut told) = oneshot::channel();
        probing.wish(&world[0].endpoints[0].id, Some(tell));
        let job = probing.due(now, false).remove(0);
        end(&mut probing, job, outcome);
        assert_eq!(told.try_recv(), Ok(expected));
        let is_open = state(&probing, &world) == "open";
        assert_eq!(is_open, expected == Told::Impossible);
    }
}

#[test]
fn what_was_learnt_is_dropped_with_the_address_or_the_object() {
    let mut moved = world(1);
    moved[0].endpoints = vec![open_port(&moved[0].id, 8000, &["203.0.113.8"])];
    let mut replaced = world(1);
    replaced[0].endpoints[0].object.kind = ObjectKind::Ingress;
    let mut made_anew = world(1);
    made_anew[0].endpoints[0].opened = Some(Timestamp(5));
    let gone = vec![];
    for (later, is_back) in [(moved, false), (replaced, false), (made_anew, false), (gone, true)] {
        let (mut probing, now) = (Probing::default(), Instant::now());
        probing.follow(&world(1), now, true);
        let job = probing.due(now, true).remove(0);
        let late = job.clone();
        end(&mut probing, job, answered(1));
        assert_eq!(state(&probing, &world(1)), "ready");
        probing.follow(&later, now, false);
        let later = if is_back { world(1) } else { later };
        probing.follow(&later, now, false);
        assert_eq!(state(&probing, &later), "open");
        // Neither does a check count that was on its way then.
        assert!(!end(&mut probing, late, answered(1)));
        assert_eq!(state(&probing, &later), "open");
    }
}

#[test]
fn of_a_silent_context_it_is_known_again_when_it_is_back() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(1), now, true);
    let job = probing.due(now, true).remove(0);
    end(&mut probing, job, answered(1));
    let mut silent = world(1);
    let reason = pending_port(&silent[0].id, 8000).state.reason().unwrap().clone();
    silent[0].endpoints[0].state = EndpointState::Unknown { reason };
    probing.follow(&silent, now, false);
    assert_eq!(state(&probing, &silent), "unknown");
    assert!(probing.due(now + seconds(600), true).is_empty());
    probing.follow(&world(1), now, false);
    assert_eq!(state(&probing, &world(1)), "ready");
}

#[test]
fn the_same_answer_is_no_news() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    probing.follow(&world(1), now, true);
    let job = probing.due(now, true).remove(0);
    assert!(end(&mut probing, job, answered(1)));
    let job = probing.due(now + seconds(60), true).remove(0);
    assert!(!end(&mut probing, job, answered(2)));
    let job = probing.due(now + seconds(120), true).remove(0);
    assert!(end(&mut probing, job, Outcome::Refused));
}

/// A port under a path, whose app is taken for `JupyterLab` by its number.
fn under_a_path() -> Vec<Cluster> {
    let mut world = world(1);
    let cluster = world[0].id.clone();
    let endpoint = &mut world[0].endpoints[0];
    endpoint.id.mode = Mode::Ingress;
    endpoint.route = Route::Stripped;
    endpoint.urls = vec![ExternalUrl::parse("http://203.0.113.7/skypilot/ml/c/8888/").unwrap()];
    let guess = Reason::SubpathBreaksApp {
        app: "JupyterLab".to_owned(),
        why: "It redirects.".to_owned(),
        evidence: "port 8888 alone".to_owned(),
        steps: vec![],
    };
    endpoint.warnings = vec![guess.finding(&cluster.context)];
    world
}

fn verdict(kind: VerdictKind) -> Verdict {
    let exchange = Exchange::fine("GET /skypilot/ml/c/8888/", "302 Found");
    let fault = "Location: /lab? leaves /skypilot/ml/c/8888/";
    let exchanges = vec![if kind.is_fault() { exchange.fault(fault) } else { exchange }];
    let app = skyports_k8s::apps::of_id("jupyter").map(skyports_k8s::apps::Profile::seen);
    Verdict { at: Timestamp(1_000), kind, app, exchanges, requests: 5, millis: 9 }
}

fn other(status: u16) -> Outcome {
    match answered(1) {
        Outcome::Answered(answer) => Outcome::Answered(Answer { status, ..answer }),
        outcome => outcome,
    }
}

#[test]
fn what_an_experiment_found_takes_the_place_of_the_guess() {
    for (kind, state, warnings) in [
        (VerdictKind::Works, "ready", 0),
        (VerdictKind::WorksWithSlash, "ready", 0),
        (VerdictKind::NeedsKeptRoute, "attention", 0),
        (VerdictKind::NeedsOwnHost, "attention", 0),
        // Nobody could look: the guess is all there is.
        (VerdictKind::Unknown, "ready", 1),
    ] {
        let (mut probing, now) = (Probing::default(), Instant::now());
        let mut world = under_a_path();
        probing.follow(&world, now, true);
        let job = probing.due(now, true).remove(0);
        assert!(job.to_experiment_on(&answered(1)).is_some());
        assert!(job.to_experiment_on(&Outcome::Refused).is_none());
        let early = Answer { status: 503, is_of_nginx: true, ..Answer::default() };
        assert!(job.to_experiment_on(&Outcome::Answered(early)).is_none());
        assert!(end_with(&mut probing, job, answered(1), Some(verdict(kind))));
        probing.apply(&mut world);
        let endpoint = &world[0].endpoints[0];
        assert_eq!((endpoint.state.word(), endpoint.warnings.len()), (state, warnings), "{kind:?}");
        assert_eq!(endpoint.app.as_ref().map(|app| app.confidence), Some(Confidence::Seen));
        if let Some(reason) = endpoint.state.reason() {
            assert_eq!(reason.code, Code::SubpathBreaksApp);
            assert!(reason.evidence.as_ref().is_some_and(|it| it.contains("302 Found")));
            assert!(!reason.steps.is_empty());
        }
        let id = &world[0].endpoints[0].id;
        assert_eq!(probing.learnt(id).and_then(|it| it.verdict), Some(verdict(kind)));
    }
}

#[test]
fn an_experiment_is_made_anew_on_demand_or_after_another_answer_and_seldom() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    let world = under_a_path();
    let id = world[0].endpoints[0].id.clone();
    probing.follow(&world, now, true);
    let job = probing.due(now, true).remove(0);
    end_with(&mut probing, job, answered(1), Some(verdict(VerdictKind::NeedsKeptRoute)));
    // The same answer, later: a check alone. What was found stays.
    let job = probing.due(now + seconds(60), true).remove(0);
    assert!(job.to_experiment_on(&answered(7)).is_none());
    assert!(job.to_experiment_on(&other(404)).is_some());
    end(&mut probing, job, answered(7));
    assert!(probing.learnt(&id).is_some_and(|it| it.verdict.is_some()));
    // Whoever wishes it has it made.
    probing.wish(&id, None);
    let job = probing.due(now + seconds(70), true).remove(0);
    assert!(job.to_experiment_on(&answered(7)).is_some());
    // News that only the verdict has is news.
    assert!(end_with(&mut probing, job, answered(7), Some(verdict(VerdictKind::Works))));
    // On what works another answer is no reason for some minutes.
    let job = probing.due(now + seconds(140), true).remove(0);
    assert!(job.to_experiment_on(&other(404)).is_none());
    end(&mut probing, job, other(404));
    let job = probing.due(now + seconds(400), true).remove(0);
    assert!(job.to_experiment_on(&other(404)).is_some());
}

#[test]
fn another_route_is_another_endpoint_for_an_experiment() {
    let (mut probing, now) = (Probing::default(), Instant::now());
    let mut world = under_a_path();
    probing.follow(&world, now, true);
    let job = probing.due(now, true).remove(0);
    end_with(&mut probing, job, answered(1), Some(verdict(VerdictKind::NeedsKeptRoute)));
    world[0].endpoints[0].route = Route::Kept;
    probing.follow(&world, now + seconds(1), false);
    // As what became open it is asked at once, whoever looks.
    let job = probing.due(now + seconds(1), false).remove(0);
    assert!(job.to_experiment_on(&answered(1)).is_some());
}
