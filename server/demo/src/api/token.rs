//! The token with which a client asks for the next page of a list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// Where a list goes on: after which object of which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The version of the first page; `None` to go on with what is there now.
    pub(super) version: Option<u64>,
    /// The place after which to go on, within what is listed.
    pub(super) after: String,
}

/// As a real server writes it, though nobody but it may read it.
#[derive(Serialize, Deserialize)]
struct Written {
    v: String,
    rv: i64,
    start: String,
}

const FORMAT: &str = "meta.k8s.io/v1";
/// "With what is there now".
const NOW: i64 = -1;

impl Token {
    pub(super) fn text(&self) -> String {
        let rv = self.version.and_then(|version| i64::try_from(version).ok()).unwrap_or(NOW);
        // A real server leaves the slash out where it goes on with what is there now.
        let slash = if self.version.is_some() { "/" } else { "" };
        let start = format!("{slash}{}\0", self.after);
        let written = Written { v: FORMAT.to_owned(), rv, start };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).unwrap_or_default())
    }

    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = || Failure::bad_request("continue key is not valid");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let Written { v, rv, start } = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        let version = match rv {
            NOW => None,
            0 => return Err(wrong()),
            rv => Some(u64::try_from(rv).map_err(|_| wrong())?),
        };
        let after = start.strip_prefix('/').unwrap_or(&start).strip_suffix('\0');
        let after = after.filter(|_| v == FORMAT).ok_or_else(wrong)?;
        Ok(Self { version, after: after.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_it_was_made_of() {
        for version in [Some(7), None] {
            let token = Token { version, after: "ml/train".to_owned() };
            assert_eq!(Token::parse(&token.text()).unwrap(), token);
        }
        // Written by kube-apiserver 1.36.3.
        let real =
            "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MzI2LCJzdGFydCI6Ii9kZWZhdWx0L3MtYVx1MDAwMCJ9";
        let token = Token { version: Some(326), after: "default/s-a".to_owned() };
        assert_eq!(Token::parse(real).unwrap(), token);
        assert_eq!(token.text(), real);
        assert!(Token::parse("zz").is_err());
    }
}
