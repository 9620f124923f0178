//! What a token must be: signed with the pinned algorithm by a key of the issuer, for us, and not
//! over.

use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use skyports_model::Timestamp;
use skyports_model::finding::shown;

use super::{NotSignedIn, SignedIn};
use crate::cluster::reader::Reader;
use crate::config::sign_in::SignIn;

/// How far the clocks may differ, in seconds.
const LEEWAY: u64 = 60;

/// The name of the key that signed it, from a head that nobody has vouched for yet.
pub(super) fn key_id(token: &str, wanted: &SignIn) -> Result<Option<String>, NotSignedIn> {
    let head = decode_header(token).map_err(|error| not_taken(&error))?;
    if head.alg != wanted.algorithm {
        return Err(NotSignedIn::Token(format!(
            "it is signed with {:?}, not {:?}",
            head.alg, wanted.algorithm
        )));
    }
    Ok(head.kid)
}

/// Who it names.
pub(super) fn read(token: &str, key: &Jwk, wanted: &SignIn) -> Result<SignedIn, NotSignedIn> {
    let key = DecodingKey::from_jwk(key).map_err(|error| NotSignedIn::Key(error.to_string()))?;
    let mut rules = Validation::new(wanted.algorithm);
    rules.leeway = LEEWAY;
    rules.validate_nbf = true;
    rules.set_issuer(&[&wanted.issuer]);
    rules.set_audience(&wanted.audiences);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    let claims = decode::<Map<String, Value>>(token, &key, &rules);
    let claims = claims.map_err(|error| not_taken(&error))?.claims;
    // A moment that is no number was refused; one with a fraction lasts to its second.
    let until = claims.get("exp").map(Value::to_string).unwrap_or_default();
    let until: i64 = until.split('.').next().and_then(|it| it.parse().ok()).unwrap_or_default();
    let until = Timestamp(until.saturating_add(LEEWAY.cast_signed()));
    let reader = reader(&claims, wanted)?;
    Ok(SignedIn { reader: Arc::new(reader), until })
}

fn reader(claims: &Map<String, Value>, wanted: &SignIn) -> Result<Reader, NotSignedIn> {
    let SignIn { user_claim, groups_claim, user_prefix, groups_prefix, .. } = wanted;
    let nobody = |why: String| NotSignedIn::Nobody(why);
    let user = claims.get(user_claim).and_then(Value::as_str);
    let user = user.ok_or_else(|| nobody(format!("its claim `{user_claim}` is no text")))?;
    if user.is_empty() {
        return Err(nobody(format!("its claim `{user_claim}` is empty")));
    }
    // An address that the issuer has not seen to be theirs is anybody's.
    if user_claim == "email"
        && claims.get("email_verified").is_some_and(|it| *it != Value::Bool(true))
    {
        return Err(nobody("its claim `email_verified` is not true".to_owned()));
    }
    let text = |group: &Value| group.as_str().map(|group| format!("{groups_prefix}{group}"));
    let groups = match claims.get(groups_claim) {
        None | Some(Value::Null) => Some(vec![]),
        Some(Value::Array(groups)) => groups.iter().map(text).collect(),
        Some(group) => text(group).map(|group| vec![group]),
    };
    let groups =
        groups.ok_or_else(|| nobody(format!("its claim `{groups_claim}` is no list of texts")))?;
    Reader::new(format!("{user_prefix}{user}"), groups).map_err(|error| nobody(error.to_string()))
}

fn not_taken(error: &jsonwebtoken::errors::Error) -> NotSignedIn {
    NotSignedIn::Token(shown(&error.to_string(), 200))
}
