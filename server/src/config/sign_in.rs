//! How readers prove who they are: a signed token (JWT) that a proxy in front sends along.

use std::path::PathBuf;

use http::{HeaderName, Uri, header};
use jsonwebtoken::Algorithm;
use thiserror::Error;

use super::args::SignInArgs;

/// The prefix that the API server is usually told to put before names of an OIDC issuer.
const PREFIX: &str = "oidc:";

/// What is asked of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// `iss`.
    pub issuer: String,
    /// `aud` must name one of them.
    pub audiences: Vec<String>,
    /// Where the issuer's keys are.
    pub keys: KeySource,
    /// How it must be signed.
    pub algorithm: Algorithm,
    /// Which header holds it.
    pub header: HeaderName,
    /// The claim with the user's name.
    pub user_claim: String,
    /// The claim with the user's groups.
    pub groups_claim: String,
    /// What Kubernetes calls the user begins with this.
    pub user_prefix: String,
    /// What Kubernetes calls the groups begins with this.
    pub groups_prefix: String,
}

/// Where a JSON Web Key Set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// There.
    Url(Uri),
    /// In a file, as a mounted `ConfigMap`; read again when it changes.
    File(PathBuf),
}

/// Why the flags describe no way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoSignIn {
    /// Of the three that belong together some are missing.
    #[error("to sign readers in, {} must be given too", .0.join(" and "))]
    Incomplete(Vec<&'static str>),
    /// Keys over a connection that anybody on the way could write.
    #[error("--sign-in-keys: {0} is neither an https URL nor an absolute path")]
    Keys(String),
    /// No algorithm with a public key.
    #[error("--sign-in-algorithm: {name} is none of {known}", known = names())]
    Algorithm {
        /// The name.
        name: String,
    },
    /// No name of a header.
    #[error("--sign-in-header: {0} is no name of a header")]
    Header(String),
    /// Nothing where there must be something.
    #[error("{0} is empty")]
    Empty(&'static str),
}

/// The algorithms whose keys are public: with the others whoever verifies could sign.
const ALGORITHMS: [(&str, Algorithm); 9] = [
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

fn names() -> String {
    ALGORITHMS.map(|(name, _)| name).join(", ")
}

impl SignInArgs {
    /// What the flags describe; `None` where none of them is given.
    ///
    /// # Errors
    /// Where only some are given, or one is none.
    pub fn parsed(self) -> Result<Option<SignIn>, NoSignIn> {
        if self.is_empty() {
            return Ok(None);
        }
        let Self { issuer, audiences, keys, .. } = &self;
        let missing: Vec<_> = [
            ("--sign-in-issuer", issuer.is_none()),
            ("--sign-in-audience", audiences.is_empty()),
            ("--sign-in-keys", keys.is_none()),
        ]
        .into_iter()
        .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
        .collect();
        let (Some(issuer), Some(keys)) = (self.issuer, self.keys) else {
            return Err(NoSignIn::Incomplete(missing));
        };
        if !missing.is_empty() {
            return Err(NoSignIn::Incomplete(missing));
        }
        let header = match self.header {
            Some(name) => name.parse().map_err(|_| NoSignIn::Header(name))?,
            None => header::AUTHORIZATION,
        };
        let user_claim = self.user_claim.unwrap_or_else(|| "sub".to_owned());
        let groups_claim = self.groups_claim.unwrap_or_else(|| "groups".to_owned());
        let prefix = |given: Option<String>| given.unwrap_or_else(|| PREFIX.to_owned());
        let given = [
            ("--sign-in-issuer", &issuer),
            ("--sign-in-user-claim", &user_claim),
            ("--sign-in-groups-claim", &groups_claim),
        ];
        let audiences_given = self.audiences.iter().map(|it| ("--sign-in-audience", it));
        if let Some((flag, _)) =
            given.into_iter().chain(audiences_given).find(|(_, text)| text.trim().is_empty())
        {
            return Err(NoSignIn::Empty(flag));
        }
        Ok(Some(SignIn {
            keys: key_source(&keys)?,
            algorithm: algorithm(self.algorithm)?,
            issuer,
            audiences: self.audiences,
            header,
            user_claim,
            groups_claim,
            user_prefix: prefix(self.user_prefix),
            groups_prefix: prefix(self.groups_prefix),
        }))
    }

    fn is_empty(&self) -> bool {
        let Self {
            issuer,
            audiences,
            keys,
            algorithm,
            header,
            user_claim,
            groups_claim,
            user_prefix,
            groups_prefix,
        } = self;
        let others = [algorithm, header, user_claim, groups_claim, user_prefix, groups_prefix];
        audiences.is_empty() && [issuer, keys].into_iter().chain(others).all(Option::is_none)
    }
}

fn key_source(text: &str) -> Result<KeySource, NoSignIn> {
    let path = PathBuf::from(text);
    if path.is_absolute() {
        return Ok(KeySource::File(path));
    }
    let uri: Option<Uri> = text.parse().ok();
    let is_https = |uri: &Uri| uri.scheme_str() == Some("https") && uri.host().is_some();
    uri.filter(is_https).map(KeySource::Url).ok_or_else(|| NoSignIn::Keys(text.to_owned()))
}

fn algorithm(name: Option<String>) -> Result<Algorithm, NoSignIn> {
    let Some(name) = name else { return Ok(Algorithm::RS256) };
    let found = ALGORITHMS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
    found.map(|(_, algorithm)| algorithm).ok_or(NoSignIn::Algorithm { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> SignInArgs {
        SignInArgs {
            issuer: Some("https://id.example.com".to_owned()),
            audiences: vec!["skyports".to_owned()],
            keys: Some("https://id.example.com/keys".to_owned()),
            ..SignInArgs::default()
        }
    }

    #[test]
    fn the_three_belong_together_and_the_rest_has_defaults() {
        assert_eq!(SignInArgs::default().parsed(), Ok(None));
        let sign_in = args().parsed().unwrap().unwrap();
        assert_eq!(
            (sign_in.algorithm, &sign_in.header),
            (Algorithm::RS256, &header::AUTHORIZATION)
        );
        assert_eq!((sign_in.user_claim.as_str(), sign_in.groups_claim.as_str()), ("sub", "groups"));
        assert_eq!(
            (sign_in.user_prefix.as_str(), sign_in.groups_prefix.as_str()),
            (PREFIX, PREFIX)
        );
        let half = SignInArgs { keys: None, audiences: vec![], ..args() };
        let error = half.parsed().unwrap_err();
        assert_eq!(error, NoSignIn::Incomplete(vec!["--sign-in-audience", "--sign-in-keys"]));
        let only = SignInArgs { header: Some("X-Token".to_owned()), ..SignInArgs::default() };
        assert!(matches!(only.parsed(), Err(NoSignIn::Incomplete(missing)) if missing.len() == 3));
        let prefix = SignInArgs { user_prefix: Some(String::new()), ..args() };
        assert_eq!(prefix.parsed().unwrap().unwrap().user_prefix, "");
    }

    #[test]
    fn keys_come_over_tls_or_from_a_file() {
        let of = |keys: &str| SignInArgs { keys: Some(keys.to_owned()), ..args() }.parsed();
        assert!(matches!(of("/etc/keys.json").unwrap().unwrap().keys, KeySource::File(_)));
        for wrong in ["http://id.example.com/keys", "keys.json", "", "https:", "file:///keys"] {
            assert!(matches!(of(wrong), Err(NoSignIn::Keys(_))), "{wrong}");
        }
    }

    #[test]
    fn nobody_signs_with_a_shared_secret_or_with_nothing() {
        let of = |name: &str| SignInArgs { algorithm: Some(name.to_owned()), ..args() }.parsed();
        assert_eq!(of("es256").unwrap().unwrap().algorithm, Algorithm::ES256);
        for wrong in ["HS256", "none", ""] {
            assert!(matches!(of(wrong), Err(NoSignIn::Algorithm { .. })), "{wrong}");
        }
        let header = SignInArgs { header: Some("a b".to_owned()), ..args() };
        assert!(matches!(header.parsed(), Err(NoSignIn::Header(_))));
        let empty = SignInArgs { audiences: vec![" ".to_owned()], ..args() };
        assert_eq!(empty.parsed(), Err(NoSignIn::Empty("--sign-in-audience")));
    }
}
