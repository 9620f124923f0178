//! The chain of checks of one endpoint, from its object to its app: how each link is, what says so,
//! and what to do about the first that does not hold.
//!
//! Who makes the links knows how they were found; here is their order, and that nothing is said of
//! what lies behind a broken one.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::id::EndpointId;
use crate::time::Timestamp;
use crate::verdict::Exchange;

/// The checks of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Of which endpoint.
    pub endpoint: EndpointId,
    /// Invariant: one link of each kind, in the order of [`LinkKind::ALL`]; behind the first that
    /// fails or waits none was checked.
    links: Vec<Link>,
    /// When the endpoint was asked; when its objects were looked at, where nobody asked it.
    pub as_of: Timestamp,
    /// How long asking took; `None` where nobody asked.
    pub millis: Option<u32>,
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Which.
    pub kind: LinkKind,
    /// Whether it holds.
    pub result: LinkResult,
    /// How long it took, where that was measured.
    pub millis: Option<u32>,
    /// What was found, a clause without a full stop. Backticks mark code.
    pub told: String,
    /// What is wrong, why we say so, and what to do.
    pub finding: Option<Finding>,
    /// What was asked and answered, where an experiment says it.
    pub exchanges: Vec<Exchange>,
}

/// What a link is about, from the cluster to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The Service or Ingress that exposes the port.
    Object,
    /// What makes a load balancer or serves paths.
    Controller,
    /// The address in the object's status.
    Address,
    /// The address of the host's name.
    Dns,
    /// A connection to the port.
    Tcp,
    /// The TLS handshake, where the URL says `https`.
    Tls,
    /// An answer in HTTP.
    Http,
    /// What the app makes of the request.
    App,
}

impl LinkKind {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Object,
        Self::Controller,
        Self::Address,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Http,
        Self::App,
    ];

    /// The link for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Controller => "controller",
            Self::Address => "address",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::App => "app",
        }
    }

    /// The link for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Object => "Object",
            Self::Controller => "Controller",
            Self::Address => "Address",
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::App => "App",
        }
    }
}

/// Whether a link holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkResult {
    /// It does.
    Pass,
    /// It does, and a person should know something about it.
    Warn,
    /// It is expected to hold soon: wait.
    Wait,
    /// It does not: what lies behind it cannot be reached.
    Fail,
    /// There is no such link here: a plain address needs no DNS.
    NotNeeded,
    /// Nobody has looked, or nobody could.
    NotChecked,
}

impl LinkResult {
    /// The result for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Wait => "wait",
            Self::Fail => "fail",
            Self::NotNeeded => "not_needed",
            Self::NotChecked => "not_checked",
        }
    }

    /// The result for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pass => "Passed",
            Self::Warn => "Needs attention",
            Self::Wait => "Waits",
            Self::Fail => "Failed",
            Self::NotNeeded => "Not needed",
            Self::NotChecked => "Not checked",
        }
    }

    /// Whether nothing can be said of what lies behind the link.
    pub fn stops(self) -> bool {
        match self {
            Self::Wait | Self::Fail => true,
            Self::Pass | Self::Warn | Self::NotNeeded | Self::NotChecked => false,
        }
    }
}

impl Link {
    /// A link of which nothing is wrong.
    pub fn new(kind: LinkKind, result: LinkResult, told: impl Into<String>) -> Self {
        let told = told.into();
        Self { kind, result, millis: None, told, finding: None, exchanges: vec![] }
    }

    /// The same, which took so long.
    #[must_use]
    pub fn taking(self, millis: Option<u32>) -> Self {
        Self { millis, ..self }
    }

    /// The same, with what is wrong.
    #[must_use]
    pub fn because(self, finding: Finding) -> Self {
        Self { finding: Some(finding), ..self }
    }
}

impl Chain {
    /// What is said to be wrong, for those who say less of it.
    pub(crate) fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.links.iter_mut().filter_map(|link| link.finding.as_mut())
    }

    /// The chain of the links that were looked at, in any order. Behind the first that fails or
    /// waits nothing counts.
    pub fn of(
        endpoint: EndpointId,
        found: Vec<Link>,
        as_of: Timestamp,
        millis: Option<u32>,
    ) -> Self {
        let mut stopped = false;
        let links = LinkKind::ALL.map(|kind| {
            let link = found.iter().find(|link| link.kind == kind && !stopped).cloned();
            let link =
                link.unwrap_or_else(|| Link::new(kind, LinkResult::NotChecked, "not checked"));
            stopped |= link.result.stops();
            link
        });
        Self { endpoint, links: links.into(), as_of, millis }
    }

    /// The links, one of each kind, in their order.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The first link that does not hold; else the first that a person should know of.
    pub fn first_trouble(&self) -> Option<&Link> {
        let with = |result| self.links.iter().find(move |link| link.result == result);
        let stopping = self.links.iter().find(|link| link.result.stops());
        stopping.or_else(|| with(LinkResult::Warn))
    }

    /// Whether something answered and nothing stands in the way.
    pub fn holds(&self) -> bool {
        self.first_trouble().is_none()
            && self.links.iter().any(|link| {
                matches!(link.kind, LinkKind::Tcp | LinkKind::Http)
                    && link.result == LinkResult::Pass
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_overview;
    use LinkKind::{App, Controller, Http, Object, Tcp};
    use LinkResult::{Fail, NotChecked, Pass, Wait, Warn};

    fn chain(found: &[(LinkKind, LinkResult)]) -> Chain {
        let id = an_overview().endpoints().next().unwrap().1.id.clone();
        let links = found.iter().map(|(kind, result)| Link::new(*kind, *result, "x")).collect();
        Chain::of(id, links, Timestamp(0), None)
    }

    fn results(chain: &Chain) -> Vec<LinkResult> {
        chain.links().iter().map(|link| link.result).collect()
    }

    #[test]
    fn behind_a_broken_link_nothing_is_said() {
        for stop in [Fail, Wait] {
            let chain = chain(&[(Http, Pass), (Controller, stop), (Object, Pass), (App, Warn)]);
            let [first, second, rest @ ..] = results(&chain).try_into().unwrap_or([NotChecked; 8]);
            assert_eq!((first, second), (Pass, stop));
            assert_eq!(rest, [NotChecked; 6]);
            assert_eq!(chain.first_trouble().map(|link| link.kind), Some(Controller));
            assert!(!chain.holds());
        }
    }

    #[test]
    fn what_a_person_should_know_breaks_nothing() {
        let chain = chain(&[(Object, Pass), (Tcp, Warn), (Http, Pass), (App, Fail)]);
        assert_eq!(chain.first_trouble().map(|link| link.kind), Some(App));
        assert_eq!(chain.links()[6].result, Pass);
    }

    #[test]
    fn a_chain_that_nobody_has_asked_does_not_hold() {
        assert!(!chain(&[(Object, Pass)]).holds());
        assert!(chain(&[(Object, Pass), (Tcp, Pass)]).holds());
    }
}
