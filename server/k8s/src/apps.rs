//! Profiles of apps: what is usually on a port, and what it needs behind a path.
//!
//! The facts are in `data/apps.toml`, which documents its own schema. It knows nothing of
//! Kubernetes' objects; who asks says whether the route takes the path off.

use std::sync::LazyLock;

use serde::Deserialize;
use skyports_model::{AppGuess, Confidence, Port};

/// One app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Stable, for scripts: `jupyter`.
    pub id: String,
    /// As its makers write it.
    pub name: String,
    /// Two letters.
    pub tile: String,
    /// Where it usually listens.
    pub ports: Vec<Port>,
    /// Behind a route that takes the path off, as SkyPilot's Ingress does.
    pub stripped: Subpath<Stripped>,
    /// Behind a route that leaves the path as it is.
    pub kept: Subpath<Kept>,
    /// What the verdicts rest on.
    pub source: Source,
}

/// How an app does under a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subpath<V> {
    /// The verdict.
    pub verdict: V,
    /// What to start it with; `{path}` stands for the path without its last slash.
    pub flag: Option<String>,
    /// What happens otherwise.
    pub why: Option<String>,
}

/// How an app does when its path is taken off before it sees a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stripped {
    /// Works as long as the address ends with a slash.
    WorksWithSlash,
    /// Works once it is told the path.
    NeedsFlag,
    /// Does not work.
    Breaks,
    /// Has no pages; its API works under any path.
    ApiOnly,
}

/// How an app does when it sees the whole path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Works as it is.
    Works,
    /// Works once it is told the path.
    NeedsFlag,
    /// Does not work.
    Breaks,
    /// Nobody has tried.
    Unknown,
}

/// What a profile's verdicts rest on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The version that was looked at.
    pub version: String,
    /// How.
    pub how: How,
    /// Where.
    #[serde(rename = "where")]
    pub place: String,
}

/// How a verdict was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By running the app.
    Run,
    /// From its source or documentation.
    Read,
}

impl Profile {
    /// The app as a guess from the port's number alone.
    pub fn guess(&self) -> AppGuess {
        AppGuess {
            id: self.id.clone(),
            name: self.name.clone(),
            tile: self.tile.clone(),
            confidence: Confidence::Guess,
        }
    }

    /// What the profile's verdicts rest on, as evidence: `TensorBoard 2.21.0, tried (…)`.
    pub fn evidence(&self) -> String {
        let Source { version, how, place } = &self.source;
        match how {
            How::Run => format!("{version}, tried ({place})"),
            How::Read => format!("{version}, not tried ({place})"),
        }
    }
}

impl<V> Subpath<V> {
    /// The flag with the path filled in; `path` may end with a slash.
    pub fn flag(&self, path: &str) -> Option<String> {
        Some(self.flag.as_deref()?.replace("{path}", path.trim_end_matches('/')))
    }
}

/// Every profile, in the order of the data file.
pub fn profiles() -> &'static [Profile] {
    // A test parses the same text, so that the fallback is never seen.
    static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| parse(DATA).unwrap_or_default());
    &PROFILES
}

/// The app that is usually on a port.
pub fn usual_on(port: Port) -> Option<&'static Profile> {
    profiles().iter().find(|profile| profile.ports.contains(&port))
}

const DATA: &str = include_str!("../data/apps.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    app: Vec<Profile>,
}

fn parse(text: &str) -> Result<Vec<Profile>, toml::de::Error> {
    toml::from_str::<File>(text).map(|file| file.app)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_data_file_is_read() {
        let profiles = parse(DATA).unwrap();
        assert_eq!(profiles, super::profiles());
        assert!(profiles.len() >= 10);
    }

    #[test]
    fn every_row_keeps_the_schema() {
        let mut ids = BTreeSet::new();
        for Profile { id, name, tile, ports, stripped, kept, source } in profiles() {
            assert!(ids.insert(id), "{id} twice");
            assert!(
                id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{id}"
            );
            assert_eq!(tile.chars().count(), 2, "{id}: tile");
            assert!(!name.is_empty() && !ports.is_empty(), "{id}");
            assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len(), "{id}: ports");
            let (needs, explains) = match stripped.verdict {
                Stripped::NeedsFlag => (true, true),
                Stripped::Breaks => (false, true),
                Stripped::WorksWithSlash | Stripped::ApiOnly => (false, false),
            };
            check_texts(id, needs, explains, stripped.flag.as_deref(), stripped.why.as_deref());
            let (needs, explains) = match kept.verdict {
                Kept::NeedsFlag => (true, true),
                Kept::Breaks => (false, true),
                Kept::Works | Kept::Unknown => (false, false),
            };
            check_texts(id, needs, explains, kept.flag.as_deref(), kept.why.as_deref());
            assert!(source.version.chars().any(|c| c.is_ascii_digit()), "{id}: version");
            assert!(!source.place.is_empty(), "{id}: where");
        }
    }

    /// A verdict has the texts that it needs, and no others.
    fn check_texts(id: &str, needs: bool, explains: bool, flag: Option<&str>, why: Option<&str>) {
        assert_eq!(flag.is_some(), needs, "{id}: flag");
        assert!(flag.is_none_or(|flag| flag.contains("{path}")), "{id}: flag without a path");
        assert_eq!(why.is_some(), explains, "{id}: why");
        assert!(why.is_none_or(|why| why.ends_with('.')), "{id}: why is no sentence");
    }

    #[test]
    fn odd_rows_are_refused() {
        let row = |extra: &str| {
            format!(
                "[[app]]\nid='a'\nname='A'\ntile='Aa'\nports=[1]\n{extra}\n[app.stripped]\nverdict='breaks'\n\
                 [app.kept]\nverdict='works'\n[app.source]\nversion='1'\nhow='run'\nwhere='x'\n"
            )
        };
        assert!(parse(&row("")).is_ok());
        assert!(parse(&row("colour='red'")).is_err());
        assert!(parse(&row("").replace("[1]", "[0]")).is_err());
        assert!(parse(&row("").replace("[1]", "[65536]")).is_err());
        assert!(parse(&row("").replace("'breaks'", "'maybe'")).is_err());
    }

    #[test]
    fn the_first_row_with_a_port_is_the_guess() {
        let on = |port: i64| usual_on(Port::new(port).unwrap()).map(|profile| profile.id.as_str());
        assert_eq!(on(8888), Some("jupyter"));
        assert_eq!(on(8080), Some("code-server"));
        assert_eq!(on(12_345), None);
    }

    #[test]
    fn flags_name_the_path() {
        let jupyter = usual_on(Port::new(8888).unwrap()).unwrap();
        assert_eq!(
            jupyter.kept.flag("/skypilot/ml/c/8888/").unwrap(),
            "jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/c/8888/"
        );
    }
}
