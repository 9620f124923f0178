//! What a reader sees of the overview: what Kubernetes lets them list, and nothing else.
//!
//! The watches see what skyports itself may see, so every answer to a reader passes here. The API
//! server is asked for each reader and namespace; its answers count for 30 s, and without an answer
//! nothing is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream;
use skyports_model::{ContextName, Finding, Namespace, Overview, Reason};
use tokio::time::Instant;

use crate::cluster::access::may_see;
use crate::cluster::context::Context;
use crate::cluster::reader::Reader;

/// An answer counts so long: a right that was taken away is gone here as soon.
const LASTS: Duration = Duration::from_secs(30);
/// That nobody answered counts so long.
const SILENCE_LASTS: Duration = Duration::from_secs(3);
/// Reviews at once, of one reader.
const AT_ONCE: usize = 16;
/// Answers that are kept at most.
const MOST_KEPT: usize = 20_000;

/// What somebody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Everything,
    /// Of each context that.
    Part(BTreeMap<ContextName, Seen>),
}

/// What somebody sees of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// All namespaces.
    All,
    /// These.
    Of(BTreeSet<Namespace>),
    /// None: the API server did not say what they may see, for this reason.
    Unsaid(String),
}

impl Sight {
    /// Whether a context is seen as a whole.
    pub fn is_whole(&self, context: &ContextName) -> bool {
        match self {
            Self::Everything => true,
            Self::Part(seen) => seen.get(context) == Some(&Seen::All),
        }
    }

    /// Whether a namespace is seen.
    pub fn covers(&self, context: &ContextName, namespace: &Namespace) -> bool {
        match self {
            Self::Everything => true,
            Self::Part(seen) => match seen.get(context) {
                Some(Seen::All) => true,
                Some(Seen::Of(namespaces)) => namespaces.contains(namespace),
                Some(Seen::Unsaid(_)) | None => false,
            },
        }
    }

    /// Why nothing is seen of a context, where it is not for want of rights.
    fn unsaid(&self, context: &ContextName) -> Option<Finding> {
        let Self::Part(seen) = self else { return None };
        let Some(Seen::Unsaid(error)) = seen.get(context) else { return None };
        let what = "the review of what you may list".to_owned();
        Some(Reason::ReadFailed { what, error: error.clone() }.finding(context))
    }

    /// What is seen of an overview.
    pub fn of(&self, overview: &Arc<Overview>) -> Arc<Overview> {
        if overview.contexts.iter().all(|context| self.is_whole(&context.name)) {
            return Arc::clone(overview);
        }
        let mut contexts = overview.contexts.clone();
        let parts = contexts.iter_mut().filter(|context| !self.is_whole(&context.name));
        parts.for_each(|context| {
            context.keep_discreet();
            context.findings.extend(self.unsaid(&context.name));
        });
        let seen =
            overview.clusters.iter().filter(|it| self.covers(&it.id.context, &it.id.namespace));
        let clusters = seen.cloned().map(|mut cluster| {
            if !self.is_whole(&cluster.id.context) {
                cluster.keep_discreet();
            }
            cluster
        });
        let clusters = clusters.collect();
        Arc::new(Overview { contexts, clusters, ..Overview::clone(overview) })
    }
}

/// What the API server said, and when.
#[derive(Debug, Clone)]
struct Answer {
    /// Why not, where it said nothing.
    may: Result<bool, String>,
    at: Instant,
}

impl Answer {
    fn is_good(&self) -> bool {
        self.at.elapsed() < if self.may.is_ok() { LASTS } else { SILENCE_LASTS }
    }
}

/// The reader, the context, and the namespace or all of them.
type Question = (Arc<Reader>, ContextName, Option<Namespace>);

/// What the API server has said of readers.
#[derive(Debug, Default)]
pub(super) struct Reviews {
    answers: Mutex<HashMap<Question, Answer>>,
    /// Of many requests of one reader one asks.
    asking: Mutex<HashMap<Arc<Reader>, Arc<tokio::sync::Mutex<()>>>>,
}

impl Reviews {
    /// What a reader sees of the overview.
    pub(super) async fn sight(
        &self,
        reader: &Arc<Reader>,
        overview: &Overview,
        contexts: &BTreeMap<ContextName, Arc<Context>>,
    ) -> Sight {
        let turn = {
            let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            asking.retain(|_, turn| Arc::strong_count(turn) > 1);
            Arc::clone(asking.entry(Arc::clone(reader)).or_default())
        };
        let _turn = turn.lock().await;
        let mut seen = BTreeMap::new();
        for status in &overview.contexts {
            let Some(context) = contexts.get(&status.name) else { continue };
            seen.insert(
                status.name.clone(),
                self.of_context(reader, overview, context, &status.name).await,
            );
        }
        Sight::Part(seen)
    }

    async fn of_context(
        &self,
        reader: &Arc<Reader>,
        overview: &Overview,
        context: &Context,
        name: &ContextName,
    ) -> Seen {
        match self.ask(reader, context, name, None).await {
            Ok(true) => return Seen::All,
            Ok(false) => {}
            Err(error) => return Seen::Unsaid(error),
        }
        let of_context = overview.clusters.iter().filter(|cluster| cluster.id.context == *name);
        let namespaces: BTreeSet<_> = of_context.map(|it| it.id.namespace.clone()).collect();
        let asked = namespaces.into_iter().map(|namespace| async move {
            let may = self.ask(reader, context, name, Some(namespace.clone())).await;
            may.map(|may| may.then_some(namespace))
        });
        let answers: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        let seen: Result<Vec<_>, String> = answers.into_iter().collect();
        seen.map_or_else(Seen::Unsaid, |seen| Seen::Of(seen.into_iter().flatten().collect()))
    }

    async fn ask(
        &self,
        reader: &Arc<Reader>,
        context: &Context,
        name: &ContextName,
        namespace: Option<Namespace>,
    ) -> Result<bool, String> {
        let question = (Arc::clone(reader), name.clone(), namespace);
        if let Some(answer) = self.kept(&question) {
            return answer.may;
        }
        // The moment before the question: the answer may be as old as that.
        let at = Instant::now();
        let may = may_see(context, reader, question.2.as_ref()).await;
        if let Err(error) = &may {
            tracing::warn!(context = name.as_str(), error, "nobody says what a reader may see");
        }
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_KEPT {
            answers.retain(|_, answer| answer.is_good());
        }
        if answers.len() < MOST_KEPT {
            answers.insert(question, Answer { may: may.clone(), at });
        }
        may
    }

    fn kept(&self, question: &Question) -> Option<Answer> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(question).filter(|answer| answer.is_good()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::testing::{cluster, overview};

    fn part(seen: Seen) -> Sight {
        Sight::Part([(ContextName::parse("prod").unwrap(), seen)].into())
    }

    fn names(sight: &Sight) -> Vec<String> {
        let all = overview(vec![
            cluster("prod", "ml", "train", "train-2ea4"),
            cluster("prod", "secret", "theirs", "theirs-2ea4"),
        ]);
        sight.of(&Arc::new(all)).clusters.iter().map(|cluster| cluster.name.clone()).collect()
    }

    #[test]
    fn only_what_may_be_listed_is_seen() {
        let ml = [Namespace::parse("ml").unwrap()].into();
        assert_eq!(names(&Sight::Everything), ["theirs", "train"]);
        assert_eq!(names(&part(Seen::All)), ["theirs", "train"]);
        assert_eq!(names(&part(Seen::Of(ml))), ["train"]);
        assert_eq!(names(&part(Seen::Of(BTreeSet::new()))), Vec::<String>::new());
        assert_eq!(names(&Sight::Part(BTreeMap::new())), Vec::<String>::new());
    }
}
