//! The only URLs that skyports ever makes a link of.
//!
//! Why an own type and parser: a page of links built from what a cluster says is one
//! `javascript:` away from a hole (Argo CD's CVE-2022-31035, CVE-2025-47933); a general URL crate
//! accepts far more than may be linked, and brings its IDNA tables into the browser's download.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::net::{Host, Port, Scheme};

/// An absolute URL that a link may open.
///
/// Invariant: `http` or `https`; host an IP address or a DNS name; no user info, query or
/// fragment; the path starts with `/` and holds only characters that need no escaping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExternalUrl {
    scheme: Scheme,
    host: Host,
    port: Option<Port>,
    path: String,
}

/// Why a URL was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Neither `http://` nor `https://` at the start.
    #[error("the URL begins with neither `http://` nor `https://`")]
    Scheme,
    /// The host is no address and no name.
    #[error("the URL's host is neither an IP address nor a DNS name")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("the URL's port is no number from 1 to 65535")]
    Port,
    /// The path does not start with `/`, has `.` or `..` for a segment, or odd characters.
    #[error("the URL's path holds something that a link may not hold")]
    Path,
}

impl ExternalUrl {
    /// A URL from its parts. The port is left out of the text where the scheme implies it.
    pub fn new(
        scheme: Scheme,
        host: Host,
        port: Option<Port>,
        path: &str,
    ) -> Result<Self, UrlError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&b);
        let dots = |segment: &str| segment == "." || segment == "..";
        // Two slashes at the start would be a host of their own for a careless reader.
        if !path.starts_with('/')
            || path.starts_with("//")
            || !path.bytes().all(plain)
            || path.split('/').any(dots)
        {
            return Err(UrlError::Path);
        }
        let port = port.filter(|port| port.number() != scheme.default_port());
        Ok(Self { scheme, host, port, path: path.to_owned() })
    }

    /// Parses the text form, with the same rules as [`ExternalUrl::new`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(UrlError::Scheme)?;
        let rest = rest.strip_prefix("//").ok_or(UrlError::Scheme)?;
        let scheme = match scheme {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(UrlError::Scheme),
        };
        let cut = rest.find('/').ok_or(UrlError::Path)?;
        let (authority, path) = rest.split_at_checked(cut).ok_or(UrlError::Path)?;
        let (host, port) = match authority.strip_prefix('[') {
            Some(v6) => {
                let (host, port) = v6.split_once(']').ok_or(UrlError::Host)?;
                let host = host.parse::<std::net::Ipv6Addr>().map_err(|_| UrlError::Host)?;
                (
                    host.to_string(),
                    if port.is_empty() {
                        None
                    } else {
                        Some(port.strip_prefix(':').ok_or(UrlError::Port)?)
                    },
                )
            }
            None => match authority.split_once(':') {
                Some((host, port)) => (host.to_owned(), Some(port)),
                None => (authority.to_owned(), None),
            },
        };
        let host = Host::parse(&host).map_err(|_| UrlError::Host)?;
        let port = port.map(str::parse).transpose().map_err(|_| UrlError::Port)?;
        Self::new(scheme, host, port, path)
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port as a connection needs it, also where the text leaves it out.
    pub fn port(&self) -> u16 {
        self.port.map_or(self.scheme.default_port(), Port::number)
    }

    /// Host, and port where the text names one: `203.0.113.7:8888`.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }

    /// The path, from its first slash.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ExternalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.as_str(), self.authority(), self.path)
    }
}

impl TryFrom<String> for ExternalUrl {
    type Error = UrlError;
    fn try_from(text: String) -> Result<Self, UrlError> {
        Self::parse(&text)
    }
}

impl From<ExternalUrl> for String {
    fn from(url: ExternalUrl) -> String {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(scheme: Scheme, host: &str, port: i64, path: &str) -> String {
        ExternalUrl::new(scheme, Host::parse(host).unwrap(), Port::new(port), path)
            .unwrap()
            .to_string()
    }

    #[test]
    fn urls_are_written_as_a_browser_opens_them() {
        assert_eq!(url(Scheme::Http, "203.0.113.7", 8888, "/"), "http://203.0.113.7:8888/");
        assert_eq!(url(Scheme::Https, "2001:db8::1", 8443, "/"), "https://[2001:db8::1]:8443/");
        assert_eq!(url(Scheme::Https, "lb.example.com", 443, "/"), "https://lb.example.com/");
        assert_eq!(url(Scheme::Http, "lb.example.com", 443, "/"), "http://lb.example.com:443/");
    }

    #[test]
    fn what_is_no_plain_web_address_is_refused() {
        for bad in [
            "javascript:alert(1)",
            "JAVASCRIPT://x/",
            "data:text/html,x",
            "\tjava\nscript:alert(1)//x/",
            "http:/x/",
            "http://",
            "http://a",
            "http://u:p@h/",
            "http://u@h/",
            "https://h:0/",
            "https://h:99999/",
            "http://h/..",
            "http://h/a/../b",
            "http://h//e",
            "http://h/?q",
            "http://h/#f",
            "http://h/%2e%2e/",
            "http://h/\u{202e}",
            "http://[::1/",
            "http://[::1]x/",
            "http://[1.2.3.4]/",
            "http://127.1/",
            "ftp://h/",
            "http://h/<script>",
            "http://h/\"",
            "http://h\\@e/",
            "//h/",
            " http://h/",
        ] {
            assert!(ExternalUrl::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_read_back_as_itself(text in "https?://[a-z0-9.:\\[\\]]{1,12}/[a-z0-9/._~()|-]{0,12}") {
            if let Ok(url) = ExternalUrl::parse(&text) {
                prop_assert_eq!(&ExternalUrl::parse(&url.to_string()).unwrap(), &url);
            }
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,60}") {
            if let Ok(url) = ExternalUrl::parse(&text) {
                prop_assert!(url.to_string().starts_with("http"));
            }
        }
    }
}
