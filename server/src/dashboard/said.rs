//! What one reader says of apps, and the overview as it is told to them.
//!
//! It is kept in the reader's browser alone (`web::said`), so it changes nothing for anybody else: the
//! overview in memory stays as it is, and is changed on its way to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use skyports_app::dashboard::Dashboard as _;
use skyports_k8s::apps::{self, Profile};
use skyports_k8s::subpath;
use skyports_model::verdict::Verdict;
use skyports_model::{Change, Cluster, EndpointId, Overview};

use super::live::Live;

/// Apps of which a reader is remembered to have said something; the oldest are forgotten first. All
/// of them must find room in a cookie, which holds 4 kB.
const MOST: usize = 80;
/// Hexadecimal digits of a hash that tell ports apart.
const DIGITS: usize = 16;

/// What a reader says: by port, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said(Vec<(String, &'static Profile)>);

impl Said {
    /// Reads what [`text`](Self::text) writes; what it cannot have written is left out.
    pub fn parse(text: &str) -> Self {
        let one = |pair: &str| {
            let (key, app) = pair.split_once('.')?;
            let is_key = key.len() == DIGITS && key.bytes().all(|it| it.is_ascii_hexdigit());
            Some((key.to_owned(), apps::of_id(app)?)).filter(|_| is_key)
        };
        let mut said: Vec<_> = text.split('~').filter_map(one).collect();
        let too_many = said.len().saturating_sub(MOST);
        said.drain(..too_many);
        Self(said)
    }

    /// The same as one word of letters, digits and marks that a cookie takes.
    pub fn text(&self) -> String {
        let pairs: Vec<_> = self.0.iter().map(|(key, app)| format!("{key}.{}", app.id)).collect();
        pairs.join("~")
    }

    /// The same, and of that port this; with `None` nothing any more. A port has one app, whatever
    /// the mode.
    #[must_use]
    pub fn with(mut self, id: &EndpointId, app: Option<&'static Profile>) -> Self {
        let key = key(id);
        self.0.retain(|(it, _)| *it != key);
        self.0.extend(app.map(|app| (key, app)));
        let too_many = self.0.len().saturating_sub(MOST);
        self.0.drain(..too_many);
        self
    }

    /// What is said of an endpoint's app.
    pub fn of(&self, id: &EndpointId) -> Option<&'static Profile> {
        if self.0.is_empty() {
            return None;
        }
        let key = key(id);
        self.0.iter().find_map(|(it, app)| (*it == key).then_some(*app))
    }

    /// Whether nothing is said of anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A port by a few bytes, so that the names of clusters stay out of the browser.
fn key(EndpointId { cluster, port, .. }: &EndpointId) -> String {
    let hash = Sha256::digest(format!("{cluster}/{port}"));
    format!("{hash:x}").chars().take(DIGITS).collect()
}

/// What a reader says, and what experiments found at the endpoints of which they say it.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    said: Arc<Said>,
    verdicts: Arc<BTreeMap<EndpointId, Verdict>>,
}

impl Naming {
    /// What that reader says of the endpoints of `live`.
    pub(super) async fn of(live: &Live, said: Said) -> Self {
        let mut verdicts = BTreeMap::new();
        if !said.is_empty() {
            let overview = live.overview();
            for (_, endpoint) in overview.endpoints().filter(|(_, it)| said.of(&it.id).is_some()) {
                let verdict = live.verdict(endpoint.id.clone()).await;
                verdicts.extend(verdict.map(|verdict| (endpoint.id.clone(), verdict)));
            }
        }
        Self { said: Arc::new(said), verdicts: Arc::new(verdicts) }
    }

    /// Whether nothing is said of anything.
    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// What is said of an endpoint's app.
    pub(super) fn app(&self, id: &EndpointId) -> Option<&'static Profile> {
        self.said.of(id)
    }

    /// The overview as the reader is told it.
    pub(super) fn overview(&self, all: Arc<Overview>) -> Arc<Overview> {
        if !self.is_said_of(&all.clusters) {
            return all;
        }
        let mut own = Overview::clone(&all);
        own.clusters.iter_mut().for_each(|cluster| self.tell(cluster));
        Arc::new(own)
    }

    /// A change as the reader is told it; `None` where that is as everybody is.
    pub(super) fn change(&self, change: &Change) -> Option<Change> {
        if !self.is_said_of(&change.changed) {
            return None;
        }
        let mut own = change.clone();
        own.changed.iter_mut().for_each(|cluster| self.tell(cluster));
        Some(own)
    }

    fn is_said_of(&self, clusters: &[Cluster]) -> bool {
        let mut endpoints = clusters.iter().flat_map(|cluster| &cluster.endpoints);
        !self.is_empty() && endpoints.any(|endpoint| self.said.of(&endpoint.id).is_some())
    }

    fn tell(&self, cluster: &mut Cluster) {
        for place in 0..cluster.endpoints.len() {
            let Some(endpoint) = cluster.endpoints.get(place) else { continue };
            let Some(app) = self.said.of(&endpoint.id) else { continue };
            let told = subpath::said(cluster, endpoint, app, self.verdicts.get(&endpoint.id));
            if let Some(endpoint) = cluster.endpoints.get_mut(place) {
                *endpoint = told;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use skyports_model::{ClusterId, ContextName, Mode, NameOnCloud, Namespace, Port};

    use super::*;

    fn id(port: u16) -> EndpointId {
        let cluster = ClusterId {
            context: ContextName::parse("prod").unwrap(),
            namespace: Namespace::parse("ml").unwrap(),
            name: NameOnCloud::parse("train-2ea4").unwrap(),
        };
        EndpointId { cluster, port: Port::new(port.into()).unwrap(), mode: Mode::Ingress }
    }

    #[test]
    fn what_is_said_is_read_as_it_was_written() {
        let (jupyter, gradio) = (apps::of_id("jupyter"), apps::of_id("gradio"));
        let said = Said::default().with(&id(8888), jupyter).with(&id(7860), gradio);
        assert_eq!(Said::parse(&said.text()), said);
        assert_eq!(said.of(&id(8888)), jupyter);
        assert_eq!(said.of(&EndpointId { mode: Mode::LoadBalancer, ..id(8888) }), jupyter);
        assert_eq!(said.of(&id(1)), None);
        let other = said.with(&id(8888), gradio);
        assert_eq!(other.of(&id(8888)), gradio);
        assert_eq!(other.with(&id(8888), None).of(&id(8888)), None);
    }

    #[test]
    fn the_oldest_is_forgotten_and_all_of_it_finds_room() {
        let longest = apps::profiles().iter().max_by_key(|profile| profile.id.len());
        let said = (1..=200).fold(Said::default(), |said, port| said.with(&id(port), longest));
        assert_eq!((said.of(&id(1)), said.of(&id(200))), (None, longest));
        assert!(said.text().len() < 3_500, "{} bytes", said.text().len());
    }

    proptest! {
        #[test]
        fn a_cookie_may_hold_anything(text in "\\PC{0,200}|([0-9a-f]{16}\\.[a-z-]{1,12}~){0,90}") {
            let said = Said::parse(&text);
            prop_assert!(said.0.len() <= MOST);
            prop_assert_eq!(Said::parse(&said.text()), said);
        }
    }
}
