//! Exit codes, and how errors are told on standard error.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use skyports_app::dashboard::DashboardError;
use skyports_model::Step;
use skyports_model::finding::shown;

/// More characters than any message of ours needs.
const LONGEST: usize = 2_000;

/// How a sub-command ended; the numbers are a public contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The cluster refused or cannot be reached.
    Cluster,
    /// Wrong usage.
    Usage,
    /// Nothing matched.
    NoMatch,
    /// `--wait` ran out of time.
    Late,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Cluster => 1,
            Exit::Usage => 2,
            Exit::NoMatch => 3,
            Exit::Late => 4,
        })
    }
}

/// Tells an error, and what to do next.
pub(super) fn tell(error: impl Display, hint: Option<&str>) {
    line("error", error);
    if let Some(hint) = hint {
        line("hint", hint);
    }
}

/// Tells something that is no error.
pub(super) fn note(text: impl Display) {
    line("skyports", text);
}

/// One line on standard error; what a cluster or a kubeconfig says cannot steer the terminal.
fn line(kind: &str, text: impl Display) {
    // With nobody left to read it there is nothing to do.
    let _ = writeln!(std::io::stderr(), "{kind}: {}", shown(&text.to_string(), LONGEST));
}

/// Tells why a use-case was not carried out, and what to do next.
pub(super) fn tell_failure(error: &DashboardError) {
    tell(&error.message, error.next.first().map(hint).as_deref());
}

/// A step as one line.
pub(super) fn hint(step: &Step) -> String {
    match &step.command {
        Some(command) => format!("{}: {command}", step.title),
        None => step.title.clone(),
    }
}
