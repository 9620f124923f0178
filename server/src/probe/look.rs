//! A closer look at an endpoint that answers, when somebody asks: whether anybody is let in, and
//! whether every connection fares alike.

use futures::future::join_all;

use super::Prober;
use super::door::{Door, Entry};
use super::outcome::Outcome;
use super::target::Target;
use super::trace::Trace;

/// Connections that tell whether all fare alike: with an app on one of two nodes, one in 256 looks
/// sees nothing of it.
const CONNECTIONS: usize = 8;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// At which door is knocked.
    pub door: Option<&'static Door>,
    /// Whether requests are spread over several nodes.
    pub is_spread: bool,
}

impl Wanted {
    /// What of it can be found after such a check.
    #[must_use]
    pub fn after(self, outcome: &Outcome) -> Self {
        let has_door = matches!(outcome, Outcome::Answered(_));
        let is_there = outcome.has_answered() || outcome.is_no_answer();
        Self { door: self.door.filter(|_| has_door), is_spread: self.is_spread && is_there }
    }
}

/// What a closer look has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// Where was knocked, and what came of it.
    pub knock: Option<Knock>,
    /// How many connections fared how.
    pub spread: Option<Spread>,
}

/// What came of asking whether anybody is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// Whose door.
    pub door: &'static Door,
    /// Who is let in.
    pub entry: Entry,
    /// What was asked and answered: `GET /lab: 200`.
    pub told: String,
}

/// How many connections fared how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Connections that were made.
    pub tried: usize,
    /// Those that found nobody.
    pub failed: usize,
}

impl Look {
    /// What this one found; where it looked for nothing, what the one before found.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        Self { knock: self.knock.or(before.knock), spread: self.spread.or(before.spread) }
    }
}

impl Prober {
    /// Looks closer, after a check of the same target; within 5 s.
    pub async fn look(&self, target: &Target, wanted: Wanted) -> Look {
        let (knock, spread) = futures::join!(self.knock(target, wanted.door), async {
            if wanted.is_spread { self.spread(target).await } else { None }
        });
        Look { knock, spread }
    }

    async fn knock(&self, target: &Target, door: Option<&'static Door>) -> Option<Knock> {
        let door = door?;
        let at = target.below(door.path, door.mark)?;
        let outcome = self.check(&at).await;
        let Outcome::Answered(answer) = &outcome else { return None };
        let mut told = format!("GET {}: {}", at.path()?, answer.status);
        if let Some(location) = &answer.location {
            told = format!("{told}, to {location}");
        }
        Some(Knock { door, entry: Entry::of(&outcome), told })
    }

    /// Several connections at once, each of which asks.
    async fn spread(&self, target: &Target) -> Option<Spread> {
        let deadline = tokio::time::Instant::now() + super::TOTAL;
        let addresses = self.addresses(target).await.ok()?;
        let all = join_all((0..CONNECTIONS).map(|_| async {
            self.once(&addresses, target, deadline, &mut Trace::default()).await
        }))
        .await;
        let failed = all.iter().filter(|outcome| found_nobody(outcome)).count();
        Some(Spread { tried: all.len(), failed })
    }
}

/// Whether a connection led to a node on which nothing listens. An ingress controller says so
/// itself, after tries of its own.
fn found_nobody(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Answered(answer) => answer.is_of_nginx && (502..=504).contains(&answer.status),
        outcome => outcome.is_no_answer(),
    }
}
