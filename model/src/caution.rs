//! What a person should know before ports are opened.

use crate::code::Code;
use crate::copies::{is_cluster_name, local_port};
use crate::finding::{Finding, Step};
use crate::id::{ContextName, ObjectRef};
use crate::kubectl::Kubectl;
use crate::net::Port;

/// Something to know before a port is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// Whoever reaches the port usually owns the machine behind it, and nothing asks for a login.
    DangerousPort {
        /// The port.
        port: Port,
        /// What usually listens there: `Ray’s dashboard`.
        what: &'static str,
        /// What whoever reaches it can do, a sentence.
        why: &'static str,
        /// The cluster's display name, by which `ssh` knows it.
        cluster: String,
    },
    /// SkyPilot replaces the shared object as a whole when a launch changes ports.
    NextLaunchDrops {
        /// The shared object.
        object: ObjectRef,
        /// The lines of the task that keep the port.
        task: String,
    },
    /// A longer regular expression of another Ingress takes the requests.
    PathShadowed {
        /// The port.
        port: Port,
        /// Our path.
        path: String,
        /// The other Ingress.
        by: ObjectRef,
        /// Its path.
        winner: String,
    },
}

impl Caution {
    /// The code.
    pub fn code(&self) -> Code {
        match self {
            Self::DangerousPort { .. } => Code::DangerousPort,
            Self::NextLaunchDrops { .. } => Code::NextLaunchDrops,
            Self::PathShadowed { .. } => Code::PathShadowed,
        }
    }

    /// The caution as it is told of something in `context`.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let (lead, detail, evidence, steps) = match self {
            Self::DangerousPort { port, what, why, cluster } => (
                format!("Port {port} is usually {what}."),
                (*why).to_owned(),
                format!("the number {port} alone"),
                vec![tunnel(*port, cluster)],
            ),
            Self::NextLaunchDrops { object, task } => (
                "The next `sky launch` that changes ports drops this.".to_owned(),
                "It stays when the task names it.".to_owned(),
                format!("SkyPilot 0.14.1 replaces {object} as a whole"),
                vec![Step::command("Put it into the task", task.clone())],
            ),
            Self::PathShadowed { port, path, by, winner } => (
                format!("Another Ingress takes the requests for port {port}."),
                "nginx tries longer expressions first, whoever wrote them.".to_owned(),
                format!("{by} has the path {winner}, which also matches {path}"),
                vec![Step::command("See that Ingress", Kubectl::of(context).describe(by))],
            ),
        };
        Finding { code: self.code(), lead, detail, evidence: Some(evidence), steps }
    }
}

/// A tunnel instead of an open port. A name that SkyPilot would not have taken is no host of ssh.
fn tunnel(port: Port, cluster: &str) -> Step {
    if is_cluster_name(cluster) {
        let local = local_port(port);
        let command = format!("ssh -L {local}:localhost:{port} {cluster}");
        Step::command("Bring it to your own machine instead", command)
    } else {
        Step::advice("Bring it to your own machine through SSH or `kubectl port-forward` instead")
    }
}
