//! One object read and written in one go, so that nobody writes in between.

use std::sync::Arc;

use serde_json::Value;

use super::{Event, Key, Resource, State, Store, garbage, stamp};
use crate::document::{part, section, text};

/// What is decided about an object.
pub(crate) enum Next {
    /// This is what it is from now on; it is as before if nothing differs.
    Put(Value),
    /// It goes, with what it was last.
    Gone,
    /// It goes, and this is what is told of it.
    Released(Value),
}

/// Whether a change is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is, and watches are told.
    Yes,
    /// Only what would come of it is told.
    No,
}

/// The store as it is while one object is decided about.
pub(crate) struct View<'a> {
    state: &'a State,
    key: &'a Key,
    /// The object until now.
    pub(crate) before: Option<&'a Value>,
}

impl View<'_> {
    /// Whether there is such an object.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.state.get(key).is_some()
    }

    /// All other objects of a kind.
    pub(crate) fn others(&self, resource: Resource) -> Vec<&Value> {
        let own = (self.key.resource == resource).then(|| self.key.place());
        let objects = self.state.collections.get(&resource).into_iter();
        let objects = objects.flat_map(|collection| &collection.objects);
        let others = objects.filter(|(place, _)| Some(*place) != own.as_ref());
        others.map(|(_, object)| object.as_ref()).collect()
    }
}

impl Store {
    /// Changes one object by what `decide` says of it as it is now. With `Keep::No` nothing
    /// changes, and the answer is as if.
    pub(crate) fn change<E>(
        &self,
        key: &Key,
        keep: Keep,
        decide: impl FnOnce(View<'_>) -> Result<Next, E>,
    ) -> Result<Arc<Value>, E> {
        let mut state = self.state();
        let before = state.get(key);
        let next = decide(View { state: &state, key, before: before.as_deref() })?;
        let now = (self.0.clock)();
        Ok(match (next, before, keep) {
            (Next::Put(object), before, Keep::Yes) => {
                state.set(key, before, object, now, &self.0.newest)
            }
            (Next::Put(object), before, Keep::No) => {
                let version = state.version + 1;
                let mut object = stamp::stamped(object, key, before.as_deref(), version, now);
                let was = before.as_deref().map(|it| part(it, "/metadata/resourceVersion").clone());
                let metadata = section(&mut object, "metadata");
                match was {
                    Some(was) => metadata.insert("resourceVersion".to_owned(), was),
                    None => metadata.remove("resourceVersion"),
                };
                Arc::new(object)
            }
            (Next::Gone, Some(before), Keep::No) => before,
            (Next::Gone, before, _) => {
                let gone = state.take(key);
                if let Some(gone) = &gone {
                    garbage::collect(&mut state, gone);
                    self.0.newest.send_replace(state.version);
                }
                gone.or(before).unwrap_or_default()
            }
            (Next::Released(object), _, keep) => {
                if keep == Keep::Yes
                    && let Some(gone) = state.take(key)
                {
                    garbage::collect(&mut state, &gone);
                    self.0.newest.send_replace(state.version);
                }
                Arc::new(object)
            }
        })
    }

    /// Ends an object that names owners of which there is none: whoever wrote it came too late.
    pub(crate) fn check_owners(&self, key: &Key) {
        let mut state = self.state();
        let has_owner = state.get(key).is_none_or(|object| garbage::has_owner(&state, &object));
        if !has_owner && let Some(gone) = state.end(key) {
            garbage::collect(&mut state, &gone);
        }
        if !has_owner {
            self.0.newest.send_replace(state.version);
        }
    }

    /// Ends what waits for the garbage collector alone: an object whose deletion waits for all that
    /// it owns, or for letting go of it.
    pub(crate) fn collect(&self, key: &Key) {
        let mut state = self.state();
        let Some(object) = state.get(key) else { return };
        if text(&object, "/metadata/deletionTimestamp").is_none() {
            return;
        }
        let now = (self.0.clock)();
        let waits = |what: &str| {
            let finalizers = part(&object, "/metadata/finalizers").as_array();
            finalizers.is_some_and(|all| all.iter().any(|it| it == what))
        };
        if !waits("orphan") && !waits("foregroundDeletion") {
            return;
        }
        if waits("orphan") {
            garbage::orphan(&mut state, &object, now, &self.0.newest);
        }
        if waits("foregroundDeletion") {
            garbage::end_owned(&mut state, &object);
        }
        let mut left = Value::clone(&object);
        if let Some(Value::Array(all)) = section(&mut left, "metadata").get_mut("finalizers") {
            all.retain(|it| it != "orphan" && it != "foregroundDeletion");
        }
        let is_held =
            part(&left, "/metadata/finalizers").as_array().is_some_and(|it| !it.is_empty());
        if is_held {
            state.set(key, Some(object), left, now, &self.0.newest);
        } else if let Some(gone) = state.take(key) {
            garbage::collect(&mut state, &gone);
        }
        self.0.newest.send_replace(state.version);
    }
}

impl State {
    /// Ends an object: at once, or, where finalizers hold it, as soon as they let go. What has
    /// gone.
    pub(super) fn end(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.get(key)?;
        let held =
            part(&before, "/metadata/finalizers").as_array().is_some_and(|it| !it.is_empty());
        if !held {
            return self.take(key);
        }
        if text(&before, "/metadata/deletionTimestamp").is_some() {
            return None;
        }
        let version = self.version + 1;
        let mut object = stamp::at_version(&before, version);
        stamp::mark_deleted(&mut object, (self.clock)(), 0);
        let after = Some(Arc::new(object));
        self.record(
            key.resource,
            Event { version, place: key.place(), before: Some(before), after },
        );
        None
    }
}
