//! Who may look on this machine: a secret made at each start, swapped for a cookie or sent as a bearer
//! token. Where others reach the server, [`super::gate`] asks for more.
//!
//! The secret reaches the browser in the fragment of the printed link, so no server, log or
//! `Referer` ever holds it; the cookie holds another value, so that neither gives the other away.

use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

use super::pages;
use super::router::Shared;

/// How a request proved that it may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// By the cookie of a browser that logged in.
    Browser,
    /// By a bearer token: a script.
    Script,
    /// By a token that the proxy in front sent.
    Reader,
    /// Nobody asks here.
    Open,
}

/// The secrets of one run of the server.
pub struct Sessions {
    secrets: Option<Secrets>,
    cookie_name: String,
}

struct Secrets {
    login: String,
    cookie: String,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions([redacted])")
    }
}

impl Sessions {
    /// Fresh secrets of 256 bits for a server on this port.
    pub fn with_login(port: u16) -> Result<Self, getrandom::Error> {
        let secrets = Secrets { login: random()?, cookie: random()? };
        Ok(Self { secrets: Some(secrets), cookie_name: cookie_name(port) })
    }

    /// Everybody may look: for loopback addresses and `--no-login` only.
    pub fn without_login(port: u16) -> Self {
        Self { secrets: None, cookie_name: cookie_name(port) }
    }

    /// The code that logs in; `None` where nobody asks.
    pub fn login_code(&self) -> Option<&str> {
        self.secrets.as_ref().map(|secrets| secrets.login.as_str())
    }

    /// How the request may look; `None` when it may not.
    pub fn access(&self, request: &HeaderMap) -> Option<Access> {
        let Some(Secrets { login, cookie }) = &self.secrets else {
            return Some(Access::Open);
        };
        if bearer(request).is_some_and(|token| same(token, login)) {
            return Some(Access::Script);
        }
        let has_cookie =
            cookies(request).any(|(name, value)| name == self.cookie_name && same(value, cookie));
        has_cookie.then_some(Access::Browser)
    }

    fn cookie(&self, code: &str) -> Option<HeaderValue> {
        let Secrets { login, cookie } = self.secrets.as_ref()?;
        let name = &self.cookie_name;
        same(code.trim(), login)
            .then(|| {
                HeaderValue::from_str(&format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Lax"))
                    .ok()
            })
            .flatten()
    }
}

/// Cookies do not know ports: the name does, so that other servers on this host don't clash.
fn cookie_name(port: u16) -> String {
    format!("skyports_{port}")
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(bytes.into_iter()))
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: impl Iterator<Item = u8>) -> String {
    bytes
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(request: &HeaderMap) -> Option<&str> {
    let value = request.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The request's cookies.
pub(super) fn cookies(request: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    request
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The form of the login page.
#[derive(Deserialize)]
pub(super) struct Login {
    code: String,
}

/// `POST /login`: a right code becomes a cookie.
pub(super) async fn login(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Response {
    let Some(sessions) = shared.gate.sessions() else { return Redirect::to("/").into_response() };
    match sessions.cookie(&login.code) {
        Some(cookie) => {
            let mut response = Redirect::to("/").into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        None if sessions.login_code().is_none() => Redirect::to("/").into_response(),
        None => pages::login(&shared, &headers, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn only_the_code_becomes_a_cookie_and_only_the_cookie_lets_a_browser_in() {
        let sessions = Sessions::with_login(7676).unwrap();
        let code = sessions.login_code().unwrap().to_owned();
        assert_eq!(code.len(), 64);
        assert!(sessions.cookie("wrong").is_none());
        let cookie = sessions.cookie(&code).unwrap().to_str().unwrap().to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(!cookie.contains(&code));
        let (pair, _) = cookie.split_once(';').unwrap();
        assert!(pair.starts_with("skyports_7676="));
        assert_eq!(sessions.access(&asking(header::COOKIE, pair)), Some(Access::Browser));
        assert_eq!(
            sessions.access(&asking(header::COOKIE, &format!("a=b; {pair}"))),
            Some(Access::Browser)
        );
        assert_eq!(
            sessions.access(&asking(header::COOKIE, &format!("skyports_7676={code}"))),
            None
        );
        assert_eq!(sessions.access(&HeaderMap::new()), None);
    }

    #[test]
    fn scripts_send_the_code_as_a_bearer_token() {
        let sessions = Sessions::with_login(1).unwrap();
        let code = sessions.login_code().unwrap().to_owned();
        assert_eq!(
            sessions.access(&asking(header::AUTHORIZATION, &format!("Bearer {code}"))),
            Some(Access::Script)
        );
        assert_eq!(sessions.access(&asking(header::AUTHORIZATION, &format!("Basic {code}"))), None);
        assert_eq!(sessions.access(&asking(header::AUTHORIZATION, "Bearer ")), None);
    }

    #[test]
    fn secrets_do_not_print() {
        let sessions = Sessions::with_login(1).unwrap();
        assert!(!format!("{sessions:?}").contains(sessions.login_code().unwrap()));
    }
}
