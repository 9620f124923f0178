//! Where others reach a server: scheme, host and port, nothing after it.

use std::fmt;
use std::str::FromStr;

use skyports_model::{ExternalUrl, Host};
use thiserror::Error;

/// An `http` or `https` URL without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(ExternalUrl);

/// Why a text names no server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoOrigin {
    /// It is no URL.
    #[error(transparent)]
    Url(#[from] skyports_model::url::UrlError),
    /// It leads to a place on the server.
    #[error("the URL has a path; only http(s)://HOST[:PORT] is meant, and skyports is at its root")]
    Path,
}

impl FromStr for Origin {
    type Err = NoOrigin;
    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        // Nobody types the slash that every URL has.
        let is_bare = text.split_once("://").is_some_and(|(_, rest)| !rest.contains('/'));
        let slash = if is_bare { "/" } else { "" };
        let url = ExternalUrl::parse(&format!("{text}{slash}"))?;
        if url.path() == "/" { Ok(Self(url)) } else { Err(NoOrigin::Path) }
    }
}

impl Origin {
    /// The host.
    pub fn host(&self) -> &Host {
        self.0.host()
    }

    /// Host and port, as requests name them.
    pub fn authority(&self) -> String {
        let text = self.to_string();
        text.split_once("://").map(|(_, authority)| authority.to_owned()).unwrap_or(text)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_root_of_a_server_is_one() {
        let origin: Origin = "https://ports.example.com:8443".parse().unwrap();
        assert_eq!(origin.to_string(), "https://ports.example.com:8443");
        assert_eq!(origin.authority(), "ports.example.com:8443");
        assert_eq!("http://[::1]:80/".parse::<Origin>().unwrap().authority(), "[::1]");
        assert_eq!("https://h/skyports".parse::<Origin>(), Err(NoOrigin::Path));
        for wrong in ["ports.example.com", "javascript:x", "http://a@b", ""] {
            assert!(matches!(wrong.parse::<Origin>(), Err(NoOrigin::Url(_))), "{wrong}");
        }
    }
}
