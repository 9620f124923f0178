//! Sign-in by a proxy in front: it signs readers in and sends a signed token (JWT) with each request,
//! and nothing but that token is believed. A header with a bare name, as anybody could send it, says
//! nothing here.

mod keys;
#[cfg(test)]
mod tests;
mod token;

use std::sync::Arc;

use http::HeaderMap;
use skyports_model::Timestamp;
use thiserror::Error;

use self::keys::Keys;
pub use self::keys::KeysError;
use crate::cluster::reader::Reader;
#[cfg(test)]
use crate::config::sign_in::KeySource;
use crate::config::sign_in::SignIn;

/// A token is no longer than this: headers of servers end at about as much.
const LONGEST: usize = 16 * 1024;

/// Who signed in, and until when that counts.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) reader: Arc<Reader>,
    pub(super) until: Timestamp,
}

/// Verifies tokens.
#[derive(Debug)]
pub struct Door {
    wanted: SignIn,
    keys: Keys,
}

/// Why nobody is signed in.
#[derive(Debug, Error)]
pub(super) enum NotSignedIn {
    #[error("the request has no token in its header `{0}`")]
    NoToken(String),
    #[error("the request has more than one header `{0}`")]
    Twice(String),
    #[error("the token is not one that this skyports takes: {0}")]
    Token(String),
    #[error("the token’s key is not known: {0}")]
    Key(String),
    #[error("the token names nobody who may look: {0}")]
    Nobody(String),
}

impl Door {
    /// Reads the keys once, so that a wrong place is told at the start.
    ///
    /// # Errors
    /// Where there are none.
    pub async fn open(wanted: SignIn) -> Result<Self, KeysError> {
        let keys = Keys::open(wanted.keys.clone()).await?;
        Ok(Self { wanted, keys })
    }

    /// Who sends the request.
    pub(super) async fn reader(&self, headers: &HeaderMap) -> Result<SignedIn, NotSignedIn> {
        let token = self.token(headers)?;
        let kid = token::key_id(token, &self.wanted)?;
        let key = self.keys.find(kid.as_deref()).await.map_err(NotSignedIn::Key)?;
        token::read(token, &key, &self.wanted)
    }

    /// The token, which stands after `Bearer` or alone.
    fn token<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, NotSignedIn> {
        let name = &self.wanted.header;
        let mut values = headers.get_all(name).iter();
        let none = || NotSignedIn::NoToken(name.to_string());
        let value = values.next().ok_or_else(none)?;
        // Of two headers a proxy may have set one and a reader the other.
        if values.next().is_some() {
            return Err(NotSignedIn::Twice(name.to_string()));
        }
        let value = value.to_str().map_err(|_| none())?;
        let token = match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            Some(_) => return Err(none()),
            None => value,
        };
        if token.is_empty() || token.len() > LONGEST { Err(none()) } else { Ok(token) }
    }
}
