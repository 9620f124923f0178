//! What came of carrying out a plan: what was written, what was refused, and what is left.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::finding::{Finding, Step};
use crate::id::{ContextName, Namespace, ObjectRef};
use crate::kubectl::Kubectl;
use crate::net::Port;
use crate::plan::{Direction, PlannedUrl, Preview, Subject, Verb};
use crate::reason::role_for;
use crate::request::OpenMode;

/// A plan, and what the API server would say to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The plan.
    pub preview: Preview,
    /// What stands in its way: rights that are missing, policies, quotas. Empty when every write
    /// would be taken.
    pub obstacles: Vec<Finding>,
}

/// What came of a plan that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether ports were to open or to close.
    pub direction: Direction,
    /// What it was about.
    pub subject: Subject,
    /// The mode.
    pub mode: OpenMode,
    /// The ports for which something was to change.
    pub changed: Vec<Port>,
    /// The ports that were so already.
    pub unchanged: Vec<Port>,
    /// What was written, in order.
    pub done: Vec<Done>,
    /// What was not, and why; `None` when everything was.
    pub stopped: Option<Stopped>,
    /// Where each port will be reached; empty when ports close.
    pub urls: Vec<PlannedUrl>,
}

/// A write that the API server has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The object.
    pub object: ObjectRef,
    /// What happened to it.
    pub verb: Verb,
}

/// Where a plan stopped. The same request again completes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The object that was to be written; `None` when what is there could not be read any more.
    pub object: Option<ObjectRef>,
    /// Why it was not, and what to do.
    pub reason: Finding,
    /// The objects after it, which were not tried.
    pub left: Vec<ObjectRef>,
}

/// Why a write was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteFailure {
    /// A right is missing.
    Forbidden {
        /// What RBAC calls it: `create`, `patch`, `delete`.
        verb: &'static str,
        /// The resource, plural: `services`.
        resource: &'static str,
        /// The namespace.
        namespace: Namespace,
        /// The API server's own sentence.
        error: String,
    },
    /// The API server, a policy, a quota or a webhook refuses it.
    Refused {
        /// The object.
        object: ObjectRef,
        /// The API server's own sentence.
        error: String,
    },
    /// Somebody else owns a field of an object of ours.
    Owned {
        /// The object.
        object: ObjectRef,
        /// The API server's own sentence, which names the manager and the field.
        error: String,
    },
    /// Others changed the object again and again until the time was up.
    Contended {
        /// The object.
        object: ObjectRef,
        /// The API server's last sentence.
        error: String,
    },
    /// No answer: it may have been written all the same.
    Unanswered {
        /// The object.
        object: ObjectRef,
        /// What was heard.
        error: String,
    },
}

impl WriteFailure {
    /// The failure's code.
    pub fn code(&self) -> Code {
        match self {
            Self::Forbidden { .. } => Code::Forbidden,
            Self::Refused { .. } => Code::WriteRefused,
            Self::Owned { .. } => Code::WriteOwned,
            Self::Contended { .. } => Code::WriteContended,
            Self::Unanswered { .. } => Code::WriteUnanswered,
        }
    }

    /// The failure as it is told of something in `context`.
    pub fn finding(&self, context: &ContextName) -> Finding {
        let see = |object| Step::command("See the object", Kubectl::of(context).describe(object));
        let (lead, detail, error, steps) = match self {
            Self::Forbidden { verb, resource, namespace, error } => (
                format!("You may not {verb} {resource} in {context}."),
                format!("It needs {verb} on {resource} in namespace {namespace}."),
                error,
                vec![Step::command(
                    "Have an administrator make this role and bind it to your account",
                    role_for(resource, namespace, verb),
                )],
            ),
            Self::Refused { object, error } => (
                format!("{object} was refused."),
                "The evidence has the API server’s words.".to_owned(),
                error,
                vec![Step::advice("Mend what the evidence names, then try again")],
            ),
            Self::Owned { object, error } => (
                format!("Somebody else owns a part of {object}."),
                "It was left as it is.".to_owned(),
                error,
                vec![see(object)],
            ),
            Self::Contended { object, error } => (
                format!("{object} was changed by others all the time."),
                "It was left as it is.".to_owned(),
                error,
                vec![Step::advice("Try again"), see(object)],
            ),
            Self::Unanswered { object, error } => (
                format!("Nobody answered about {object}."),
                "It may have been written all the same: the list shows what is there.".to_owned(),
                error,
                vec![Step::advice("Try again: what is done already is not done twice")],
            ),
        };
        Finding { code: self.code(), lead, detail, evidence: Some(error.clone()), steps }
    }
}
