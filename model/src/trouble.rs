//! What a closer look at one endpoint finds beside its answer: who may use it without a login, and
//! a load balancer that looks at the wrong port.

use crate::code::Code;
use crate::copies::{is_cluster_name, local_port};
use crate::finding::{Finding, Step};
use crate::net::Port;

/// Something that a person should know of an endpoint that was looked at closely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Whoever is on the internet runs programs there. Restrict it, or give it a login.
    PublicWithoutAuth {
        /// The app's name.
        app: String,
        /// How it is given a login.
        login: &'static str,
        /// The port.
        port: Port,
        /// The cluster's display name, by which `ssh` knows it.
        cluster: String,
        /// What was asked and answered, and what says that the address is public.
        evidence: String,
    },
    /// A classic load balancer asks its first port alone, and nothing listens there.
    HealthCheckOnDeadPort {
        /// The port that does not answer.
        port: Port,
        /// The port that the load balancer asks.
        first: Port,
        /// Whether that one is known not to answer.
        is_known_dead: bool,
        /// What was asked and answered.
        came: String,
        /// Where and when it was read how the load balancer asks.
        source: String,
        /// What of SkyPilot's config ends that.
        config: String,
    },
}

impl Trouble {
    /// The code.
    pub fn code(&self) -> Code {
        match self {
            Self::PublicWithoutAuth { .. } => Code::PublicWithoutAuth,
            Self::HealthCheckOnDeadPort { .. } => Code::HealthCheckOnDeadPort,
        }
    }

    /// The trouble as it is told.
    pub fn finding(&self) -> Finding {
        let (lead, detail, evidence, steps) = match self {
            Self::PublicWithoutAuth { app, login, port, cluster, evidence } => (
                "Whoever reaches it can run code here.".to_owned(),
                format!("The address is public, and {app} answers without a password."),
                evidence.clone(),
                vec![
                    Step::advice(
                        "Close the port, and open it with `--allow CIDR`: then only those networks reach it",
                    ),
                    Step::advice(*login),
                    tunnel(*port, cluster),
                ],
            ),
            Self::HealthCheckOnDeadPort { port, first, is_known_dead, came, source, config } => {
                let dead = if *is_known_dead {
                    "nothing answers there"
                } else {
                    "if nothing listens there, no other port works"
                };
                (
                    format!("The load balancer looks at port {first} alone, and {dead}."),
                    format!("It sends nothing to port {port} then, whether the app runs or not."),
                    format!("{came}; {source}"),
                    vec![
                        Step::advice(format!("Start what belongs on port {first}, or close it")),
                        Step::command(
                            "Or have each port checked by itself, in ~/.sky/config.yaml",
                            config.clone(),
                        ),
                    ],
                )
            }
        };
        Finding { code: self.code(), lead, detail, evidence: Some(evidence), steps }
    }
}

/// A tunnel instead of an open port. A name that SkyPilot would not have taken is no host of ssh.
fn tunnel(port: Port, cluster: &str) -> Step {
    if is_cluster_name(cluster) {
        let local = local_port(port);
        let command = format!("ssh -L {local}:localhost:{port} {cluster}");
        Step::command("Or close it, and bring it to your own machine", command)
    } else {
        Step::advice("Or close it, and bring it to your own machine through SSH")
    }
}
