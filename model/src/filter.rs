//! Which endpoints a person asked to see.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::endpoint::{Endpoint, EndpointState, Mode};
use crate::overview::Overview;

/// What the filter box, the tabs and the menus ask for; lives in the query string (see
/// [`crate::query::Query`]). Every part that is set must hold.
///
/// There is no "mine" here: nobody is logged in by name, so readers say once which owner they are,
/// the browser remembers that, and "mine" is `owner` with that name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Words that all must occur in cluster, port, app, owner, namespace, context, mode or URL.
    pub text: String,
    /// A state's word; empty for all.
    pub state: String,
    /// Who launched the cluster, as [`Cluster::user`] tells; empty for all.
    pub owner: String,
    /// A context's whole name; empty for all.
    pub context: String,
    /// A mode; `None` for all.
    pub mode: Option<Mode>,
}

impl Filter {
    /// A filter by words alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Whether it hides nothing.
    pub fn is_empty(&self) -> bool {
        let Self { text, state, owner, context, mode } = self;
        text.trim().is_empty()
            && state.is_empty()
            && owner.is_empty()
            && context.is_empty()
            && mode.is_none()
    }

    /// The same filter for endpoints in every state.
    #[must_use]
    pub fn in_every_state(&self) -> Self {
        Self { state: String::new(), ..self.clone() }
    }

    /// Whether it shows that endpoint of that cluster. For many endpoints: [`Filter::matcher`].
    pub fn shows(&self, cluster: &Cluster, endpoint: &Endpoint) -> bool {
        self.matcher().shows(cluster, endpoint)
    }

    /// Whether it shows a cluster that has no endpoints.
    pub fn shows_empty(&self, cluster: &Cluster) -> bool {
        self.matcher().shows_empty(cluster)
    }

    /// The filter, made ready to be asked often.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher {
            filter: self,
            words: self.text.split_whitespace().map(str::to_ascii_lowercase).collect(),
        }
    }

    /// How many endpoints are in each state, in the order of [`EndpointState::WORDS`], of those
    /// that everything but the state asks for.
    pub fn tally(&self, overview: &Overview) -> [usize; 6] {
        let filter = self.in_every_state();
        let matcher = filter.matcher();
        let mut tally = [0; 6];
        for (_, endpoint) in overview.endpoints().filter(|(c, e)| matcher.shows(c, e)) {
            let word = endpoint.state.word();
            let place = EndpointState::WORDS.iter().position(|other| *other == word);
            if let Some(number) = place.and_then(|place| tally.get_mut(place)) {
                *number += 1;
            }
        }
        tally
    }
}

/// A filter with its words split once.
#[derive(Debug)]
pub struct Matcher<'a> {
    filter: &'a Filter,
    /// In lower case.
    words: Vec<String>,
}

impl Matcher<'_> {
    /// Whether the filter shows that endpoint of that cluster.
    pub fn shows(&self, cluster: &Cluster, endpoint: &Endpoint) -> bool {
        let Filter { state, mode, .. } = self.filter;
        (state.is_empty() || endpoint.state.word() == state)
            && mode.is_none_or(|mode| endpoint.mode() == mode)
            && self.is_of(cluster)
            && self
                .words
                .iter()
                .all(|word| in_cluster(cluster, word) || in_endpoint(endpoint, word))
    }

    /// Whether the filter shows a cluster that has no endpoints.
    pub fn shows_empty(&self, cluster: &Cluster) -> bool {
        let Filter { state, mode, .. } = self.filter;
        state.is_empty()
            && mode.is_none()
            && self.is_of(cluster)
            && self.words.iter().all(|word| in_cluster(cluster, word))
    }

    fn is_of(&self, cluster: &Cluster) -> bool {
        let Filter { owner, context, .. } = self.filter;
        (owner.is_empty() || cluster.user.as_ref() == Some(owner))
            && (context.is_empty() || cluster.id.context.as_str() == context)
    }
}

fn in_cluster(cluster: &Cluster, word: &str) -> bool {
    holds(&cluster.name, word)
        || holds(cluster.id.name.as_str(), word)
        || holds(cluster.id.namespace.as_str(), word)
        || holds(cluster.id.context.as_str(), word)
        || cluster.user.as_ref().is_some_and(|user| holds(user, word))
}

fn in_endpoint(endpoint: &Endpoint, word: &str) -> bool {
    endpoint.port().to_string().starts_with(word)
        || endpoint.mode().as_str().contains(word)
        || holds(endpoint.mode().label(), word)
        || endpoint.app.as_ref().is_some_and(|app| holds(&app.name, word))
        || endpoint.urls.iter().any(|url| holds(&url.to_string(), word))
        || endpoint.addresses.iter().any(|address| holds(address, word))
}

/// Whether a text holds a word that is in lower case, whatever the case of the text's own ASCII
/// letters. (The table for all others would be a fiftieth of the browser's program; names that
/// `SkyPilot` makes are ASCII.)
fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    word.is_empty() || text.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_overview;

    fn shown(filter: &Filter) -> usize {
        an_overview().endpoints().filter(|(c, e)| filter.shows(c, e)).count()
    }

    fn words(text: &str, state: &str) -> usize {
        shown(&Filter { state: state.to_owned(), ..Filter::text(text) })
    }

    #[test]
    fn every_word_must_occur_somewhere() {
        assert_eq!(words("", ""), 2);
        assert_eq!(words("8888", ""), 1);
        assert_eq!(words("train ada", ""), 2);
        assert_eq!(words("train nobody", ""), 0);
        assert_eq!(words("jupyter", ""), 1);
        assert_eq!(words("TRAIN", "open"), 1);
        assert_eq!(words("", "pending"), 1);
    }

    #[test]
    fn the_words_are_looked_for_in_all_that_is_shown() {
        for text in ["203.0.113.7:8888", "HTTP://203", "LoadBalancer", "ml", "prod", "train-2ea4"] {
            assert!(words(text, "") > 0, "{text}");
        }
        assert_eq!(words("ingress", ""), 0);
        assert!(holds("Ärger im ÖPNV", "im Ö") && !holds("abc", "ä") && holds("x", ""));
    }

    #[test]
    fn owner_context_and_mode_are_whole_names() {
        let base = Filter::default;
        let ada = "ada@example.com".to_owned();
        assert_eq!(shown(&Filter { owner: ada.clone(), ..base() }), 2);
        assert_eq!(shown(&Filter { owner: "ada".to_owned(), ..base() }), 0);
        assert_eq!(shown(&Filter { context: "prod".to_owned(), ..base() }), 2);
        assert_eq!(shown(&Filter { context: "pro".to_owned(), ..base() }), 0);
        assert_eq!(shown(&Filter { mode: Some(Mode::LoadBalancer), ..base() }), 2);
        assert_eq!(shown(&Filter { mode: Some(Mode::Ingress), owner: ada, ..base() }), 0);
    }

    #[test]
    fn a_cluster_without_ports_has_neither_state_nor_mode() {
        let cluster = &an_overview().clusters[0];
        assert!(Filter::text("train").shows_empty(cluster));
        assert!(!Filter::text("8888").shows_empty(cluster));
        let mode = Filter { mode: Some(Mode::LoadBalancer), ..Filter::default() };
        let state = Filter { state: "open".to_owned(), ..Filter::default() };
        let owner = Filter { owner: "bob".to_owned(), ..Filter::default() };
        assert!([mode, state, owner].iter().all(|filter| !filter.shows_empty(cluster)));
    }

    #[test]
    fn counts_are_of_every_state() {
        let filter = Filter { state: "open".to_owned(), ..Filter::text("train") };
        assert_eq!(filter.tally(&an_overview()), [0, 1, 1, 0, 0, 0]);
        assert_eq!(Filter::text("8888").tally(&an_overview()), [0, 1, 0, 0, 0, 0]);
    }
}
