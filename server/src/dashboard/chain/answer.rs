//! The links that a check tells of: name, connection, TLS, answer.

use http::StatusCode;
use skyports_k8s::check::FirstPort;
use skyports_model::{Code, EndpointState, Finding, Link, LinkKind, LinkResult, Mode, Trouble};

use super::{Known, broken};
use crate::dashboard::probing::Learnt;
use crate::probe::look::Spread;
use crate::probe::outcome::{Answer, Outcome, Step};
use crate::probe::target::Target;
use crate::probe::verdict;

/// The links up to the first that does not hold.
pub(super) fn links(known: &Known<'_>, learnt: &Learnt) -> Vec<Link> {
    let Some(target) = Target::of(known.endpoint) else { return vec![] };
    let seen = Seen { known, learnt, target };
    let stop = seen.stop();
    let passed = [seen.dns(), seen.tcp(), seen.tls(), seen.http()].into_iter().flatten();
    let is_before = |link: &Link| stop.as_ref().is_none_or(|stop| link.kind < stop.kind);
    passed.filter(is_before).chain(stop.clone()).collect()
}

/// How long the check took, as far as its steps were measured.
pub(super) fn millis(learnt: &Learnt) -> Option<u32> {
    let trace = &learnt.trace;
    let steps = [trace.name, trace.connect, trace.tls, trace.answer];
    steps.into_iter().flatten().reduce(u32::saturating_add)
}

/// A check with what was asked.
struct Seen<'a> {
    known: &'a Known<'a>,
    learnt: &'a Learnt,
    target: Target,
}

impl Seen<'_> {
    /// The link at which the check ended; none where the app itself answered.
    fn stop(&self) -> Option<Link> {
        let Self { known, learnt, target } = self;
        let outcome = &learnt.outcome;
        if let Outcome::Forbidden(_) | Outcome::NoWay(_) = outcome {
            return None;
        }
        let state = verdict::state(outcome, known.cluster, known.endpoint, learnt.at)?;
        let reason = state.reason()?.clone();
        let trace = &learnt.trace;
        let kind = match outcome {
            Outcome::NoSuchName | Outcome::TimedOut(Step::Name) => LinkKind::Dns,
            Outcome::TlsFailed(_) => LinkKind::Tls,
            Outcome::TimedOut(Step::Answer) if target.is_tls() && trace.tls.is_none() => {
                LinkKind::Tls
            }
            Outcome::Refused | Outcome::TimedOut(Step::Connect) => LinkKind::Tcp,
            Outcome::Ended(_) if trace.connect.is_none() => LinkKind::Tcp,
            // What the app itself answers is the app's.
            Outcome::Answered(_)
                if matches!(reason.code, Code::ServerError | Code::HostRefused) =>
            {
                return None;
            }
            _ => LinkKind::Http,
        };
        let result = match state {
            EndpointState::Pending { .. } => LinkResult::Wait,
            _ => LinkResult::Fail,
        };
        let told = ended(outcome);
        Some(broken(kind, result, told, self.cause(reason)).taking(None))
    }

    /// Why nothing answered, where more is known than that.
    fn cause(&self, reason: Finding) -> Finding {
        let is_silence = matches!(reason.code, Code::NothingListens | Code::NoAnswer);
        let spread = || self.spread().filter(|spread| spread.failed < spread.tried);
        if !is_silence {
            return reason;
        }
        self.dead_first_port(&reason).or_else(|| self.uneven(spread()?)).unwrap_or(reason)
    }

    /// The load balancer asks another port, on which nothing may listen.
    fn dead_first_port(&self, reason: &Finding) -> Option<Finding> {
        let Known { endpoint, overview, surroundings, balancer, .. } = *self.known;
        let balancer = balancer.filter(|_| endpoint.mode() == Mode::LoadBalancer)?;
        let context = &endpoint.id.cluster.context;
        let asked = surroundings?.first_port(context, &balancer.ports, &balancer.annotations)?;
        let FirstPort { first, source, config } = asked;
        let mut others = overview.endpoints().map(|(_, other)| other);
        let other = others.find(|it| it.object == endpoint.object && it.port() == first);
        let state = other.map(|other| &other.state);
        if first == endpoint.port() || matches!(state, Some(EndpointState::Ready { .. })) {
            return None;
        }
        let is_known_dead = matches!(state, Some(EndpointState::Failed { .. }));
        let came = reason.evidence.clone().unwrap_or_default();
        let port = endpoint.port();
        let trouble =
            Trouble::HealthCheckOnDeadPort { port, first, is_known_dead, came, source, config };
        Some(trouble.finding())
    }

    fn spread(&self) -> Option<Spread> {
        self.learnt.look.spread.filter(|spread| spread.failed > 0)
    }

    /// Some connections find nobody: what was said of the routing is so.
    fn uneven(&self, Spread { tried, failed }: Spread) -> Option<Finding> {
        let mut warnings = self.known.endpoint.warnings.iter();
        let warning = warnings.find(|warning| warning.code == Code::MultiNodeRouting)?;
        let evidence = format!(
            "{failed} of {tried} requests found nobody; {}",
            warning.evidence.as_deref().unwrap_or_default()
        );
        Some(Finding { evidence: Some(evidence), ..warning.clone() })
    }

    fn dns(&self) -> Option<Link> {
        let trace = &self.learnt.trace;
        let why = match &self.learnt.outcome {
            Outcome::Forbidden(why) => Some((*why).to_owned()),
            Outcome::NoWay(why) => Some(why.clone()),
            _ => None,
        };
        if let Some(why) = why {
            let told = format!("not asked from here: {why}");
            return Some(Link::new(LinkKind::Dns, LinkResult::NotChecked, told));
        }
        if trace.name.is_none() {
            let told = "not needed: a plain address";
            return Some(Link::new(LinkKind::Dns, LinkResult::NotNeeded, told));
        }
        let first = trace.addresses.first()?;
        let told = match trace.addresses.len() {
            1 => first.to_string(),
            several => format!("{several} addresses, {first} first"),
        };
        Some(Link::new(LinkKind::Dns, LinkResult::Pass, told).taking(trace.name))
    }

    fn tcp(&self) -> Option<Link> {
        let millis = Some(self.learnt.trace.connect?);
        let port = self.target.port();
        if self.known.endpoint.mode() == Mode::LoadBalancer
            && let Some(spread) = self.spread()
            && let Some(finding) = self.uneven(spread)
        {
            let told = format!("{} of {} connections find nobody", spread.failed, spread.tried);
            return Some(broken(LinkKind::Tcp, LinkResult::Warn, told, finding).taking(millis));
        }
        let told = format!("port {port} takes connections from here");
        Some(Link::new(LinkKind::Tcp, LinkResult::Pass, told).taking(millis))
    }

    fn tls(&self) -> Option<Link> {
        let trace = &self.learnt.trace;
        trace.connect?;
        if !self.target.is_tls() {
            let told = "not needed: nothing is encrypted";
            return Some(Link::new(LinkKind::Tls, LinkResult::NotNeeded, told));
        }
        let told = "its certificate was not looked at";
        Some(Link::new(LinkKind::Tls, LinkResult::Pass, told).taking(Some(trace.tls?)))
    }

    fn http(&self) -> Option<Link> {
        let answer = match &self.learnt.outcome {
            Outcome::Answered(answer) => answer,
            Outcome::Connected { .. } => {
                let told = "not needed: this port does not speak it";
                return Some(Link::new(LinkKind::Http, LinkResult::NotNeeded, told));
            }
            _ => return None,
        };
        let millis = self.learnt.trace.answer;
        if self.known.endpoint.mode() == Mode::Ingress
            && let Some(spread) = self.spread()
            && let Some(finding) = self.uneven(spread)
        {
            let told = format!("{} of {} requests find nobody", spread.failed, spread.tried);
            return Some(broken(LinkKind::Http, LinkResult::Warn, told, finding).taking(millis));
        }
        Some(Link::new(LinkKind::Http, LinkResult::Pass, status(answer)).taking(millis))
    }
}

/// `302 Found, to /lab?`.
fn status(answer: &Answer) -> String {
    let code = StatusCode::from_u16(answer.status).ok();
    let words = code.and_then(|code| code.canonical_reason()).unwrap_or_default();
    let location = answer.location.as_ref().map(|location| format!(", to {location}"));
    let status = format!("{} {words}", answer.status);
    format!("{}{}", status.trim_end(), location.unwrap_or_default())
}

/// How a check ended that did not get the app's answer.
fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused => "connection refused".to_owned(),
        Outcome::TimedOut(step) => verdict::late(*step).to_owned(),
        Outcome::NoSuchName => "the name has no address".to_owned(),
        Outcome::TlsFailed(_) => "the handshake fails".to_owned(),
        Outcome::NotHttp(_) => "what answers does not speak HTTP".to_owned(),
        Outcome::Ended(_) => "the connection ended without an answer".to_owned(),
        Outcome::Answered(answer) => format!("{} from the ingress controller", status(answer)),
        Outcome::Connected { .. } | Outcome::Forbidden(_) | Outcome::NoWay(_) => String::new(),
    }
}
