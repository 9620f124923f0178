//! The use-cases that pages, server functions and commands share, and the error they tell.

use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use server_fn::codec::PostcardEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use skyports_model::leftover::{Cleared, LeftId, Leftovers};
use skyports_model::outcome::Preflight;
use skyports_model::share::{GuestLink, Label, Lifetime, LinkHash};
use skyports_model::{
    AppGuess, Ask, ClusterId, ContextName, DefaultMode, Description, EndpointId, Finding, Outcome,
    Overview, Port, Step,
};

/// What skyports can do, whoever asks. The server implements it; nothing here knows how.
pub trait Dashboard: Send + Sync {
    /// All contexts and clusters as they are known now. From memory: makes no Kubernetes call.
    fn overview(&self) -> Arc<Overview>;

    /// The objects behind an endpoint of the overview, their events, and its chain of checks. Asks
    /// Kubernetes, with `check` the endpoint too, at most once in 5 s, and is answered within
    /// seconds whatever happens there.
    fn describe(&self, id: EndpointId, check: bool) -> Described;

    /// The apps of which something is known, as people may name them.
    fn apps(&self) -> Vec<AppGuess>;

    /// The mode of a port that is opened without naming one, and why.
    fn default_mode(&self, cluster: &ClusterId) -> DefaultMode;

    /// What would happen, and what the API server would say to it. Changes nothing, and is answered
    /// within 10 s.
    fn preflight(&self, ask: Ask) -> Preflighted;

    /// Does it; `confirmed` are the ports that a person has confirmed. Answered within 10 s: what
    /// was written and what was not. How the endpoints fare is told by the overview.
    fn carry_out(&self, ask: Ask, confirmed: Vec<Port>) -> CarriedOut;

    /// What clusters that are gone have left behind in a context, and what the API server would say
    /// to its deletion. Changes nothing, and is answered within 10 s.
    fn leftovers(&self, context: ContextName) -> LookedAt;

    /// Deletes those objects, unless one is not what it was or its cluster is there. Answered within
    /// 10 s.
    fn clear(&self, context: ContextName, meant: Vec<LeftId>) -> CleanedUp;

    /// The live guest links of an endpoint. Asks Kubernetes; answered within 10 s.
    fn links(&self, id: EndpointId) -> Linked;

    /// Makes a guest link of an endpoint of the overview. Answered within 10 s.
    fn share(&self, id: EndpointId, label: Label, lifetime: Lifetime) -> Shared;

    /// Revokes one guest link of an endpoint, or all of them; how many it were. Answered within 10 s.
    fn revoke(&self, id: EndpointId, which: Option<LinkHash>) -> Revoked;

    /// Where this skyports is reached, for links to it: `http://127.0.0.1:7676`, without a slash at
    /// its end; and whether others reach it there, too.
    fn place(&self) -> Place;
}

/// Where a skyports is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Scheme, host and port.
    pub origin: String,
    /// Whether it was said to be the team's own (`--public-url`); else it is this machine.
    pub is_public: bool,
}

/// A guest link that was just made: the only time that its address is known.
#[derive(Clone, PartialEq, Eq)]
pub struct NewLink {
    /// The path of its address, `/s/…`: a secret.
    pub path: String,
    /// The link as it is kept.
    pub link: GuestLink,
}

impl std::fmt::Debug for NewLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewLink").field("link", &self.link).finish_non_exhaustive()
    }
}

/// Guest links on their way.
pub type Linked = Pin<Box<dyn Future<Output = Result<Vec<GuestLink>, DashboardError>> + Send>>;

/// A new guest link on its way.
pub type Shared = Pin<Box<dyn Future<Output = Result<NewLink, DashboardError>> + Send>>;

/// A revocation on its way.
pub type Revoked = Pin<Box<dyn Future<Output = Result<usize, DashboardError>> + Send>>;

/// A preflight on its way.
pub type Preflighted = Pin<Box<dyn Future<Output = Result<Preflight, DashboardError>> + Send>>;

/// An outcome on its way.
pub type CarriedOut = Pin<Box<dyn Future<Output = Result<Outcome, DashboardError>> + Send>>;

/// Leftovers on their way.
pub type LookedAt = Pin<Box<dyn Future<Output = Result<Leftovers, DashboardError>> + Send>>;

/// What came of deleting them, on its way.
pub type CleanedUp = Pin<Box<dyn Future<Output = Result<Cleared, DashboardError>> + Send>>;

/// A description on its way.
pub type Described = Pin<Box<dyn Future<Output = Result<Description, DashboardError>> + Send>>;

/// Why a use-case was not carried out, for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardError {
    /// What kind of failure, for scripts; in snake case, frozen.
    pub code: String,
    /// What failed and why, as a sentence.
    pub message: String,
    /// What to do next.
    pub next: Vec<Step>,
}

impl DashboardError {
    /// The code of [`not_logged_in`](Self::not_logged_in), by which a page knows it.
    pub const NOT_LOGGED_IN: &str = "not_logged_in";

    /// Nobody is logged in, or nobody any more: each start of the server has its own logins.
    pub fn not_logged_in() -> Self {
        Self {
            code: Self::NOT_LOGGED_IN.to_owned(),
            message: "Nobody is logged in here.".to_owned(),
            next: vec![Step::advice("Log in with the code that the terminal shows")],
        }
    }

    /// A finding that stands in the way.
    pub fn of(finding: Finding) -> Self {
        let message = finding.message();
        let Finding { code, evidence, steps, .. } = finding;
        let evidence = evidence.filter(|it| !message.contains(it.as_str()));
        let message = match evidence {
            Some(evidence) => format!("{message} Evidence: {evidence}"),
            None => message,
        };
        Self { code: code.as_str().to_owned(), message, next: steps }
    }

    /// Nothing exposes that port in that mode.
    pub fn not_open(EndpointId { cluster, port, .. }: &EndpointId) -> Self {
        Self {
            code: "no_such_endpoint".to_owned(),
            message: format!("Port {port} of {cluster} is not open (any more)."),
            next: vec![Step::advice("Go to all endpoints")],
        }
    }

    /// The server's own fault: no use-case was given to the request.
    pub fn not_provided() -> Self {
        Self {
            code: "internal".to_owned(),
            message: "This request reached no dashboard. Nothing was changed.".to_owned(),
            next: vec![],
        }
    }
}

impl std::fmt::Display for DashboardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DashboardError {}

impl FromServerFnError for DashboardError {
    type Encoder = PostcardEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self {
            code: "request_failed".to_owned(),
            message: format!("The request did not get through: {error}"),
            next: vec![Step::advice("Reload the page")],
        }
    }
}
