//! What a server adds to an object: identity, version, time, generation.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::Key;
use crate::document::{fields, part, section};

/// The object as it is kept, made from what somebody wrote.
pub(super) fn stamped(
    mut object: Value,
    key: &Key,
    before: Option<&Value>,
    version: u64,
    now: Timestamp,
) -> Value {
    let whole = fields(&mut object);
    whole.insert("apiVersion".to_owned(), key.resource.api_version().into());
    whole.insert("kind".to_owned(), key.resource.kind().into());
    let generation = key.resource.counts_generations().then(|| generation(&object, before));
    let metadata = section(&mut object, "metadata");
    metadata.insert("name".to_owned(), key.name.as_str().into());
    if let Some(namespace) = &key.namespace {
        metadata.insert("namespace".to_owned(), namespace.as_str().into());
    }
    for (name, new) in [("uid", uid(key, version, now)), ("creationTimestamp", seconds(now))] {
        let brought = metadata.get(name).filter(|it| !it.is_null()).cloned();
        let kept = before.and_then(|it| it.get("metadata")?.get(name).cloned());
        metadata.insert(name.to_owned(), kept.or(brought).unwrap_or(new.into()));
    }
    if let Some(generation) = generation {
        metadata.insert("generation".to_owned(), generation.into());
    }
    metadata.insert("resourceVersion".to_owned(), version.to_string().into());
    object
}

/// Whether nothing but the version differs.
pub(super) fn says_the_same(before: &Value, after: &Value) -> bool {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return false };
    let metadata = |object: &Map<String, Value>| {
        let mut metadata = object.get("metadata").and_then(Value::as_object).cloned();
        if let Some(metadata) = &mut metadata {
            metadata.remove("resourceVersion");
        }
        metadata
    };
    before.len() == after.len()
        && before.iter().all(|(name, value)| name == "metadata" || after.get(name) == Some(value))
        && metadata(before) == metadata(after)
}

/// The same object at another version: what a server says of one that is gone.
pub(crate) fn at_version(object: &Value, version: u64) -> Value {
    let mut object = object.clone();
    let metadata = section(&mut object, "metadata");
    metadata.insert("resourceVersion".to_owned(), version.to_string().into());
    object
}

/// Marks an object as one whose deletion is asked for, and that has so many seconds left; kinds that
/// count what is wanted count that.
pub(crate) fn mark_deleted(object: &mut Value, now: Timestamp, grace: u32) {
    let end = now.saturating_add(SignedDuration::from_secs(grace.into())).unwrap_or(now);
    let metadata = section(object, "metadata");
    metadata.insert("deletionTimestamp".to_owned(), seconds(end).into());
    metadata.insert("deletionGracePeriodSeconds".to_owned(), grace.into());
    if let Some(generation) = metadata.get("generation").and_then(Value::as_u64) {
        metadata.insert("generation".to_owned(), (generation + 1).into());
    }
}

/// One more than before when anything but `metadata` and `status` has changed.
fn generation(object: &Value, before: Option<&Value>) -> u64 {
    let Some(before) = before else { return 1 };
    let was = part(before, "/metadata/generation").as_u64().unwrap_or(1);
    let wanted = |object: &Value| {
        let mut wanted = object.as_object().cloned().unwrap_or_default();
        wanted.retain(|name, _| name != "metadata" && name != "status");
        wanted
    };
    // A deletion that begins is counted by whoever marks it.
    let said = part(object, "/metadata/generation").as_u64().unwrap_or(was);
    let marked = |it| !part(it, "/metadata/deletionTimestamp").is_null();
    if marked(object) && !marked(before) {
        return said;
    }
    if wanted(object) == wanted(before) { was } else { was + 1 }
}

/// Looks like a random one; the same for the same object made at the same moment, so that a test
/// can be run again.
fn uid(key: &Key, version: u64, now: Timestamp) -> String {
    let named = format!("{key:?} {version} {}", now.as_nanosecond());
    let digest = Sha256::digest(named.as_bytes());
    let hex = format!("{digest:x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let parts = [part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32)];
    let [time, mid, random, more, node] = parts;
    format!("{time}-{mid}-4{random}-a{more}-{node}")
}

/// As Kubernetes writes moments.
pub(crate) fn seconds(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
