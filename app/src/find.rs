//! What the palette finds: clusters, ports, pages and actions whose names hold all the words.
//!
//! Knows neither the browser nor how it is shown.

use skyports_model::filter::holds;
use skyports_model::{Cluster, Endpoint, Overview};

/// So many are shown: a list that one sees at a glance.
const MOST: usize = 12;

/// Something to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its name.
    pub(crate) name: String,
    /// Where it is, or what it does.
    pub(crate) place: String,
    /// Where it leads.
    pub(crate) target: Target,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// To an address of ours.
    Path(String),
    /// To the button that this selector finds.
    Button(&'static str),
}

/// Pages and actions: name, what else they are called by, target.
const FIXED: [(&str, &str, Fixed); 4] = [
    ("All endpoints", "page overview", Fixed::Path("/")),
    ("Contexts", "page rights", Fixed::Path("/contexts")),
    ("Next theme", "action dark light", Fixed::Button("[data-theme-toggle]")),
    ("Keyboard shortcuts", "action keys help", Fixed::Button("[data-open=keys]")),
];

#[derive(Clone, Copy)]
enum Fixed {
    Path(&'static str),
    Button(&'static str),
}

/// What `text` finds, clusters first; without words, what there is to begin with.
pub(crate) fn find(overview: &Overview, text: &str) -> Vec<Found> {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let clusters = overview.clusters.iter().filter(|cluster| all(&words, &place_of(cluster)));
    let ports = overview.endpoints().filter(|(cluster, endpoint)| {
        let own = own_of(endpoint);
        // Words that are all the cluster's find the cluster; with one of the port's, the port.
        words.iter().any(|word| holds(&own, word))
            && all(&words, &[&own, " ", &place_of(cluster)].concat())
    });
    let fixed = FIXED.iter().filter(|(name, other, _)| all(&words, &[name, " ", other].concat()));
    // The pages are always among what there is to begin with.
    let room = if words.is_empty() { MOST - FIXED.len() } else { MOST };
    clusters
        .map(of_cluster)
        .chain(ports.map(|(cluster, endpoint)| of_port(cluster, endpoint)))
        .take(room)
        .chain(fixed.map(of_fixed))
        .take(MOST)
        .collect()
}

fn all(words: &[&str], told: &str) -> bool {
    words.iter().all(|word| holds(told, word))
}

fn place_of(Cluster { id, name, .. }: &Cluster) -> String {
    let parts = [name, id.name.as_str(), id.context.as_str(), id.namespace.as_str()];
    parts.join(" ")
}

fn own_of(endpoint: &Endpoint) -> String {
    let app = endpoint.app.as_ref().map_or("", |app| app.name.as_str());
    [&endpoint.port().to_string(), " ", app].concat()
}

fn of_cluster(cluster: &Cluster) -> Found {
    Found {
        name: cluster.name.clone(),
        place: [cluster.id.context.as_str(), " / ", cluster.id.namespace.as_str()].concat(),
        target: Target::Path(cluster.id.path()),
    }
}

fn of_port(cluster: &Cluster, endpoint: &Endpoint) -> Found {
    let port = endpoint.port().to_string();
    let app = endpoint.app.as_ref().map_or("", |app| app.name.as_str());
    Found {
        name: [&port, " ", app].concat().trim_end().to_owned(),
        place: cluster.name.clone(),
        target: Target::Path([&cluster.id.path(), "/", &port].concat()),
    }
}

fn of_fixed((name, _, target): &(&'static str, &'static str, Fixed)) -> Found {
    let (place, target) = match *target {
        Fixed::Path(path) => ("Page", Target::Path(path.to_owned())),
        Fixed::Button(button) => ("Action", Target::Button(button)),
    };
    Found { name: (*name).to_owned(), place: place.to_owned(), target }
}

#[cfg(test)]
mod tests;
