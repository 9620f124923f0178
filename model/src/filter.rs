//! Which endpoints a person asked to see.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::endpoint::{Endpoint, Mode};

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

    /// Whether it shows that endpoint of that cluster. For many endpoints: [`Filter::matcher`].
    pub fn shows(&self, cluster: &Cluster, endpoint: &Endpoint) -> bool {
        self.matcher().within(cluster).is_some_and(|within| within.shows(endpoint))
    }

    /// Whether it shows a cluster that has no endpoints.
    pub fn shows_empty(&self, cluster: &Cluster) -> bool {
        self.matcher().within(cluster).is_some_and(|within| within.shows_empty())
    }

    /// The filter, made ready to be asked often.
    pub fn matcher(&self) -> Matcher<'_> {
        Matcher {
            filter: self,
            words: self.text.split_whitespace().map(str::to_ascii_lowercase).collect(),
        }
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
    /// What the filter still asks of the endpoints of a cluster; nothing where it shows none of them.
    pub fn within(&self, cluster: &Cluster) -> Option<Within<'_>> {
        let Self { filter, words } = self;
        let Filter { owner, context, .. } = filter;
        let is_of = (owner.is_empty() || cluster.user.as_ref() == Some(owner))
            && (context.is_empty() || cluster.id.context.as_str() == context);
        let left = words.iter().map(String::as_str).filter(|word| !in_cluster(cluster, word));
        is_of.then(|| Within { filter, words: left.collect() })
    }
}

/// What a filter asks of the endpoints of one cluster.
#[derive(Debug)]
pub struct Within<'a> {
    filter: &'a Filter,
    /// Those that do not occur in what is told of the cluster.
    words: Vec<&'a str>,
}

impl Within<'_> {
    /// Whether the filter shows that endpoint of the cluster.
    pub fn shows(&self, endpoint: &Endpoint) -> bool {
        self.is_in_state(endpoint) && self.shows_in_every_state(endpoint)
    }

    /// Whether the endpoint is in the state that the filter asks for.
    pub fn is_in_state(&self, endpoint: &Endpoint) -> bool {
        let state = &self.filter.state;
        state.is_empty() || endpoint.state.word() == state
    }

    /// Whether the filter would show that endpoint if it asked for no state.
    pub fn shows_in_every_state(&self, endpoint: &Endpoint) -> bool {
        self.filter.mode.is_none_or(|mode| endpoint.mode() == mode)
            && self.words.iter().all(|word| in_endpoint(endpoint, word))
    }

    /// Whether the filter shows the cluster although it has no endpoints.
    pub fn shows_empty(&self) -> bool {
        let Filter { state, mode, .. } = self.filter;
        state.is_empty() && mode.is_none() && self.words.is_empty()
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
        || holds(endpoint.mode().as_str(), word)
        || holds(endpoint.mode().label(), word)
        || endpoint.app.as_ref().is_some_and(|app| holds(&app.name, word))
        || endpoint.urls.iter().any(|url| holds(&url.to_string(), word))
        || endpoint.addresses.iter().any(|address| holds(address, word))
}

/// Whether a text holds a word that is in lower case, whatever the case of the text's own ASCII
/// letters. (The table for all others would be a fiftieth of the browser's program, and the standard
/// library's search a hundredth; names that `SkyPilot` makes are ASCII.)
pub fn holds(text: &str, word: &str) -> bool {
    let Some((first, rest)) = word.as_bytes().split_first() else { return true };
    // Mostly the first letter differs already.
    let begins = |part: &[u8]| match part.split_first() {
        Some((head, tail)) => {
            head.to_ascii_lowercase() == *first && tail.eq_ignore_ascii_case(rest)
        }
        None => false,
    };
    text.as_bytes().windows(word.len()).any(begins)
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
}
