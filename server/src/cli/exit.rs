//! Exit codes, and how errors are told on standard error.
#![expect(clippy::print_stderr, reason = "telling errors is this file's work")]

use std::fmt::Display;
use std::process::ExitCode;

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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Cluster => 1,
            Exit::Usage => 2,
            Exit::NoMatch => 3,
        })
    }
}

/// Tells an error, and what to do next.
pub(super) fn tell(error: impl Display, hint: Option<&str>) {
    eprintln!("error: {error}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
}

/// Tells something that is no error.
pub(super) fn note(text: impl Display) {
    eprintln!("skyports: {text}");
}
