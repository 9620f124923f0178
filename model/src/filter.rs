//! Which endpoints a person asked to see.

use serde::{Deserialize, Serialize};

use crate::cluster::Cluster;
use crate::endpoint::Endpoint;

/// What the filter box and the state tabs ask for; lives in the query string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Words that all must occur in cluster, port, app, owner, namespace, context or mode.
    pub text: String,
    /// A state's word; empty for all.
    pub state: String,
}

impl Filter {
    /// Whether it hides nothing.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.state.is_empty()
    }

    /// Whether it shows that endpoint of that cluster.
    pub fn shows(&self, cluster: &Cluster, endpoint: &Endpoint) -> bool {
        (self.state.is_empty() || endpoint.state.word() == self.state)
            && self.words().all(|word| {
                in_cluster(cluster, &word)
                    || endpoint.port().to_string().starts_with(&word)
                    || endpoint.mode().as_str().contains(&word)
                    || endpoint.app.as_ref().is_some_and(|app| holds(&app.name, &word))
                    || endpoint.urls.iter().any(|url| url.to_string().contains(&word))
            })
    }

    /// Whether it shows a cluster that has no endpoints.
    pub fn shows_empty(&self, cluster: &Cluster) -> bool {
        self.state.is_empty() && self.words().all(|word| in_cluster(cluster, &word))
    }

    fn words(&self) -> impl Iterator<Item = String> {
        self.text.split_whitespace().map(str::to_lowercase)
    }
}

fn in_cluster(cluster: &Cluster, word: &str) -> bool {
    holds(&cluster.name, word)
        || holds(cluster.id.name.as_str(), word)
        || holds(cluster.id.namespace.as_str(), word)
        || holds(cluster.id.context.as_str(), word)
        || cluster.user.as_ref().is_some_and(|user| holds(user, word))
}

fn holds(text: &str, lower_case_word: &str) -> bool {
    text.to_lowercase().contains(lower_case_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_overview;

    fn shown(text: &str, state: &str) -> usize {
        let filter = Filter { text: text.to_owned(), state: state.to_owned() };
        an_overview().endpoints().filter(|(c, e)| filter.shows(c, e)).count()
    }

    #[test]
    fn every_word_must_occur_somewhere() {
        assert_eq!(shown("", ""), 2);
        assert_eq!(shown("8888", ""), 1);
        assert_eq!(shown("train ada", ""), 2);
        assert_eq!(shown("train nobody", ""), 0);
        assert_eq!(shown("jupyter", ""), 1);
        assert_eq!(shown("TRAIN", "open"), 1);
        assert_eq!(shown("", "pending"), 1);
    }
}
