//! What a list or a watch is asked in its query.

mod compatible;

use std::time::Duration;

use axum::extract::Query;
use http::Uri;

use super::failure::Failure;
use super::token::Token;
use crate::selectors::Selectors;
use crate::store::Resource;

/// The query's words as they came.
pub(super) struct Raw(Vec<(String, String)>);

/// What is asked.
pub(super) struct Options {
    pub(super) selectors: Selectors,
    /// At most so many objects.
    pub(super) limit: Option<usize>,
    pub(super) token: Option<Token>,
    pub(super) version: Version,
    /// How long a watch lasts.
    pub(super) timeout: Option<Duration>,
    pub(super) bookmarks: bool,
    /// Whether a watch begins with what is there.
    pub(super) initial_events: bool,
}

/// The version that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// The newest.
    Newest,
    /// `0`: any.
    Any,
    /// This one, or a newer.
    NotOlderThan(u64),
    /// Exactly this one.
    Exact(u64),
}

impl Options {
    pub(super) fn raw(uri: &Uri) -> Raw {
        Raw(Query::try_from_uri(uri).map(|Query(words)| words).unwrap_or_default())
    }
}

impl Raw {
    /// Whether changes are asked for.
    pub(super) fn watches(&self) -> bool {
        self.flag("watch")
    }

    /// Reads them for a kind.
    pub(super) fn parsed(&self, resource: Resource) -> Result<Options, Failure> {
        let limit = self.number("limit")?.and_then(|limit| usize::try_from(limit).ok());
        let timeout = self.number("timeoutSeconds")?;
        let selectors = Selectors::parse(
            resource,
            self.text("labelSelector").unwrap_or_default(),
            self.text("fieldSelector").unwrap_or_default(),
        )
        .map_err(|error| Failure::bad_request(&error.to_string()))?;
        let limit = limit.filter(|limit| *limit > 0);
        compatible::check(self)?;
        let version = self.version(limit.is_some())?;
        let token = self.text("continue").filter(|token| !token.is_empty());
        if token.is_some() && !matches!(version, Version::Newest | Version::Any) {
            let message = "specifying resource version is not allowed when using continue";
            return Err(Failure::bad_request(message));
        }
        let bookmarks = self.flag("allowWatchBookmarks");
        Ok(Options {
            selectors,
            limit,
            token: token.map(Token::parse).transpose()?,
            version,
            timeout: timeout.and_then(|it| u64::try_from(it).ok()).map(Duration::from_secs),
            bookmarks,
            initial_events: self.flag("sendInitialEvents"),
        })
    }

    fn version(&self, limited: bool) -> Result<Version, Failure> {
        let text = self.text("resourceVersion").unwrap_or_default();
        let version = match (text, text.parse::<u64>()) {
            ("", _) => return Ok(Version::Newest),
            (_, Ok(0)) => return Ok(Version::Any),
            (_, Ok(version)) => version,
            (_, Err(_)) => {
                let why = format!(
                    "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
                );
                return Err(if self.watches() {
                    Failure::bad_version(&why)
                } else {
                    Failure::bad_request(&format!("invalid resource version: {why}"))
                });
            }
        };
        Ok(match self.text("resourceVersionMatch").unwrap_or_default() {
            "Exact" => Version::Exact(version),
            // From the time before there was a choice.
            "" if limited && !self.watches() => Version::Exact(version),
            _ => Version::NotOlderThan(version),
        })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// All values of a word that may come more than once.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(it, _)| it == name).map(|(_, value)| value.as_str()).collect()
    }

    /// As a real server reads it: whatever does not say no says yes.
    fn flag(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|value| !["0", "false"].contains(&value.to_lowercase().as_str()))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong =
            || Failure::bad_request(&format!("strconv.ParseInt: parsing {text:?}: invalid syntax"));
        text.parse().map(Some).map_err(|_| wrong())
    }
}
