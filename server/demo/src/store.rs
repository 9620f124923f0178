//! One context's objects and their recent history, in memory.
//!
//! It is what etcd is to a real API server, with the little that controllers do for everybody:
//! objects whose owners are all gone go too. It knows nothing of HTTP.

mod change;
mod garbage;
mod history;
mod stamp;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::watch;

pub(crate) use self::change::{Keep, Next, View};
pub(crate) use self::history::{Event, Expired};
use self::history::{History, WINDOW};
pub(crate) use self::stamp::{at_version, mark_deleted, seconds};
use crate::document::text;
pub use crate::resource::Resource;

/// Tells the time.
pub type Clock = fn() -> Timestamp;

/// All objects of one context; clones are the same store.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

/// Which object is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its kind.
    pub resource: Resource,
    /// Its namespace, if its kind has one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Key {
    /// An object in a namespace.
    pub fn namespaced(resource: Resource, namespace: &str, name: &str) -> Self {
        Self { resource, namespace: Some(namespace.to_owned()), name: name.to_owned() }
    }

    /// An object of the whole cluster.
    pub fn cluster(resource: Resource, name: &str) -> Self {
        Self { resource, namespace: None, name: name.to_owned() }
    }

    /// The object that a document is about.
    pub fn of(object: &Value) -> Result<Self, StoreError> {
        let resource = Resource::of(object).ok_or_else(|| StoreError::UnknownKind {
            api_version: text(object, "/apiVersion").unwrap_or_default().to_owned(),
            kind: text(object, "/kind").unwrap_or_default().to_owned(),
        })?;
        let name =
            text(object, "/metadata/name").ok_or(StoreError::NoName { kind: resource.kind() })?;
        if !resource.namespaced() {
            return Ok(Self::cluster(resource, name));
        }
        let namespace = text(object, "/metadata/namespace").ok_or_else(|| {
            StoreError::NoNamespace { kind: resource.kind(), name: name.to_owned() }
        })?;
        Ok(Self::namespaced(resource, namespace, name))
    }

    /// Its place among the objects of its kind: etcd's key, whose order lists have.
    fn place(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Why an object cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// It is of no kind that there is here.
    #[error("there is no kind `{kind}` in version `{api_version}`")]
    UnknownKind {
        /// What it says.
        api_version: String,
        /// What it says.
        kind: String,
    },
    /// It has no name.
    #[error("a {kind} has no name")]
    NoName {
        /// Its kind.
        kind: &'static str,
    },
    /// It has no namespace, and its kind needs one.
    #[error("{kind} `{name}` has no namespace")]
    NoNamespace {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
}

struct Inner {
    clock: Clock,
    state: Mutex<State>,
    newest: watch::Sender<u64>,
}

/// The objects, each kind in its collection, and the newest version, one count for all as in etcd.
struct State {
    clock: Clock,
    version: u64,
    window: usize,
    collections: BTreeMap<Resource, Collection>,
}

struct Collection {
    objects: Objects,
    history: History,
}

/// Objects of a kind by their place.
pub(crate) type Objects = BTreeMap<String, Arc<Value>>;

/// All objects of a kind at one version.
pub(crate) struct Snapshot {
    pub(crate) version: u64,
    pub(crate) objects: Objects,
}

impl Store {
    /// An empty store.
    pub fn new(clock: Clock) -> Self {
        Self::with_window(clock, WINDOW)
    }

    /// An empty store that remembers so many changes of each kind for watches.
    pub fn with_window(clock: Clock, window: usize) -> Self {
        let state = State { clock, version: 1, window, collections: BTreeMap::new() };
        let newest = watch::Sender::new(state.version);
        Self(Arc::new(Inner { clock, state: Mutex::new(state), newest }))
    }

    /// Creates or replaces an object: what the document says, with what a server adds to it. A
    /// `uid`, `creationTimestamp` and `managedFields` that it brings are kept.
    ///
    /// An object that is as before stays as it is, and nobody is told.
    pub fn put(&self, object: Value) -> Result<Arc<Value>, StoreError> {
        let key = Key::of(&object)?;
        let mut state = self.state();
        let before = state.get(&key);
        Ok(state.set(&key, before, object, (self.0.clock)(), &self.0.newest))
    }

    /// Changes an object that is there, e.g. its status.
    pub fn update(&self, key: &Key, change: impl FnOnce(&mut Value)) -> Option<Arc<Value>> {
        let mut state = self.state();
        let before = state.get(key)?;
        let mut object = Value::clone(&before);
        change(&mut object);
        Some(state.set(key, Some(before), object, (self.0.clock)(), &self.0.newest))
    }

    /// Takes an object away, and all that it owned or, if it is a namespace, held. What it was
    /// last, with the version of its end.
    pub fn remove(&self, key: &Key) -> Option<Arc<Value>> {
        let mut state = self.state();
        let removed = state.take(key)?;
        garbage::collect(&mut state, &removed);
        self.0.newest.send_replace(state.version);
        Some(removed)
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// An object as it is now.
    pub fn get(&self, key: &Key) -> Option<Arc<Value>> {
        self.state().get(key)
    }

    /// All objects of a kind, in the order that the API has.
    pub fn list(&self, resource: Resource, namespace: Option<&str>) -> Vec<Arc<Value>> {
        let state = self.state();
        let Some(collection) = state.collections.get(&resource) else { return vec![] };
        let fits = |object: &&Arc<Value>| {
            namespace.is_none_or(|it| text(object, "/metadata/namespace") == Some(it))
        };
        collection.objects.values().filter(fits).cloned().collect()
    }

    /// The newest `resourceVersion`, at every change of anything.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.newest.subscribe()
    }

    /// All objects of a kind, now or as they were at an earlier version that is remembered.
    pub(crate) fn snapshot(
        &self,
        resource: Resource,
        at: Option<u64>,
    ) -> Result<Snapshot, Expired> {
        let state = self.state();
        let version = at.unwrap_or(state.version);
        let Some(collection) = state.collections.get(&resource) else {
            return Ok(Snapshot { version, objects: BTreeMap::new() });
        };
        Ok(Snapshot {
            version,
            objects: collection.history.rewind(collection.objects.clone(), version)?,
        })
    }

    /// The changes of a kind after a version, at most so many of them, and the version up to which
    /// that is all.
    pub(crate) fn since(
        &self,
        resource: Resource,
        version: u64,
        limit: usize,
    ) -> Result<(Vec<Event>, u64), Expired> {
        let state = self.state();
        let Some(collection) = state.collections.get(&resource) else {
            return Ok((vec![], version.max(state.version)));
        };
        let events = collection.history.since(version, limit)?;
        let last = match events.last() {
            Some(last) if events.len() == limit => last.version,
            _ => version.max(state.version),
        };
        Ok((events, last))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here is left half done by a panic, since nothing in here panics.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn get(&self, key: &Key) -> Option<Arc<Value>> {
        self.collections.get(&key.resource)?.objects.get(&key.place()).cloned()
    }

    fn set(
        &mut self,
        key: &Key,
        before: Option<Arc<Value>>,
        object: Value,
        now: Timestamp,
        newest: &watch::Sender<u64>,
    ) -> Arc<Value> {
        let version = self.version + 1;
        let stamped = stamp::stamped(object, key, before.as_deref(), version, now);
        if let Some(before) = &before
            && stamp::says_the_same(before, &stamped)
        {
            return Arc::clone(before);
        }
        let object = Arc::new(stamped);
        let after = Some(Arc::clone(&object));
        self.record(key.resource, Event { version, place: key.place(), before, after });
        newest.send_replace(self.version);
        object
    }

    /// Takes one object away and nothing else.
    fn take(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.get(key)?;
        let version = self.version + 1;
        let gone = Arc::new(stamp::at_version(&before, version));
        let event = Event { version, place: key.place(), before: Some(before), after: None };
        self.record(key.resource, event);
        Some(gone)
    }

    fn record(&mut self, resource: Resource, event: Event) {
        let window = self.window;
        self.version = event.version;
        let collection = self.collections.entry(resource).or_insert_with(|| Collection {
            objects: BTreeMap::new(),
            history: History::new(window),
        });
        match &event.after {
            Some(object) => collection.objects.insert(event.place.clone(), Arc::clone(object)),
            None => collection.objects.remove(&event.place),
        };
        collection.history.push(event);
    }
}

#[cfg(test)]
mod tests;
