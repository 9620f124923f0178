//! What a check means for its endpoint: answered, failed with a cause, or nothing learnt.

use skyports_model::{
    Checked, Cluster, Endpoint, EndpointState, ExternalUrl, Failure, FailureKind, Mode, Timestamp,
};

use super::outcome::{Answer, Outcome, Step};
use super::target::Target;

/// The name of a new load balancer is waited for so long, in seconds.
const NAME_COMES_WITHIN: u64 = 600;

/// The state of an open endpoint after a check that ended at that moment. `None` where nothing was
/// learnt: then it stays open.
pub fn state(
    outcome: &Outcome,
    cluster: &Cluster,
    endpoint: &Endpoint,
    at: Timestamp,
) -> Option<EndpointState> {
    let (kind, came) = match outcome {
        Outcome::Forbidden(_) | Outcome::NoWay(_) => return None,
        Outcome::Connected { millis } => {
            return Some(ready(at, format!("connected in {millis} ms")));
        }
        Outcome::Answered(answer) => match failing(answer, endpoint.mode()) {
            None => return Some(ready(at, answer.told())),
            Some(kind) => (kind, answer.told()),
        },
        Outcome::Refused => (FailureKind::NothingListens, "connection refused".to_owned()),
        Outcome::TimedOut(step) => (FailureKind::NoAnswer, late(*step).to_owned()),
        Outcome::NoSuchName => (FailureKind::NameUnresolved, "the name has no address".to_owned()),
        Outcome::TlsFailed(error) => (FailureKind::TlsFailed, error.clone()),
        Outcome::NotHttp(error) => (FailureKind::NotHttp, error.clone()),
        Outcome::Ended(error) => (
            FailureKind::NothingListens,
            format!("the connection ended without an answer: {error}"),
        ),
    };
    let what = match endpoint.urls.first() {
        Some(url) => format!("GET {url}"),
        None => Target::of(endpoint).map(|target| target.to_string()).unwrap_or_default(),
    };
    let failure = Failure {
        kind,
        port: endpoint.port(),
        cluster: cluster.name.clone(),
        object: endpoint.object.clone(),
        host: endpoint.urls.first().map(ExternalUrl::authority).unwrap_or_default(),
        evidence: format!("{what}: {came}"),
    };
    let reason = failure.finding(&cluster.id.context);
    Some(match kind {
        FailureKind::NotHttp | FailureKind::ServerError | FailureKind::HostRefused => {
            EndpointState::Attention { reason }
        }
        FailureKind::NameUnresolved => match endpoint.opened {
            Some(since) if since.age(at) < NAME_COMES_WITHIN => {
                EndpointState::Pending { since, reason }
            }
            Some(_) | None => EndpointState::Failed { reason },
        },
        FailureKind::NothingListens
        | FailureKind::NoAnswer
        | FailureKind::TlsFailed
        | FailureKind::PathNotServed => EndpointState::Failed { reason },
    })
}

fn ready(at: Timestamp, told: String) -> EndpointState {
    EndpointState::Ready { checked: Checked { at, told } }
}

/// What an answer says of what is behind it; `None` when it is the app's own. A login page is.
fn failing(answer: &Answer, mode: Mode) -> Option<FailureKind> {
    let is_of_controller = answer.is_of_nginx && mode == Mode::Ingress;
    match answer.status {
        _ if answer.refuses_host => Some(FailureKind::HostRefused),
        404 if is_of_controller => Some(FailureKind::PathNotServed),
        502..=504 if is_of_controller => Some(FailureKind::NothingListens),
        500.. => Some(FailureKind::ServerError),
        _ => None,
    }
}

/// What did not come in time.
pub(crate) fn late(step: Step) -> &'static str {
    match step {
        Step::Name => "no answer about the name in 5 s",
        Step::Connect => "no connection in 2 s",
        Step::Answer => "connected, and no answer in 5 s",
    }
}
