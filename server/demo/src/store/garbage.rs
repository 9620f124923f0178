//! What goes when its owners are gone, and what goes with its namespace.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use super::{Key, Resource, State, seconds};
use crate::document::{part, section, text};
use crate::fields::{Manager, Managers, Operation};
use crate::schema;

/// Where the garbage collector runs.
const COLLECTOR: &str = "kube-controller-manager";

/// Takes away what an object that is gone has left: at once, where real controllers need a moment.
pub(super) fn collect(state: &mut State, gone: &Value) {
    let mut left: Vec<(Option<String>, String)> = vec![names(gone)];
    while let Some((namespace, uid)) = left.pop() {
        let present = uids(state);
        let mut keys = owned_by(state, &uid, &present);
        if let Some(namespace) = namespace {
            keys.extend(within(state, &namespace));
        }
        for key in keys {
            if let Some(object) = state.end(&key) {
                left.push(names(&object));
            }
        }
    }
}

/// Whether somebody owns an object, or nobody is meant to.
pub(super) fn has_owner(state: &State, object: &Value) -> bool {
    let owners = part(object, "/metadata/ownerReferences").as_array();
    let Some(owners) = owners.filter(|owners| !owners.is_empty()) else { return true };
    let present = uids(state);
    owners.iter().filter_map(|owner| text(owner, "/uid")).any(|uid| present.contains(uid))
}

/// Takes away what an object owns alone, before it goes itself.
pub(super) fn end_owned(state: &mut State, owner: &Value) {
    let uid = text(owner, "/metadata/uid").unwrap_or_default();
    let mut present = uids(state);
    present.remove(uid);
    for key in owned_by(state, uid, &present) {
        if let Some(object) = state.end(&key) {
            collect(state, &object);
        }
    }
}

/// Makes all that an object owns its own.
pub(super) fn orphan(
    state: &mut State,
    owner: &Value,
    now: Timestamp,
    newest: &watch::Sender<u64>,
) {
    let uid = text(owner, "/metadata/uid").unwrap_or_default();
    let is_owner = |it: &Value| text(it, "/uid") == Some(uid);
    let owners = |object: &Value| part(object, "/metadata/ownerReferences").as_array().cloned();
    let is_its = |object: &Value| owners(object).is_some_and(|all| all.iter().any(is_owner));
    let keys: Vec<Key> =
        all(state).filter(|(_, it)| is_its(it)).filter_map(|(_, it)| Key::of(it).ok()).collect();
    for key in keys {
        let Some(before) = state.get(&key) else { continue };
        let mut object = Value::clone(&before);
        let left: Vec<Value> =
            owners(&object).into_iter().flatten().filter(|it| !is_owner(it)).collect();
        let metadata = section(&mut object, "metadata");
        if left.is_empty() {
            metadata.remove("ownerReferences");
        } else {
            metadata.insert("ownerReferences".to_owned(), left.into());
        }
        if let Some(record) = schema::of(key.resource) {
            let by = Manager::new(COLLECTOR, Operation::Update, &key.resource.api_version());
            let managers = Managers::of(&before);
            managers.updated(record, &before, &object, &by, &seconds(now)).write(&mut object);
        }
        state.set(&key, Some(before), object, now, newest);
    }
}

/// The namespace that an object is, if it is one, and its identity.
fn names(object: &Value) -> (Option<String>, String) {
    let text = |pointer| text(object, pointer).unwrap_or_default().to_owned();
    let is_namespace = Resource::of(object) == Some(Resource::Namespaces);
    (is_namespace.then(|| text("/metadata/name")), text("/metadata/uid"))
}

fn all(state: &State) -> impl Iterator<Item = (Resource, &Value)> {
    state.collections.iter().flat_map(|(resource, collection)| {
        collection.objects.values().map(|it| (*resource, it.as_ref()))
    })
}

fn uids(state: &State) -> BTreeSet<String> {
    all(state).filter_map(|(_, it)| text(it, "/metadata/uid")).map(str::to_owned).collect()
}

/// The objects that this one owned and of whose owners none is left.
fn owned_by(state: &State, uid: &str, present: &BTreeSet<String>) -> Vec<Key> {
    let is_orphan = |object: &Value| {
        let owners = part(object, "/metadata/ownerReferences").as_array();
        owners.is_some_and(|owners| {
            let uids = || owners.iter().filter_map(|owner| text(owner, "/uid"));
            uids().any(|it| it == uid) && uids().all(|it| !present.contains(it))
        })
    };
    all(state).filter(|(_, it)| is_orphan(it)).filter_map(|(_, it)| Key::of(it).ok()).collect()
}

fn within(state: &State, namespace: &str) -> Vec<Key> {
    let is_in = |object: &Value| text(object, "/metadata/namespace") == Some(namespace);
    all(state).filter(|(_, it)| is_in(it)).filter_map(|(_, it)| Key::of(it).ok()).collect()
}
