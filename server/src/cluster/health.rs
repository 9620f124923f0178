//! How each watch of a context fares, and what that makes of the context as a whole.

use std::collections::BTreeMap;

use skyports_model::finding::shown;
use skyports_model::{
    ContextName, ContextState, ContextStatus, Finding, Namespace, Reason, Timestamp,
};

/// How long a failure may last before people are told: shorter ones are a reconnect.
const GRACE_SECONDS: i64 = 2;

/// The kinds of objects that are watched, most needed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watched {
    Pods,
    Services,
    Ingresses,
    IngressClasses,
    ServiceEvents,
    PodEvents,
}

impl Watched {
    pub(crate) const ALL: [Self; 6] = [
        Self::Pods,
        Self::Services,
        Self::Ingresses,
        Self::IngressClasses,
        Self::ServiceEvents,
        Self::PodEvents,
    ];

    /// The resource as RBAC names it.
    fn resource(self) -> &'static str {
        match self {
            Self::Pods => "pods",
            Self::Services => "services",
            Self::Ingresses => "ingresses",
            Self::IngressClasses => "ingressclasses",
            Self::ServiceEvents | Self::PodEvents => "events",
        }
    }

    /// Whether nothing can be shown without it.
    fn is_essential(self) -> bool {
        matches!(self, Self::Pods | Self::Services)
    }

    fn consequence(self) -> &'static str {
        match self {
            Self::Pods => "No cluster is shown.",
            Self::Services => "No port is shown.",
            Self::Ingresses => "Ports opened through an Ingress are not shown.",
            Self::IngressClasses => "A missing IngressClass cannot be told.",
            Self::ServiceEvents | Self::PodEvents => "Why something is pending cannot be told.",
        }
    }
}

/// How one watch fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nothing was answered yet.
    Connecting,
    /// Listed, and followed since.
    Live,
    /// The last attempts failed.
    Failing { since: Timestamp, error: String },
    /// The API server refuses.
    Forbidden { since: Timestamp, error: String },
}

/// All watches of one context.
#[derive(Debug, Clone)]
pub(crate) struct ContextHealth {
    context: ContextName,
    watches: BTreeMap<Watched, Health>,
    listed: BTreeMap<Watched, bool>,
    /// The namespace that is looked at, when it is one only.
    pub(crate) namespace: Option<Namespace>,
    unreadable: BTreeMap<String, String>,
}

impl ContextHealth {
    pub(crate) fn new(context: ContextName) -> Self {
        let watches = Watched::ALL.into_iter().map(|w| (w, Health::Connecting)).collect();
        Self {
            context,
            watches,
            listed: BTreeMap::new(),
            namespace: None,
            unreadable: BTreeMap::new(),
        }
    }

    pub(crate) fn set(&mut self, watched: Watched, health: Health) {
        if health == Health::Live {
            self.listed.insert(watched, true);
        }
        match (self.watches.get(&watched), &health) {
            // The beginning of a failure is what people are told, not its latest moment.
            (Some(Health::Failing { since, .. }), Health::Failing { error, .. }) => {
                let health = Health::Failing { since: *since, error: error.clone() };
                self.watches.insert(watched, health);
            }
            (Some(Health::Forbidden { since, .. }), Health::Forbidden { error, .. }) => {
                let health = Health::Forbidden { since: *since, error: error.clone() };
                self.watches.insert(watched, health);
            }
            _ => {
                self.watches.insert(watched, health);
            }
        }
    }

    pub(crate) fn unreadable(&mut self, object: String, error: Option<String>) {
        match error {
            Some(error) => self.unreadable.insert(object, shown(&error, 200)),
            None => self.unreadable.remove(&object),
        };
    }

    fn of(&self, watched: Watched) -> &Health {
        self.watches.get(&watched).unwrap_or(&Health::Connecting)
    }

    /// Whether the watch has a complete list, however old.
    pub(crate) fn has_listed(&self, watched: Watched) -> bool {
        self.listed.contains_key(&watched)
    }

    /// Whether every watch has an answer of some kind, so that a one-time reader need not wait.
    pub(crate) fn is_settled(&self) -> bool {
        Watched::ALL.into_iter().all(|w| *self.of(w) != Health::Connecting)
    }

    /// The first failure of something essential that has lasted too long at `now`, or the moment
    /// at which it will have.
    fn failure(&self, now: Timestamp) -> Result<Option<(Timestamp, &str)>, Timestamp> {
        let failing = [Watched::Pods, Watched::Services, Watched::Ingresses]
            .into_iter()
            .filter_map(|w| match self.of(w) {
                Health::Failing { since, error } => Some((*since, error.as_str())),
                Health::Connecting | Health::Live | Health::Forbidden { .. } => None,
            });
        match failing.min_by_key(|(since, _)| *since) {
            Some((since, _)) if self.is_complete() && now < since.plus(GRACE_SECONDS) => {
                Err(since.plus(GRACE_SECONDS))
            }
            failure => Ok(failure),
        }
    }

    /// Since when something essential has been refused.
    fn refused_since(&self) -> Option<Timestamp> {
        let refused = Watched::ALL.into_iter().filter(|w| w.is_essential()).filter_map(|w| {
            match self.of(w) {
                Health::Forbidden { since, .. } => Some(*since),
                Health::Connecting | Health::Live | Health::Failing { .. } => None,
            }
        });
        refused.min()
    }

    /// Since when a context in that state has been shown as it was.
    pub(crate) fn outdated_since(&self, state: ContextState) -> Option<Timestamp> {
        match state {
            ContextState::Stale { since } => Some(since),
            ContextState::Forbidden => self.refused_since(),
            ContextState::Live | ContextState::Connecting | ContextState::Unreachable => None,
        }
    }

    /// Whether there is a picture to show at all.
    fn is_complete(&self) -> bool {
        self.has_listed(Watched::Pods) && self.has_listed(Watched::Services)
    }

    /// What people are told of the context, and when that changes by time alone.
    pub(crate) fn status(&self, now: Timestamp) -> (ContextStatus, Option<Timestamp>) {
        let (failure, mut next) = match self.failure(now) {
            Ok(failure) => (failure, None),
            Err(moment) => (None, Some(moment)),
        };
        // A server that has just started refuses for a moment what it will allow.
        let refused = self.refused_since().map(|since| since.plus(GRACE_SECONDS));
        let is_passing = self.is_complete() && refused.is_some_and(|moment| now < moment);
        if is_passing {
            next = [next, refused].into_iter().flatten().min();
        }
        let mut findings = Vec::new();
        let state = match failure {
            Some((since, error)) if self.is_complete() => {
                let error = error.to_owned();
                findings.push(Reason::StaleContext { since, error }.finding(&self.context));
                ContextState::Stale { since }
            }
            Some((_, error)) => {
                let error = error.to_owned();
                findings.push(Reason::Unreachable { error }.finding(&self.context));
                ContextState::Unreachable
            }
            None if refused.is_some() && !is_passing => ContextState::Forbidden,
            None if self.is_complete() => ContextState::Live,
            None => ContextState::Connecting,
        };
        findings.extend(self.forbidden().filter(|_| !is_passing));
        findings.extend(self.unreadable.iter().map(|(object, error)| {
            Reason::UnreadableObject { object: object.clone(), error: error.clone() }
                .finding(&self.context)
        }));
        let namespace = self.namespace.as_ref().map(ToString::to_string);
        (ContextStatus { name: self.context.clone(), state, findings, namespace }, next)
    }

    /// One finding for all refusals together, with the worst consequence.
    fn forbidden(&self) -> Option<Finding> {
        let refused: Vec<(Watched, &String)> = Watched::ALL
            .into_iter()
            .filter_map(|w| match self.of(w) {
                Health::Forbidden { error, .. } => Some((w, error)),
                Health::Connecting | Health::Live | Health::Failing { .. } => None,
            })
            .collect();
        let (worst, error) = refused.first()?;
        let mut resources: Vec<String> =
            refused.iter().map(|(w, _)| w.resource().to_owned()).collect();
        resources.dedup();
        Some(
            Reason::Forbidden {
                resources,
                namespace: self.namespace.clone(),
                consequence: if worst.is_essential() && self.is_complete() {
                    "What is shown is as it was before."
                } else {
                    worst.consequence()
                },
                error: shown(error, 300),
            }
            .finding(&self.context),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health() -> ContextHealth {
        ContextHealth::new(ContextName::parse("prod").unwrap())
    }

    fn all_live() -> ContextHealth {
        let mut health = health();
        for watched in Watched::ALL {
            health.set(watched, Health::Live);
        }
        health
    }

    fn failing(since: i64) -> Health {
        Health::Failing { since: Timestamp(since), error: "connection refused".to_owned() }
    }

    #[test]
    fn a_short_failure_is_not_told() {
        let mut health = all_live();
        health.set(Watched::Pods, failing(100));
        health.set(Watched::Pods, failing(101));
        let (status, next) = health.status(Timestamp(101));
        assert_eq!((status.state, next), (ContextState::Live, Some(Timestamp(102))));
        let (status, next) = health.status(Timestamp(102));
        assert_eq!((status.state, next), (ContextState::Stale { since: Timestamp(100) }, None));
        assert_eq!(status.findings[0].evidence.as_deref(), Some("connection refused"));
        health.set(Watched::Pods, Health::Live);
        assert_eq!(health.status(Timestamp(103)).0.state, ContextState::Live);
    }

    #[test]
    fn a_context_that_never_answered_is_unreachable_at_once() {
        let mut health = health();
        assert_eq!(health.status(Timestamp(100)).0.state, ContextState::Connecting);
        health.set(Watched::Services, failing(100));
        assert_eq!(health.status(Timestamp(100)).0.state, ContextState::Unreachable);
    }

    #[test]
    fn what_is_not_essential_may_be_forbidden() {
        let mut health = all_live();
        let no =
            || Health::Forbidden { since: Timestamp(0), error: "events is forbidden".to_owned() };
        health.set(Watched::ServiceEvents, no());
        health.set(Watched::PodEvents, no());
        let (status, _) = health.status(Timestamp(0));
        assert_eq!(status.state, ContextState::Live);
        assert_eq!(status.findings.len(), 1);
        assert!(status.findings[0].lead.contains("list events in prod"), "{:?}", status.findings);
        health.set(Watched::Pods, no());
        let (status, next) = health.status(Timestamp(1));
        assert_eq!((status.state, next), (ContextState::Live, Some(Timestamp(2))));
        let (status, _) = health.status(Timestamp(2));
        assert_eq!(status.state, ContextState::Forbidden);
        assert!(status.findings[0].detail.ends_with("What is shown is as it was before."));
        assert_eq!(health.outdated_since(status.state), Some(Timestamp(0)));
    }

    #[test]
    fn what_was_never_allowed_is_told_at_once() {
        let mut health = health();
        let error = "pods is forbidden".to_owned();
        health.set(Watched::Pods, Health::Forbidden { since: Timestamp(100), error });
        let (status, _) = health.status(Timestamp(100));
        assert_eq!(status.state, ContextState::Forbidden);
        assert!(status.findings[0].detail.ends_with("No cluster is shown."));
    }
}
