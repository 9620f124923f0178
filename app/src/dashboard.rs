//! The use-cases that pages, server functions and commands share, and the error they tell.

use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use server_fn::codec::PostcardEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use skyports_model::outcome::Preflight;
use skyports_model::{
    Ask, ClusterId, DefaultMode, Description, EndpointId, Finding, Outcome, Overview, Port, Step,
};

/// What skyports can do, whoever asks. The server implements it; nothing here knows how.
pub trait Dashboard: Send + Sync {
    /// All contexts and clusters as they are known now. From memory: makes no Kubernetes call.
    fn overview(&self) -> Arc<Overview>;

    /// The objects behind an endpoint of the overview, their events, and its chain of checks. Asks
    /// Kubernetes, with `check` the endpoint too, at most once in 5 s, and is answered within
    /// seconds whatever happens there.
    fn describe(&self, id: EndpointId, check: bool) -> Described;

    /// The mode of a port that is opened without naming one, and why.
    fn default_mode(&self, cluster: &ClusterId) -> DefaultMode;

    /// What would happen, and what the API server would say to it. Changes nothing, and is answered
    /// within 10 s.
    fn preflight(&self, ask: Ask) -> Preflighted;

    /// Does it; `confirmed` are the ports that a person has confirmed. Answered within 10 s: what
    /// was written and what was not. How the endpoints fare is told by the overview.
    fn carry_out(&self, ask: Ask, confirmed: Vec<Port>) -> CarriedOut;
}

/// A preflight on its way.
pub type Preflighted = Pin<Box<dyn Future<Output = Result<Preflight, DashboardError>> + Send>>;

/// An outcome on its way.
pub type CarriedOut = Pin<Box<dyn Future<Output = Result<Outcome, DashboardError>> + Send>>;

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
