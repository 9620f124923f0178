//! What a context can do about ports: whether each mode works, why we say so, and what is missing.

use serde::{Deserialize, Serialize};

use crate::finding::Step;
use crate::id::ContextName;
use crate::time::Timestamp;

/// Whether ports can be exposed in a context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextCheck {
    /// The context.
    pub context: ContextName,
    /// Who runs it, as its makers write it; `None` where nothing tells.
    pub provider: Option<String>,
    /// The version of Kubernetes; `None` where it was not told.
    pub version: Option<String>,
    /// Whether a `LoadBalancer` Service gets an address.
    pub load_balancer: Verdict,
    /// Whether an Ingress is served.
    pub ingress: Verdict,
    /// What the verdicts rest on and what else there is to know, by part.
    pub lines: Vec<CheckLine>,
    /// When it was looked at.
    pub as_of: Timestamp,
}

impl ContextCheck {
    /// Whether a port can be exposed in some mode, as far as it is known.
    pub fn some_mode_works(&self) -> bool {
        self.load_balancer == Verdict::Works || self.ingress == Verdict::Works
    }

    /// The lines of a part.
    pub fn of(&self, part: CheckPart) -> impl Iterator<Item = &CheckLine> {
        self.lines.iter().filter(move |line| line.part == part)
    }
}

/// Whether a mode works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does.
    Works,
    /// Something that it needs is missing.
    DoesNot,
    /// Nothing was found that says either.
    Unknown,
}

impl Verdict {
    /// The verdict for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Works => "Works",
            Self::DoesNot => "Does not work",
            Self::Unknown => "Not known",
        }
    }

    /// The state whose sign it wears.
    pub fn state(self) -> LineState {
        match self {
            Self::Works => LineState::Ready,
            Self::DoesNot => LineState::Attention,
            Self::Unknown => LineState::Unknown,
        }
    }
}

/// One fact about a context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckLine {
    /// What it is about.
    pub part: CheckPart,
    /// How good it is.
    pub state: LineState,
    /// The fact: a clause without a full stop. Backticks mark code.
    pub name: String,
    /// What it rests on, sentences. Backticks mark code.
    pub evidence: Option<String>,
    /// What to do, best first.
    pub next: Vec<Step>,
    /// Where to read more.
    pub documentation: Option<Documentation>,
}

/// What a line is about, in the order in which people read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckPart {
    /// The mode `loadbalancer`.
    LoadBalancer,
    /// The mode `ingress`.
    Ingress,
    /// What SkyPilot would do here.
    SkyPilot,
    /// What the reader may do here.
    Rights,
}

impl CheckPart {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::LoadBalancer, Self::Ingress, Self::SkyPilot, Self::Rights];

    /// The part for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::LoadBalancer => "LoadBalancer",
            Self::Ingress => "Ingress",
            Self::SkyPilot => "SkyPilot",
            Self::Rights => "Your rights",
        }
    }
}

/// How good a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// As it should be.
    Ready,
    /// Something is to be done.
    Attention,
    /// It is not there, and need not be.
    Closed,
    /// Nobody could look, or nothing tells.
    Unknown,
    /// Neither good nor bad, and good to know.
    Note,
}

impl LineState {
    /// The state as the page's attribute spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Attention => "attention",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
            Self::Note => "note",
        }
    }

    /// What a line in this state says before its name, for those who do not see its sign.
    pub fn spoken(self) -> Option<&'static str> {
        match self {
            Self::Attention => Some("Needs attention: "),
            Self::Unknown => Some("Not known: "),
            Self::Ready | Self::Closed | Self::Note => None,
        }
    }
}

/// A page to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    /// Whose page, and about what: `MetalLB: installation`.
    pub title: String,
    /// Its address.
    pub url: String,
}

impl CheckLine {
    /// A line without anything but its name.
    pub fn new(part: CheckPart, state: LineState, name: impl Into<String>) -> Self {
        let name = name.into();
        Self { part, state, name, evidence: None, next: vec![], documentation: None }
    }

    /// The same, which rests on that.
    #[must_use]
    pub fn because(self, evidence: impl Into<String>) -> Self {
        Self { evidence: Some(evidence.into()), ..self }
    }

    /// The same, with one more thing to do.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.next.push(step);
        self
    }

    /// The same, with a page to read.
    #[must_use]
    pub fn see(self, title: &str, url: &str) -> Self {
        let page = Documentation { title: title.to_owned(), url: url.to_owned() };
        Self { documentation: Some(page), ..self }
    }
}
