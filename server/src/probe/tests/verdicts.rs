//! What each end of a check says of its endpoint.

use skyports_model::{Mode, Timestamp};

use super::super::outcome::{Answer, Outcome, Step};
use super::super::verdict;
use super::endpoint;
use crate::dashboard::testing::cluster;

/// State and code after a check of an endpoint that was opened at 0.
fn after(outcome: &Outcome, mode: Mode, at: i64) -> String {
    let cluster = cluster("prod", "ml", "train", "train-2ea4");
    let mut endpoint = endpoint("http://203.0.113.7:8888/");
    endpoint.id.mode = mode;
    let Some(state) = verdict::state(outcome, &cluster, &endpoint, Timestamp(at)) else {
        return "open".to_owned();
    };
    match state.reason() {
        Some(reason) => format!("{} {}", state.word(), reason.code),
        None => state.word().to_owned(),
    }
}

fn answer(status: u16, is_of_nginx: bool) -> Outcome {
    Outcome::Answered(Answer { status, is_of_nginx, millis: 3, ..Answer::default() })
}

#[test]
fn each_end_has_its_state_and_code() {
    let text = || "x".to_owned();
    for (outcome, expected) in [
        (Outcome::Connected { millis: 1 }, "ready"),
        (Outcome::Refused, "failed nothing_listens"),
        (Outcome::TimedOut(Step::Connect), "failed no_answer"),
        (Outcome::TimedOut(Step::Answer), "failed no_answer"),
        (Outcome::Ended(text()), "failed nothing_listens"),
        (Outcome::TlsFailed(text()), "failed tls_failed"),
        (Outcome::NoSuchName, "failed name_unresolved"),
        (Outcome::NotHttp(text()), "attention not_http"),
        (Outcome::Forbidden("x"), "open"),
        (Outcome::NoWay(text()), "open"),
    ] {
        assert_eq!(after(&outcome, Mode::LoadBalancer, 10_000), expected, "{outcome:?}");
    }
    assert_eq!(after(&Outcome::NoSuchName, Mode::LoadBalancer, 599), "pending name_unresolved");
}

#[test]
fn an_answer_is_the_apps_unless_the_controller_gives_it() {
    for (status, of_nginx, mode, expected) in [
        (200, false, Mode::Ingress, "ready"),
        (302, false, Mode::Ingress, "ready"),
        (401, false, Mode::LoadBalancer, "ready"),
        (403, true, Mode::Ingress, "ready"),
        (404, false, Mode::Ingress, "ready"),
        (404, true, Mode::LoadBalancer, "ready"),
        (404, true, Mode::Ingress, "failed path_not_served"),
        (502, true, Mode::Ingress, "failed nothing_listens"),
        (503, true, Mode::Ingress, "failed nothing_listens"),
        (504, true, Mode::Ingress, "failed nothing_listens"),
        (503, false, Mode::Ingress, "attention server_error"),
        (500, true, Mode::Ingress, "attention server_error"),
        (502, true, Mode::LoadBalancer, "attention server_error"),
    ] {
        let outcome = answer(status, of_nginx);
        assert_eq!(after(&outcome, mode, 0), expected, "{status} {of_nginx} {mode}");
    }
}
