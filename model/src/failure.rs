//! What stands in the way of an endpoint that was asked: how a check failed, for people.

use crate::code::Code;
use crate::copies::is_cluster_name;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, ObjectRef};
use crate::kubectl::Kubectl;
use crate::net::Port;
use crate::shell::shell_word;

/// Why a check of an endpoint did not get the app's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// The port that the app should listen on.
    pub port: Port,
    /// The cluster's display name, by which `ssh` knows it.
    pub cluster: String,
    /// The object that exposes the port.
    pub object: ObjectRef,
    /// The host that was asked, as its URL names it.
    pub host: String,
    /// What was asked and what came of it.
    pub evidence: String,
}

/// What happened when an endpoint was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The connection was refused or ended without an answer, or an ingress controller says that its backend is missing.
    NothingListens,
    /// Nobody answered in time.
    NoAnswer,
    /// The host's name has no address.
    NameUnresolved,
    /// No TLS could be had where the URL says `https`.
    TlsFailed,
    /// Something answers, and it does not speak HTTP.
    NotHttp,
    /// The app answers with an error of its own.
    ServerError,
    /// The ingress controller answers 404 itself.
    PathNotServed,
    /// The app refuses to be asked by that host name.
    HostRefused,
}

impl FailureKind {
    /// The code.
    pub fn code(self) -> Code {
        match self {
            Self::NothingListens => Code::NothingListens,
            Self::NoAnswer => Code::NoAnswer,
            Self::NameUnresolved => Code::NameUnresolved,
            Self::TlsFailed => Code::TlsFailed,
            Self::NotHttp => Code::NotHttp,
            Self::ServerError => Code::ServerError,
            Self::PathNotServed => Code::PathNotServed,
            Self::HostRefused => Code::HostRefused,
        }
    }
}

impl Failure {
    /// The failure as it is told of something in `context`.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let Self { kind, port, cluster, object, host, evidence } = self;
        let (lead, detail) = sentences(*kind, *port);
        let kubectl = Kubectl::of(context);
        let look = || Step::command("See the object and its events", kubectl.describe(object));
        let steps = match kind {
            FailureKind::NothingListens => {
                let start = "Start the app, or bind it to 0.0.0.0: what listens on 127.0.0.1 alone is not reached";
                vec![Step::advice(start), listening(cluster)]
            }
            FailureKind::NoAnswer => {
                vec![Step::advice("Look for a firewall or a source range that drops you"), look()]
            }
            FailureKind::NameUnresolved | FailureKind::PathNotServed => vec![look()],
            FailureKind::TlsFailed => {
                vec![Step::advice("See whether the app speaks plain HTTP on this port"), look()]
            }
            FailureKind::NotHttp => vec![Step::advice("Use a client of the app’s own protocol")],
            FailureKind::ServerError => {
                vec![Step::advice("See what the app logs"), listening(cluster)]
            }
            FailureKind::HostRefused => vec![
                Step::command("Start MLflow so that it answers to it", allowing(host)),
                Step::advice(format!(
                    "Of another app, allow {host}: Vite calls it `server.allowedHosts`, Django `ALLOWED_HOSTS`"
                )),
            ],
        };
        Finding { code: kind.code(), lead, detail, evidence: Some(evidence.clone()), steps }
    }
}

fn sentences(kind: FailureKind, port: Port) -> (String, String) {
    let (lead, detail) = match kind {
        FailureKind::NothingListens => (
            format!("Nothing answers on port {port}."),
            "The app is not started, or not bound to 0.0.0.0.",
        ),
        FailureKind::NoAnswer => (
            "No answer.".to_owned(),
            "A firewall or source range may drop it, or the app is stuck.",
        ),
        FailureKind::NameUnresolved => (
            "Its name has no address yet.".to_owned(),
            "A new load balancer’s name takes some minutes to be known everywhere.",
        ),
        FailureKind::TlsFailed => {
            ("TLS fails.".to_owned(), "The URL says https, and what answers does not.")
        }
        FailureKind::NotHttp => (
            format!("What answers on port {port} does not speak HTTP."),
            "A browser cannot open it.",
        ),
        FailureKind::ServerError => {
            ("The app answers with an error.".to_owned(), "It may still be loading.")
        }
        FailureKind::HostRefused => (
            "The app refuses this host name.".to_owned(),
            "It answers to the names that it was told, and to its own machine.",
        ),
        FailureKind::PathNotServed => (
            "The ingress controller does not serve this path.".to_owned(),
            "After a change it takes some seconds; then the Ingress was not taken.",
        ),
    };
    (lead, detail.to_owned())
}

/// How `MLflow` 3.5 and later is told the names that it answers to.
fn allowing(host: &str) -> String {
    format!("mlflow server --host 0.0.0.0 --allowed-hosts {}", shell_word(host))
}

/// A name that SkyPilot would not have taken is no host of ssh.
fn listening(cluster: &str) -> Step {
    if is_cluster_name(cluster) {
        Step::command("See what listens on the head", format!("ssh {cluster} ss -ltn"))
    } else {
        Step::advice("See what listens on the head with `ss -ltn`")
    }
}
