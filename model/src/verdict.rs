//! What an experiment found out about an endpoint under a path: whether its app works there, what it
//! would take, and the exchanges that say so.
//!
//! Facts about answers only, never their text. Whether a context can expose ports at all is
//! [`crate::check`]'s.

use serde::{Deserialize, Serialize};

use crate::endpoint::AppGuess;
use crate::finding::shown;
use crate::time::Timestamp;

/// The longest request that is told, in characters.
const LONGEST_REQUEST: usize = 200;
/// The longest answer that is told, in characters.
const LONGEST_ANSWER: usize = 80;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 240;
/// Exchanges that a verdict tells at most.
const MOST_EXCHANGES: usize = 8;

/// What an experiment found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When the experiment ended.
    pub at: Timestamp,
    /// What it comes to.
    pub kind: VerdictKind,
    /// The app, where its answers told which it is.
    pub app: Option<AppGuess>,
    /// What was asked and answered, as far as the verdict rests on it, in the order of asking.
    pub exchanges: Vec<Exchange>,
    /// Requests that were sent.
    pub requests: u32,
    /// How long it took.
    pub millis: u32,
}

impl Verdict {
    /// The verdict with no more exchanges than are told; those that show a fault stay.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        while self.exchanges.len() > MOST_EXCHANGES {
            let fine = self.exchanges.iter().rposition(|exchange| !exchange.is_fault);
            self.exchanges.remove(fine.unwrap_or(MOST_EXCHANGES));
        }
        self
    }

    /// What it rests on, in one line: the exchanges that show a fault, else the last one.
    pub fn evidence(&self) -> Option<String> {
        let faults: Vec<String> = self
            .exchanges
            .iter()
            .filter(|exchange| exchange.is_fault)
            .map(ToString::to_string)
            .collect();
        if faults.is_empty() {
            self.exchanges.last().map(ToString::to_string)
        } else {
            Some(faults.join("; "))
        }
    }

    /// Whether both say the same, whenever and however fast they were found.
    pub fn is_like(&self, other: &Self) -> bool {
        let Self { at: _, kind, app, exchanges, requests: _, millis: _ } = self;
        (kind, app, exchanges) == (&other.kind, &other.app, &other.exchanges)
    }
}

/// What an experiment comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Works, with or without a slash at the end.
    Works,
    /// Works as long as the address ends with a slash, as it does wherever we show it. Nothing to do.
    WorksWithSlash,
    /// Works once the app is started with a setting. Start it with that.
    NeedsFlag,
    /// The app sees its requests without the path and cannot live with that: it needs a route that
    /// leaves the path as it is. Keep the prefix.
    NeedsKeptRoute,
    /// Works under no path. Give it a load balancer or a host of its own.
    NeedsOwnHost,
    /// The app refuses the name by which it is asked, wherever that leads. Tell it the name.
    WrongHost,
    /// The app was not reached; the last exchange says where it ended.
    Unreachable,
    /// Something answers, and its answers do not tell whether it works.
    Unknown,
}

impl VerdictKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Works,
        Self::WorksWithSlash,
        Self::NeedsFlag,
        Self::NeedsKeptRoute,
        Self::NeedsOwnHost,
        Self::WrongHost,
        Self::Unreachable,
        Self::Unknown,
    ];

    /// The kind for scripts, as JSON spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::WorksWithSlash => "works_with_slash",
            Self::NeedsFlag => "needs_flag",
            Self::NeedsKeptRoute => "needs_kept_route",
            Self::NeedsOwnHost => "needs_own_host",
            Self::WrongHost => "wrong_host",
            Self::Unreachable => "unreachable",
            Self::Unknown => "unknown",
        }
    }

    /// The kind for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Works => "Works",
            Self::WorksWithSlash => "Works with the slash at the end",
            Self::NeedsFlag => "Needs a setting",
            Self::NeedsKeptRoute => "Needs a route that keeps the path",
            Self::NeedsOwnHost => "Needs a load balancer or a host of its own",
            Self::WrongHost => "Refuses this host name",
            Self::Unreachable => "Not reachable",
            Self::Unknown => "Not known",
        }
    }

    /// Whether people can use the address that is shown.
    pub fn is_well(self) -> bool {
        match self {
            Self::Works | Self::WorksWithSlash => true,
            Self::NeedsFlag
            | Self::NeedsKeptRoute
            | Self::NeedsOwnHost
            | Self::WrongHost
            | Self::Unreachable
            | Self::Unknown => false,
        }
    }

    /// Whether it is known that people cannot use the address that is shown, though something
    /// answers there.
    pub fn is_fault(self) -> bool {
        match self {
            Self::NeedsFlag | Self::NeedsKeptRoute | Self::NeedsOwnHost | Self::WrongHost => true,
            Self::Works | Self::WorksWithSlash | Self::Unreachable | Self::Unknown => false,
        }
    }
}

/// One request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// What was asked: `GET /skypilot/ml/train/8888/`.
    pub request: String,
    /// How it was answered: `302 Found`, `connection refused`.
    pub answer: String,
    /// What about it matters: `Location: /lab? leaves /skypilot/ml/train/8888/`.
    pub note: Option<String>,
    /// Whether this is what does not work.
    pub is_fault: bool,
}

impl Exchange {
    /// An exchange in which nothing is wrong. All text may come from the other side: it is made fit
    /// to show.
    pub fn fine(request: &str, answer: &str) -> Self {
        Self {
            request: shown(request, LONGEST_REQUEST),
            answer: shown(answer, LONGEST_ANSWER),
            note: None,
            is_fault: false,
        }
    }

    /// The same with a note.
    #[must_use]
    pub fn noted(self, note: &str) -> Self {
        let note = Some(shown(note, LONGEST_NOTE)).filter(|note| !note.is_empty());
        Self { note, ..self }
    }

    /// The same as a fault, with what is wrong.
    #[must_use]
    pub fn fault(self, note: &str) -> Self {
        Self { is_fault: true, ..self.noted(note) }
    }
}

/// As evidence in one line: `GET /x/: 302 Found, Location: /lab? leaves /x/`.
impl std::fmt::Display for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { request, answer, note, is_fault: _ } = self;
        write!(f, "{request}: {answer}")?;
        note.as_ref().map_or(Ok(()), |note| write!(f, ", {note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(exchanges: Vec<Exchange>) -> Verdict {
        let kind = VerdictKind::NeedsKeptRoute;
        Verdict { at: Timestamp(0), kind, app: None, exchanges, requests: 2, millis: 9 }
    }

    #[test]
    fn what_the_other_side_says_is_made_fit_to_show() {
        let long = "x".repeat(1_000);
        let exchange = Exchange::fine(&format!("GET /{long}"), "302\r\nFound\u{202e}").fault(&long);
        assert_eq!(exchange.answer, "302 Found");
        assert_eq!(exchange.request.chars().count(), LONGEST_REQUEST);
        assert_eq!(exchange.note.as_ref().map(|note| note.chars().count()), Some(LONGEST_NOTE));
        assert!(exchange.is_fault);
    }

    #[test]
    fn the_evidence_is_what_does_not_work() {
        let fine = Exchange::fine("GET /x/", "200 OK");
        let fault = Exchange::fine("GET /x/a.js", "404 Not Found").fault("a script");
        let told = verdict(vec![fault.clone(), fine.clone()]).evidence();
        assert_eq!(told.as_deref(), Some("GET /x/a.js: 404 Not Found, a script"));
        assert_eq!(verdict(vec![fine]).evidence().as_deref(), Some("GET /x/: 200 OK"));
        assert_eq!(verdict(vec![]).evidence(), None);
    }

    #[test]
    fn of_many_exchanges_the_faults_stay() {
        let mut exchanges = vec![Exchange::fine("GET /x/", "200 OK"); 20];
        exchanges.push(Exchange::fine("GET /x/a.js", "404 Not Found").fault("a script"));
        let bounded = verdict(exchanges).bounded();
        assert_eq!(bounded.exchanges.len(), MOST_EXCHANGES);
        assert!(bounded.exchanges.last().is_some_and(|exchange| exchange.is_fault));
        let faults = vec![Exchange::fine("GET /", "404").fault("gone"); 20];
        assert_eq!(verdict(faults).bounded().exchanges.len(), MOST_EXCHANGES);
    }

    #[test]
    fn a_kind_is_well_or_a_fault_or_neither() {
        for kind in VerdictKind::ALL {
            assert!(!(kind.is_well() && kind.is_fault()), "{kind:?}");
            assert!(!kind.label().is_empty());
        }
    }
}
