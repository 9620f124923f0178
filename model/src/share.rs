//! Guest links: one endpoint, shown to whoever holds the link, until a moment.
//!
//! The link's secret is never in here: what is kept of it is its hash.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::endpoint::Mode;
use crate::finding::shown;
use crate::net::Port;
use crate::time::Timestamp;

/// The SHA-256 of a link's secret, 64 lower-case hexadecimal digits. It opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LinkHash(String);

impl LinkHash {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first digits, by which people tell links apart.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or_default()
    }
}

/// It is no hash of a link.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a link’s hash has 64 hexadecimal digits")]
pub struct NoLinkHash;

impl TryFrom<String> for LinkHash {
    type Error = NoLinkHash;
    fn try_from(text: String) -> Result<Self, NoLinkHash> {
        let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 64 && text.bytes().all(is_digit)).then_some(Self(text)).ok_or(NoLinkHash)
    }
}

impl FromStr for LinkHash {
    type Err = NoLinkHash;
    fn from_str(text: &str) -> Result<Self, NoLinkHash> {
        text.to_owned().try_into()
    }
}

impl From<LinkHash> for String {
    fn from(hash: LinkHash) -> Self {
        hash.0
    }
}

/// A guest link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestLink {
    /// What is kept of its secret.
    pub hash: LinkHash,
    /// The endpoint's port.
    pub port: Port,
    /// The endpoint's mode.
    pub mode: Mode,
    /// When it was made.
    pub made: Timestamp,
    /// From when on it shows nothing.
    pub expires: Timestamp,
    /// For whom it is, in the words of who made it; may be empty.
    pub label: Label,
    /// Who made it, as the API server knows them; may be empty.
    pub maker: String,
}

impl GuestLink {
    /// Whether it still shows something at that moment.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.made <= self.expires && now < self.expires
    }
}

/// For whom a link is: a short line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Label(String);

impl Label {
    /// The longest label, in characters.
    pub const LONGEST: usize = 80;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Label {
    fn from(text: String) -> Self {
        Self(shown(&text, Self::LONGEST))
    }
}

/// How long a link works: from one hour to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(u32);

impl Lifetime {
    /// What people choose from, in hours; the default is seven days.
    pub const OFFERED: [Self; 5] = [Self(1), Self(8), Self(24), Self(7 * 24), Self(30 * 24)];

    /// The hours.
    pub fn hours(self) -> u32 {
        self.0
    }

    /// When a link that is made at that moment ends.
    pub fn from(self, made: Timestamp) -> Timestamp {
        Timestamp(made.0.saturating_add(i64::from(self.0) * 3600))
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self(7 * 24)
    }
}

/// A link cannot work for so long.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a guest link works for 1 to 720 hours")]
pub struct NoLifetime;

impl FromStr for Lifetime {
    type Err = NoLifetime;
    fn from_str(hours: &str) -> Result<Self, NoLifetime> {
        let hours: u32 = hours.trim().parse().map_err(|_| NoLifetime)?;
        (1..=30 * 24).contains(&hours).then_some(Self(hours)).ok_or(NoLifetime)
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 hour"),
            hours if hours < 24 || !hours.is_multiple_of(24) => write!(f, "{hours} hours"),
            24 => f.write_str("1 day"),
            hours => write!(f, "{} days", hours / 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_has_its_bounds() {
        let hours = |text: &str| text.parse::<Lifetime>().map(Lifetime::hours);
        assert_eq!(hours("1"), Ok(1));
        assert_eq!(hours("720"), Ok(720));
        for wrong in ["0", "721", "-1", "", "1h", "99999999999"] {
            assert_eq!(hours(wrong), Err(NoLifetime), "{wrong}");
        }
        let words: Vec<_> = Lifetime::OFFERED.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["1 hour", "8 hours", "1 day", "7 days", "30 days"]);
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        assert!("a".repeat(64).parse::<LinkHash>().is_ok());
        for wrong in ["a".repeat(63), "A".repeat(64), "g".repeat(64), "é".repeat(32)] {
            assert_eq!(wrong.parse::<LinkHash>(), Err(NoLinkHash));
        }
    }

    #[test]
    fn a_label_is_one_short_line() {
        let label = Label::from(format!("Ana\n{}", "x".repeat(200)));
        assert!(label.as_str().starts_with("Ana x") && label.as_str().chars().count() == 80);
    }
}
