//! Asks an endpoint of the overview whether it answers: a name looked up once, a connection to an
//! address that was looked at, one GET.
//!
//! Who may write a Service's status names the host that is asked, so the rules come first
//! ([`rules`]); what comes back is facts about an answer, never its text. Knows no Kubernetes and
//! no overview: when and how often is asked is `dashboard`'s.

mod ask;
mod connect;
pub mod door;
pub mod experiment;
pub mod look;
pub mod outcome;
pub mod resolve;
pub mod rules;
pub mod target;
mod tls;
pub mod trace;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use skyports_model::Host;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use self::outcome::{Outcome, Step};
use self::resolve::Resolve;
use self::rules::Rules;
use self::target::Target;
use self::tls::Tls;
use self::trace::Trace;

/// A check ends by then, whatever the other side does.
const TOTAL: Duration = Duration::from_secs(5);
/// Connections that may fail before a check does: requests are spread over all nodes of a cluster,
/// and the app often runs on the head alone.
const TRIES: usize = 3;

/// What checks targets. Clones are the same.
#[derive(Clone)]
pub struct Prober {
    rules: Arc<Rules>,
    resolver: Arc<dyn Resolve>,
    tls: Tls,
}

impl Prober {
    /// Checks by these rules; names are looked up by `resolver`.
    pub fn new(rules: Rules, resolver: Arc<dyn Resolve>) -> Self {
        Self { rules: Arc::new(rules), resolver, tls: Tls::unverified() }
    }

    /// One check, within 5 s.
    pub async fn check(&self, target: &Target) -> Outcome {
        self.traced(target).await.0
    }

    /// One check, within 5 s, and how long its steps took.
    pub async fn traced(&self, target: &Target) -> (Outcome, Trace) {
        let mut trace = Trace::default();
        let outcome = self.run(target, &mut trace).await;
        (outcome, trace)
    }

    async fn run(&self, target: &Target, trace: &mut Trace) -> Outcome {
        let started = Instant::now();
        let deadline = started + TOTAL;
        let addresses = match timeout_at(deadline, self.addresses(target)).await {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(outcome)) => return outcome,
            Err(_) => return Outcome::TimedOut(Step::Name),
        };
        trace.found(target, &addresses, started.elapsed());
        let mut outcome = self.once(&addresses, target, deadline, trace).await;
        for _ in 1..TRIES {
            if !outcome.is_no_answer() {
                break;
            }
            match self.once(&addresses, target, deadline, trace).await {
                // Nothing better than the first time.
                Outcome::Refused | Outcome::Ended(_) | Outcome::TimedOut(_) => {}
                other => outcome = other,
            }
        }
        outcome
    }

    /// One connection, and one question over it.
    async fn once(
        &self,
        addresses: &[SocketAddr],
        target: &Target,
        deadline: Instant,
        trace: &mut Trace,
    ) -> Outcome {
        trace.begin();
        let started = Instant::now();
        let outcome = match timeout_at(deadline, connect::first(addresses)).await {
            Ok(Ok(stream)) => {
                trace.connect = Some(outcome::millis(started.elapsed()));
                let talk = self.talk(stream, target, started, trace);
                timeout_at(deadline, talk).await.unwrap_or(Outcome::TimedOut(Step::Answer))
            }
            Ok(Err(outcome)) => outcome,
            Err(_) => Outcome::TimedOut(Step::Connect),
        };
        trace.end(&outcome);
        outcome
    }

    /// The addresses to connect to. One that may not be asked forbids them all: a name that leads
    /// both here and there is no accident.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Outcome> {
        let ips = match target.host().ip() {
            Some(ip) => vec![ip],
            None => match self.resolver.resolve(target.host().to_string()).await {
                Ok(ips) => ips,
                Err(error) => return Err(resolve::failed(&error)),
            },
        };
        if ips.is_empty() {
            return Err(Outcome::NoSuchName);
        }
        let addresses: Vec<SocketAddr> =
            ips.into_iter().map(|ip| SocketAddr::new(ip, target.port())).collect();
        for address in &addresses {
            if let Some(why) = self.rules.forbid(*address, target.is_of_this_machine()) {
                return Err(Outcome::Forbidden(why));
            }
        }
        match self.is_a_server(target, &addresses).await {
            Some(why) => Err(Outcome::Forbidden(why)),
            None => Ok(addresses),
        }
    }

    /// Whether it is an API server after all, whose own name is looked up for that alone.
    async fn is_a_server(&self, target: &Target, addresses: &[SocketAddr]) -> Option<&'static str> {
        for host in self.rules.servers_at(target.port()) {
            let ips = match host.ip() {
                Some(ip) => vec![ip],
                None => self.resolver.resolve(Host::to_string(host)).await.unwrap_or_default(),
            };
            let is_same = host == target.host()
                || addresses.iter().any(|it| ips.contains(&rules::plain(it.ip())));
            if is_same {
                return Some(rules::API_SERVER);
            }
        }
        None
    }

    async fn talk(
        &self,
        stream: TcpStream,
        target: &Target,
        started: Instant,
        trace: &mut Trace,
    ) -> Outcome {
        match target.request() {
            None => Outcome::Connected { millis: outcome::millis(started.elapsed()) },
            Some(request) if request.is_tls => {
                let begun = Instant::now();
                match self.tls.wrap(stream, target.host()).await {
                    Ok(stream) => {
                        trace.tls = Some(outcome::millis(begun.elapsed()));
                        ask::get(stream, request, started).await
                    }
                    Err(error) => Outcome::TlsFailed(outcome::told(&error)),
                }
            }
            Some(request) => ask::get(stream, request, started).await,
        }
    }
}

impl std::fmt::Debug for Prober {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prober").field("rules", &self.rules).finish_non_exhaustive()
    }
}
