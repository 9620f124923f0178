//! The last changes of one kind of object: what a watch goes on from, and what a list of many pages
//! goes back to.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::Objects;

/// Changes of one kind that are remembered. A watch that ends asks again within seconds; a page of
/// a list follows the other.
pub(super) const WINDOW: usize = 512;

/// One change of one object.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The version that it made.
    pub(crate) version: u64,
    /// Which object, among those of its kind.
    pub(crate) place: String,
    /// The object until then, unless it is new.
    pub(crate) before: Option<Arc<Value>>,
    /// The object from then on, unless it is gone.
    pub(crate) after: Option<Arc<Value>>,
}

/// What was asked for is not remembered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expired {
    /// The oldest version from which one can still go on.
    pub(crate) oldest: u64,
}

/// A bounded window of changes, oldest first.
pub(super) struct History {
    window: usize,
    events: VecDeque<Event>,
    /// The version after which every change is in the window.
    oldest: u64,
}

impl History {
    pub(super) fn new(window: usize) -> Self {
        Self { window, events: VecDeque::new(), oldest: 0 }
    }

    pub(super) fn push(&mut self, event: Event) {
        self.events.push_back(event);
        while self.events.len() > self.window {
            if let Some(forgotten) = self.events.pop_front() {
                self.oldest = forgotten.version;
            }
        }
    }

    /// The changes after a version, at most `limit`.
    pub(super) fn since(&self, version: u64, limit: usize) -> Result<Vec<Event>, Expired> {
        self.reaches(version)?;
        let begin = self.events.partition_point(|event| event.version <= version);
        Ok(self.events.iter().skip(begin).take(limit).cloned().collect())
    }

    /// What the objects were at a version, given what they are now.
    pub(super) fn rewind(&self, mut objects: Objects, version: u64) -> Result<Objects, Expired> {
        self.reaches(version)?;
        for event in self.events.iter().rev().take_while(|event| event.version > version) {
            match &event.before {
                Some(before) => objects.insert(event.place.clone(), Arc::clone(before)),
                None => objects.remove(&event.place),
            };
        }
        Ok(objects)
    }

    fn reaches(&self, version: u64) -> Result<(), Expired> {
        if version < self.oldest { Err(Expired { oldest: self.oldest }) } else { Ok(()) }
    }
}
