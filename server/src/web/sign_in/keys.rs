//! The issuer's public keys: read at the start, again when they are old, and when a token names one
//! that is not among them. Keys that were read once stay good while their place does not answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use thiserror::Error;
use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant, timeout};

use crate::config::sign_in::KeySource;

/// Keys are read again after this time: one that was taken back is good no longer than that.
const LAST: Duration = Duration::from_mins(10);
/// For a name that is not known they are read again, but not more often than this.
const PAUSE: Duration = Duration::from_secs(10);
/// A reader waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// A set of keys has a few kB.
const LARGEST: usize = 1 << 20;

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum KeysError {
    /// Their place gave nothing.
    #[error("the keys at {0} cannot be read: {1}")]
    Unread(String, String),
    /// What it gave is no set of keys, or an empty one.
    #[error("what is at {0} is no JSON Web Key Set with a key that verifies: {1}")]
    NoKeys(String, String),
}

/// The keys, and where they come from.
#[derive(Debug)]
pub(super) struct Keys {
    place: Place,
    kept: RwLock<Kept>,
    /// When they were asked for last; one asks, the others wait.
    asked: Mutex<Instant>,
}

#[derive(Debug)]
struct Kept {
    keys: Arc<[Jwk]>,
    at: Instant,
}

type HttpsClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

#[derive(Debug)]
enum Place {
    Url(Uri, Box<HttpsClient>),
    File(PathBuf),
}

impl Keys {
    /// Reads them.
    pub(super) async fn open(source: KeySource) -> Result<Self, KeysError> {
        let place = match source {
            KeySource::Url(uri) => {
                let client = client().map_err(|error| KeysError::Unread(uri.to_string(), error))?;
                Place::Url(uri, Box::new(client))
            }
            KeySource::File(path) => Place::File(path),
        };
        let keys = place.read().await?.into();
        let now = Instant::now();
        Ok(Self { place, kept: RwLock::new(Kept { keys, at: now }), asked: Mutex::new(now) })
    }

    /// The key of that name; without a name the only one there is.
    pub(super) async fn find(&self, kid: Option<&str>) -> Result<Jwk, String> {
        let is_old = self.kept.read().await.at.elapsed() >= LAST;
        if is_old {
            self.renew().await;
        }
        if let Some(key) = self.kept(kid).await {
            return Ok(key);
        }
        self.renew().await;
        self.kept(kid).await.ok_or_else(|| match kid {
            Some(kid) => format!("`{}`", skyports_model::finding::shown(kid, 80)),
            None => "it names none, and the issuer has several".to_owned(),
        })
    }

    async fn kept(&self, kid: Option<&str>) -> Option<Jwk> {
        let keys = Arc::clone(&self.kept.read().await.keys);
        match (kid, &*keys) {
            (Some(kid), keys) => {
                keys.iter().find(|key| key.common.key_id.as_deref() == Some(kid)).cloned()
            }
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        }
    }

    /// Reads them again, unless that was done a moment ago.
    async fn renew(&self) {
        let mut asked = self.asked.lock().await;
        if asked.elapsed() < PAUSE {
            return;
        }
        *asked = Instant::now();
        match self.place.read().await {
            Ok(keys) => {
                let (keys, at) = (keys.into(), Instant::now());
                *self.kept.write().await = Kept { keys, at };
            }
            Err(error) => tracing::warn!(%error, "the keys for signing in stay as they were"),
        }
    }
}

impl Place {
    async fn read(&self) -> Result<Vec<Jwk>, KeysError> {
        let (name, read) = match self {
            Self::Url(uri, client) => (uri.to_string(), fetch(client, uri).await),
            Self::File(path) => (path.display().to_string(), load(path).await),
        };
        let text = read.map_err(|error| KeysError::Unread(name.clone(), error))?;
        let set: Result<JwkSet, _> = serde_json::from_slice(&text);
        let set = set.map_err(|error| KeysError::NoKeys(name.clone(), error.to_string()))?;
        let keys: Vec<Jwk> = set.keys.into_iter().filter(verifies).collect();
        if keys.is_empty() {
            return Err(KeysError::NoKeys(name, "there is none".to_owned()));
        }
        Ok(keys)
    }
}

/// Whether it is a public key for signatures.
fn verifies(key: &Jwk) -> bool {
    let is_public = matches!(
        key.algorithm,
        AlgorithmParameters::RSA(_)
            | AlgorithmParameters::EllipticCurve(_)
            | AlgorithmParameters::OctetKeyPair(_)
    );
    let usage = key.common.public_key_use.as_ref();
    is_public && usage.is_none_or(|usage| *usage == PublicKeyUse::Signature)
}

/// Trusts whom the system trusts, or `SSL_CERT_FILE`.
fn client() -> Result<HttpsClient, String> {
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(tokio_rustls::rustls::crypto::ring::default_provider())
        .map_err(|error| error.to_string())?
        .https_only()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(https))
}

async fn fetch(client: &HttpsClient, uri: &Uri) -> Result<Vec<u8>, String> {
    let request = Request::get(uri.clone())
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("skyports/", env!("CARGO_PKG_VERSION")))
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    let read = async {
        let answer = client.request(request).await.map_err(|error| chain(&error))?;
        // A redirect could lead out of TLS, and no issuer has one here.
        if !answer.status().is_success() {
            return Err(format!("the answer is {}", answer.status()));
        }
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        Ok(body.map_err(|error| error.to_string())?.to_bytes().to_vec())
    };
    timeout(PATIENCE, read).await.map_err(|_| "no answer in time".to_owned())?
}

async fn load(path: &Path) -> Result<Vec<u8>, String> {
    let size = tokio::fs::metadata(path).await.map_err(|error| error.to_string())?.len();
    if usize::try_from(size).map_or(true, |size| size > LARGEST) {
        return Err(format!("it has {size} bytes, more than any set of keys"));
    }
    tokio::fs::read(path).await.map_err(|error| error.to_string())
}

/// An error and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
