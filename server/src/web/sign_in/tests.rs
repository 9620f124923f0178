//! Tokens that are not believed, one by one.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use http::{HeaderMap, HeaderValue};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::config::args::SignInArgs;
use crate::config::clock;

/// Keys for these tests alone, P-256 in PKCS #8.
const KEY: &[u8] = include_bytes!("tests/key.p8");
const OTHER_KEY: &[u8] = include_bytes!("tests/other-key.p8");

struct Issuer {
    door: Door,
    key: EncodingKey,
    _file: tempfile::NamedTempFile,
}

fn jwk(key: &EncodingKey, kid: &str) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(key, Algorithm::ES256).unwrap();
    jwk.common.key_id = Some(kid.to_owned());
    jwk
}

async fn issuer() -> Issuer {
    let key = EncodingKey::from_ec_der(KEY);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let set = JwkSet { keys: vec![jwk(&key, "one")] };
    file.write_all(&serde_json::to_vec(&set).unwrap()).unwrap();
    let wanted = SignInArgs {
        issuer: Some("https://id.example.com".to_owned()),
        audiences: vec!["skyports".to_owned()],
        keys: Some(file.path().display().to_string()),
        algorithm: Some("ES256".to_owned()),
        ..SignInArgs::default()
    };
    let door = Door::open(wanted.parsed().unwrap().unwrap()).await.unwrap();
    Issuer { door, key, _file: file }
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example.com", "aud": "skyports", "sub": "ada",
        "exp": clock::now().0 + 600, "groups": ["ml", "admins"],
    })
}

fn head(kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) }
}

impl Issuer {
    fn token(&self, changes: &Value) -> String {
        let mut claims = claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        encode(&head("one"), &claims, &self.key).unwrap()
    }

    async fn ask(&self, values: &[&str]) -> Result<SignedIn, NotSignedIn> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("authorization", HeaderValue::from_str(value).unwrap());
        }
        self.door.reader(&headers).await
    }

    async fn of(&self, token: &str) -> Result<SignedIn, NotSignedIn> {
        self.ask(&[&format!("Bearer {token}")]).await
    }
}

#[tokio::test]
async fn a_good_token_names_a_reader_under_the_names_of_kubernetes() {
    let issuer = issuer().await;
    let token = issuer.token(&json!({}));
    let signed_in = issuer.of(&token).await.unwrap();
    assert_eq!(signed_in.reader.user(), "oidc:ada");
    assert_eq!(signed_in.reader.groups(), ["oidc:admins", "oidc:ml"]);
    assert_eq!(signed_in.until.0 / 10, (clock::now().0 + 660) / 10);
    assert!(issuer.ask(&[&token]).await.is_ok(), "the token may stand alone");
    assert!(issuer.of(&issuer.token(&json!({ "aud": ["other", "skyports"] }))).await.is_ok());
    let one_group = issuer.of(&issuer.token(&json!({ "groups": "ml" }))).await.unwrap();
    assert_eq!(one_group.reader.groups(), ["oidc:ml"]);
}

#[tokio::test]
async fn claims_that_are_not_as_they_must_be() {
    let issuer = issuer().await;
    let now = clock::now().0;
    for (what, changes) in [
        ("another issuer", json!({ "iss": "https://evil.example.com" })),
        ("no issuer", json!({ "iss": null })),
        ("another audience", json!({ "aud": "kubernetes" })),
        ("other audiences", json!({ "aud": ["a", "b"] })),
        ("no audience", json!({ "aud": null })),
        ("over", json!({ "exp": now - 61 })),
        ("for ever", json!({ "exp": null })),
        ("no moment", json!({ "exp": "tomorrow" })),
        ("not yet", json!({ "nbf": now + 120 })),
        ("nobody", json!({ "sub": "" })),
        ("no name", json!({ "sub": 7 })),
        ("a name that does not show", json!({ "sub": "ada\nsystem:masters" })),
        ("groups that are none", json!({ "groups": { "ml": true } })),
        ("a group that is none", json!({ "groups": ["ml", 7] })),
    ] {
        let got = issuer.of(&issuer.token(&changes)).await;
        assert!(got.is_err(), "{what}: {got:?}");
    }
}

#[tokio::test]
async fn signatures_and_heads_that_are_not_as_they_must_be() {
    let issuer = issuer().await;
    let good = issuer.token(&json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let [head_part, body, signature] = parts[..] else { panic!() };
    let part = |value: &Value| BASE64.encode(value.to_string());
    let none = part(&json!({ "alg": "none", "typ": "JWT" }));
    let hmac = part(&json!({ "alg": "HS256", "kid": "one" }));
    let other_body = part(&json!({ "sub": "root" }));
    let other = EncodingKey::from_ec_der(OTHER_KEY);
    let by_other = encode(&head("one"), &claims(), &other).unwrap();
    let unknown = encode(&head("two"), &claims(), &other).unwrap();
    // A key of its own in the head would make everybody an issuer.
    let mut own = head("one");
    own.jwk = Some(jwk(&other, "one"));
    let with_own_key = encode(&own, &claims(), &other).unwrap();
    let flipped: String = signature.chars().rev().collect();
    for (what, token) in [
        ("no signature", format!("{none}.{body}.")),
        ("no signature at all", format!("{none}.{body}")),
        ("a shared secret", format!("{hmac}.{body}.{signature}")),
        ("another body", format!("{head_part}.{other_body}.{signature}")),
        ("another signature", format!("{head_part}.{body}.{flipped}")),
        ("another key of that name", by_other),
        ("a key that is not known", unknown),
        ("a key in the head", with_own_key),
        ("nothing", String::new()),
        ("no token", "a.b.c".to_owned()),
        ("too long", "a".repeat(LONGEST + 1)),
    ] {
        let got = issuer.of(&token).await;
        assert!(got.is_err(), "{what}: {got:?}");
    }
    assert!(issuer.of(&good).await.is_ok());
}

#[tokio::test]
async fn headers_that_a_reader_may_have_added() {
    let issuer = issuer().await;
    let good = issuer.token(&json!({}));
    let bearer = format!("Bearer {good}");
    assert!(issuer.ask(&[]).await.is_err());
    assert!(matches!(issuer.ask(&[&bearer, &bearer]).await, Err(NotSignedIn::Twice(_))));
    assert!(issuer.ask(&[&format!("Basic {good}")]).await.is_err());
    let mut headers = HeaderMap::new();
    for name in ["x-forwarded-user", "x-auth-request-email", "impersonate-user", "remote-user"] {
        headers.insert(name, HeaderValue::from_static("root"));
    }
    assert!(issuer.door.reader(&headers).await.is_err());
}

#[tokio::test]
async fn an_address_must_have_been_seen_to_be_theirs() {
    let issuer = issuer().await;
    let door = Door {
        wanted: SignIn { user_claim: "email".to_owned(), ..issuer.door.wanted.clone() },
        keys: Keys::open(issuer.door.wanted.keys.clone()).await.unwrap(),
    };
    let issuer = Issuer { door, ..issuer };
    let of = |verified: Value| {
        issuer.token(&json!({ "email": "ada@example.com", "email_verified": verified }))
    };
    assert!(issuer.of(&of(json!(true))).await.is_ok());
    assert!(issuer.of(&of(json!(false))).await.is_err());
    assert!(issuer.of(&of(json!("true"))).await.is_err());
}

#[tokio::test]
async fn names_that_kubernetes_keeps_for_itself() {
    let issuer = issuer().await;
    let bare = SignIn {
        user_prefix: String::new(),
        groups_prefix: String::new(),
        ..issuer.door.wanted.clone()
    };
    let keys = Keys::open(bare.keys.clone()).await.unwrap();
    let issuer = Issuer { door: Door { wanted: bare, keys }, ..issuer };
    assert_eq!(issuer.of(&issuer.token(&json!({}))).await.unwrap().reader.user(), "ada");
    for changes in [json!({ "sub": "system:admin" }), json!({ "groups": ["ml", "system:masters"] })]
    {
        let got = issuer.of(&issuer.token(&changes)).await;
        assert!(matches!(got, Err(NotSignedIn::Nobody(_))), "{got:?}");
    }
}

#[tokio::test]
async fn places_without_keys_are_told_at_the_start() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let of = |path: &std::path::Path| Keys::open(KeySource::File(path.to_owned()));
    assert!(matches!(of(file.path()).await, Err(KeysError::NoKeys(..))));
    file.write_all(br#"{"keys":[]}"#).unwrap();
    assert!(matches!(of(file.path()).await, Err(KeysError::NoKeys(..))));
    // A secret that both sides know verifies nothing.
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), br#"{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"one"}]}"#)
        .unwrap();
    assert!(matches!(of(secret.path()).await, Err(KeysError::NoKeys(..))));
    assert!(matches!(of("/nowhere/keys.json".as_ref()).await, Err(KeysError::Unread(..))));
}
