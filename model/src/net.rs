//! Ports, hosts and schemes.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A TCP port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Port(NonZeroU16);

/// Why a port was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a port is a number from 1 to 65535")]
pub struct PortError;

impl Port {
    /// A port from the number that an API gave; `None` outside 1 to 65535.
    pub fn new(number: i64) -> Option<Self> {
        u16::try_from(number).ok().and_then(NonZeroU16::new).map(Self)
    }

    /// The number.
    pub fn number(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Port {
    type Err = PortError;
    fn from_str(text: &str) -> Result<Self, PortError> {
        // `u16::from_str` also takes a leading `+`.
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().map(Self).ok_or(PortError)
    }
}

/// The two schemes that a browser may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme as a URL begins: `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that a URL of this scheme need not name.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// A host that a URL may name: an IP address or a DNS name.
///
/// Invariant: a DNS name is lower case, at most 253 characters, of labels with 1 to 63 letters,
/// digits, `-` or `_`, and its last label is not all digits (else browsers read it as an IPv4
/// address in one of its odd spellings).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Host(HostKind);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum HostKind {
    Ip(IpAddr),
    Dns(String),
}

/// Why a host was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{}` is neither an IP address nor a DNS name", .0.escape_default())]
pub struct HostError(pub String);

impl Host {
    /// The host of SkyPilot's last resort for an ingress controller without an address.
    pub fn localhost() -> Self {
        Self(HostKind::Dns("localhost".to_owned()))
    }

    /// Parses an IP address (IPv6 without brackets) or a DNS name (a trailing dot is dropped).
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self(HostKind::Ip(ip)));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let last = name.rsplit('.').next().unwrap_or_default();
        // Browsers parse a last label of digits, or `0x…`, as a number: `http://127.1/` is loopback.
        let number = last.bytes().all(|b| b.is_ascii_digit())
            || last.strip_prefix("0x").is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit()));
        if name.len() > 253 || number || !name.split('.').all(label) {
            return Err(HostError(text.chars().take(80).collect()));
        }
        Ok(Self(HostKind::Dns(name)))
    }

    /// The IP address, when the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0 {
            HostKind::Ip(ip) => Some(ip),
            HostKind::Dns(_) => None,
        }
    }
}

/// As a URL writes it: IPv6 in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            HostKind::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            HostKind::Ip(IpAddr::V4(ip)) => write!(f, "{ip}"),
            HostKind::Dns(name) => f.write_str(name),
        }
    }
}

impl TryFrom<String> for Host {
    type Error = HostError;
    fn try_from(text: String) -> Result<Self, HostError> {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(&text);
        Self::parse(bare)
    }
}

impl From<Host> for String {
    fn from(host: Host) -> String {
        host.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports_are_plain_numbers() {
        assert_eq!("8888".parse::<Port>().unwrap().number(), 8888);
        for bad in ["", "0", "65536", "+80", "-1", " 80", "８０", "80a", "999999999999"] {
            assert_eq!(bad.parse::<Port>(), Err(PortError), "{bad}");
        }
        assert_eq!(Port::new(0), None);
        assert_eq!(Port::new(65_536), None);
    }

    #[test]
    fn hosts_are_addresses_or_names() {
        let host = |text: &str| Host::parse(text).map(|h| h.to_string());
        assert_eq!(host("203.0.113.7").unwrap(), "203.0.113.7");
        assert_eq!(host("2001:db8::1").unwrap(), "[2001:db8::1]");
        assert_eq!(host("A1b2.elb.amazonaws.com.").unwrap(), "a1b2.elb.amazonaws.com");
        for bad in [
            "",
            ".",
            "a..b",
            "127.1",
            "0x7f.0x1",
            "2130706433",
            "1.2.3.4.5",
            "user@host",
            "a/b",
            "a:80",
            "fe80::1%eth0",
            "javascript:alert(1)",
            "a b",
            "ex\u{202e}ample.com",
            "[::1]",
            "a\tb",
        ] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_host_is_read_back_as_itself(text in "\\PC{0,40}|[a-z0-9.-]{1,20}|[0-9a-f:]{2,20}") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::try_from(host.to_string()).unwrap(), host);
            }
        }
    }
}
