//! What an experiment has seen: answers along redirects, files of a page, a few questions that are
//! put to one app alone. Facts, and no conclusion.

use skyports_k8s::apps::Profile;

use super::page::{Kind, Page};
use super::subject::Lead;

/// Everything that was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Observed {
    /// From the path with a slash, along its redirects.
    pub(super) slash: Walk,
    /// From the path without one.
    pub(super) bare: Option<Walk>,
    /// Files of the page.
    pub(super) files: Vec<(Kind, Hop)>,
    /// At the path twice.
    pub(super) doubled: Option<Hop>,
    /// Answers that only one app gives; its own, where it is that app.
    pub(super) known: Vec<(&'static Profile, Hop)>,
    /// The field that must hold the path: where it was asked for, and what it holds.
    pub(super) root: Option<(Hop, Option<String>)>,
    /// An upgrade to a WebSocket.
    pub(super) socket: Option<Hop>,
}

impl Observed {
    /// The app, where an answer told which it is.
    pub(super) fn app(&self) -> Option<&'static Profile> {
        let of_walk = |walk: &Walk| walk.hops.iter().rev().find_map(|hop| hop.answer()?.app);
        of_walk(&self.slash)
            .or_else(|| self.known.first().map(|(profile, _)| *profile))
            .or_else(|| self.bare.as_ref().and_then(of_walk))
            .or_else(|| self.doubled.as_ref().and_then(|hop| hop.answer()?.app))
    }
}

/// One page, and the redirects that led to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Walk {
    /// At least one, once it was walked.
    pub(super) hops: Vec<Hop>,
    /// The page at its end.
    pub(super) page: Option<Page>,
    /// Whether it came by where it had been.
    pub(super) is_loop: bool,
}

impl Walk {
    /// Where it ended.
    pub(super) fn end(&self) -> Option<&Hop> {
        self.hops.last()
    }
}

/// A question and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) path: String,
    /// The answer, or what stood in its way.
    pub(super) came: Result<Answer, String>,
}

impl Hop {
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.came.as_ref().ok()
    }

    /// The status, where there was an answer.
    pub(super) fn status(&self) -> Option<u16> {
        self.answer().map(|answer| answer.status)
    }
}

/// What is kept of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Where it redirects to: as it says, and where that is.
    pub(super) location: Option<(String, Lead)>,
    pub(super) content: Content,
    /// Whether it is a page of the ingress controller itself.
    pub(super) is_of_controller: bool,
    /// Whether it refuses the name by which it was asked.
    pub(super) refuses_host: bool,
    /// The app that answers so.
    pub(super) app: Option<&'static Profile>,
}

/// What an answer holds, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A page.
    Html,
    /// Anything else.
    Other,
}
