//! Profiles of apps: what is usually on a port, how to recognise it by its answers, and what it
//! needs behind a path.
//!
//! The facts are in `data/apps.toml`, which documents its own schema. It knows nothing of
//! Kubernetes' objects; who asks says whether the route takes the path off.

mod recognise;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Deserialize;
use skyports_model::{AppGuess, Confidence, Host, Port, VerdictKind};

pub use self::recognise::{Json, Signs};

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
    #[serde(default)]
    pub ports: Vec<Port>,
    /// Where it may listen, as much else does: not enough for a guess.
    #[serde(default)]
    pub also: Vec<Port>,
    /// How its answers look.
    #[serde(default)]
    pub signs: Signs,
    /// What it opens a WebSocket to, below its root.
    pub websocket: Option<String>,
    /// What it streams events from, below its root.
    pub event_stream: Option<String>,
    /// The field of an answer that must hold the path, or the page looks right and does not work.
    pub root: Option<Json>,
    /// What makes it answer to the name by which it is asked; `{host}` stands for that.
    pub host_flag: Option<String>,
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
    /// What to start it with; `{path}` stands for the path without its last slash, `{host}` for the
    /// host.
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
    /// Nobody has tried.
    Unknown,
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
    /// From what people who use it say; not looked up.
    Told,
}

impl Profile {
    /// The app as a guess from the port's number alone.
    pub fn guess(&self) -> AppGuess {
        self.told(Confidence::Guess)
    }

    /// The app as one that was recognised by its answers.
    pub fn seen(&self) -> AppGuess {
        self.told(Confidence::Seen)
    }

    /// The app as one that a reader names.
    pub fn said(&self) -> AppGuess {
        self.told(Confidence::Said)
    }

    /// What it needs on a route that it does not stand as it is; `is_kept` says whether it sees the
    /// path there.
    pub fn needs(&self, is_kept: bool) -> VerdictKind {
        match (is_kept, self.stripped.verdict, self.kept.verdict) {
            (true, _, Kept::NeedsFlag) | (false, Stripped::NeedsFlag, _) => VerdictKind::NeedsFlag,
            (false, _, Kept::NeedsFlag | Kept::Works) => VerdictKind::NeedsKeptRoute,
            (true, _, Kept::Works | Kept::Breaks | Kept::Unknown)
            | (false, _, Kept::Breaks | Kept::Unknown) => VerdictKind::NeedsOwnHost,
        }
    }

    /// Whether it stands such a route as it is, as far as that is known.
    pub fn stands(&self, is_kept: bool) -> bool {
        if is_kept {
            match self.kept.verdict {
                Kept::Works | Kept::Unknown => true,
                Kept::NeedsFlag | Kept::Breaks => false,
            }
        } else {
            match self.stripped.verdict {
                Stripped::WorksWithSlash | Stripped::ApiOnly | Stripped::Unknown => true,
                Stripped::NeedsFlag | Stripped::Breaks => false,
            }
        }
    }

    fn told(&self, confidence: Confidence) -> AppGuess {
        let Self { id, name, tile, .. } = self;
        AppGuess { id: id.clone(), name: name.clone(), tile: tile.clone(), confidence }
    }

    /// What makes it answer to `host`.
    pub fn host_flag(&self, host: &Host) -> Option<String> {
        Some(self.host_flag.as_deref()?.replace("{host}", &host.to_string()))
    }

    /// What the profile's verdicts rest on, as evidence: `TensorBoard 2.21.0, tried (…)`.
    pub fn evidence(&self) -> String {
        let Source { version, how, place } = &self.source;
        match how {
            How::Run => format!("{version}, tried ({place})"),
            How::Read | How::Told => format!("{version}, not tried ({place})"),
        }
    }
}

impl<V> Subpath<V> {
    /// The flag with path and host filled in; `path` may end with a slash. Without a host the name
    /// `HOST` stands for it.
    pub fn flag(&self, path: &str, host: Option<&Host>) -> Option<String> {
        let host = host.map_or_else(|| "HOST".to_owned(), ToString::to_string);
        let flag = self.flag.as_deref()?.replace("{path_inner}", path.trim_matches('/'));
        Some(flag.replace("{path}", path.trim_end_matches('/')).replace("{host}", &host))
    }
}

/// Every profile, in the order of the data file.
pub fn profiles() -> &'static [Profile] {
    // A test parses the same text, so that the fallback is never seen.
    static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| parse(DATA).unwrap_or_default());
    &PROFILES
}

/// The profile of that id.
pub fn of_id(id: &str) -> Option<&'static Profile> {
    profiles().iter().find(|profile| profile.id == id)
}

/// The apps that may be on a port, the usual one first.
pub fn possible_on(port: Port) -> impl Iterator<Item = &'static Profile> {
    let all = || profiles().iter();
    let usual = all().filter(move |profile| profile.ports.contains(&port));
    usual.chain(all().filter(move |profile| profile.also.contains(&port)))
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
