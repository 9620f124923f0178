//! Why ports are neither opened nor closed: nothing is written, and the cause says what to do.

use crate::code::Code;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, ObjectRef};
use crate::kubectl::Kubectl;
use crate::net::Port;
use crate::plan::Confirmation;
use crate::reason::Reason;

/// A cause for which nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What an endpoint would say of itself too: no `IngressClass`, a Service that is being deleted.
    Because(Box<Reason>),
    /// The cluster has no head pod and no Deployment: nothing would answer, and nothing would take
    /// away what is made for it.
    NoHead {
        /// The cluster's name on the cloud.
        cluster: String,
    },
    /// Another object exposes the port, or a path of the same text.
    PortTaken {
        /// The port.
        port: Port,
        /// The object.
        object: ObjectRef,
        /// What it does with the port: `sends it to port 9999`.
        how: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// A name that Kubernetes or nginx would not take as it is meant.
    NameNotAllowed {
        /// What it would be part of: `Service’s name`, `path`.
        what: &'static str,
        /// The name.
        name: String,
        /// The rule, a clause: `has at most 63 characters`.
        rule: &'static str,
    },
    /// An object that SkyPilot's naming says is one thing is another.
    UnexpectedObject {
        /// The object.
        object: ObjectRef,
        /// What is odd about it, a clause: `is of type ClusterIP`.
        why: String,
    },
    /// The reach that is asked for cannot be had in this mode or here.
    ReachNotPossible {
        /// Why, a sentence.
        why: &'static str,
        /// What says so.
        evidence: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// The path of a load balancer was to be kept, and it has none.
    NoPathToKeep,
    /// This skyports was told to write nothing.
    ReadOnly,
    /// Nobody can be impersonated here as safely as it must be.
    CannotActAs {
        /// Why, a clause.
        why: String,
    },
    /// A person has not confirmed a port that must be.
    Unconfirmed(Box<Confirmation>),
    /// The manifest that was written does not say what was planned: a fault of skyports.
    ManifestDiffers {
        /// The object.
        object: ObjectRef,
        /// Where they differ.
        why: String,
    },
}

impl Refusal {
    /// The cause's code.
    pub fn code(&self) -> Code {
        match self {
            Self::Because(reason) => reason.code(),
            Self::NoHead { .. } => Code::NoHead,
            Self::PortTaken { .. } => Code::PortTaken,
            Self::NameNotAllowed { .. } => Code::NameNotAllowed,
            Self::UnexpectedObject { .. } => Code::UnexpectedObject,
            Self::ReachNotPossible { .. } => Code::ReachNotPossible,
            Self::NoPathToKeep => Code::NoPathToKeep,
            Self::ReadOnly | Self::CannotActAs { .. } => Code::ReadOnly,
            Self::Unconfirmed(confirmation) => confirmation.reason.code,
            Self::ManifestDiffers { .. } => Code::ManifestDiffers,
        }
    }

    /// The cause as it is told of something in `context`.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let kubectl = Kubectl::of(context);
        let see = |object| Step::command("See the object", kubectl.describe(object));
        let (lead, detail, evidence, steps) = match self {
            Self::Because(reason) => return reason.finding(context),
            Self::Unconfirmed(confirmation) => return confirmation.reason.clone(),
            Self::NoHead { cluster } => (
                "The cluster has no head pod.".to_owned(),
                "Nothing would answer on the port.".to_owned(),
                format!("neither pod/{cluster}-head nor deployment/{cluster}-deployment is there"),
                vec![Step::advice("Launch the cluster again, then open the port")],
            ),
            Self::PortTaken { port, object, how, advice } => (
                format!("Port {port} is taken."),
                format!("{object} {how}."),
                object.to_string(),
                vec![Step::advice(*advice), see(object)],
            ),
            Self::NameNotAllowed { what, name, rule } => (
                format!("The cluster’s name cannot be part of a {what}."),
                format!("It {rule}."),
                crate::finding::shown(name, 120),
                vec![Step::advice(
                    "Launch the cluster under a shorter name of small letters, digits and `-`",
                )],
            ),
            Self::UnexpectedObject { object, why } => (
                format!("{object} is not what its name says."),
                format!("It {why}, so nothing is changed."),
                format!("{object} {why}"),
                vec![see(object)],
            ),
            Self::ReachNotPossible { why, evidence, advice } => (
                (*why).to_owned(),
                String::new(),
                (*evidence).to_owned(),
                vec![Step::advice(*advice)],
            ),
            Self::NoPathToKeep => (
                "A load balancer has no path that could be kept.".to_owned(),
                "Its address leads to the app’s own root.".to_owned(),
                "the mode loadbalancer".to_owned(),
                vec![Step::advice("Leave `--keep-prefix` out, or name the mode ingress")],
            ),
            Self::ReadOnly => (
                "This skyports was started with --read-only and writes nothing.".to_owned(),
                String::new(),
                "the flag --read-only".to_owned(),
                vec![Step::advice("Start it without --read-only")],
            ),
            Self::CannotActAs { why } => (
                "This skyports cannot write in your name here, so it writes nothing.".to_owned(),
                String::new(),
                crate::finding::shown(why, 400),
                vec![Step::advice("docs/deploy.md says what writing as the reader needs")],
            ),
            Self::ManifestDiffers { object, why } => (
                format!("The manifest of {object} does not say what was planned."),
                "Nothing is written.".to_owned(),
                why.clone(),
                vec![Step::advice("This is a fault of skyports; tell us the evidence")],
            ),
        };
        Finding { code: self.code(), lead, detail, evidence: Some(evidence), steps }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self::Because(Box::new(reason))
    }
}
