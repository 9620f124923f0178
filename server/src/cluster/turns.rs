//! Who of this process writes an object next, where each write tests the version that it was planned
//! for.
//!
//! A courtesy: whoever writes tests the version all the same, since other programs write too. But of
//! twenty clicks at once nineteen would read and write again, and again, until somebody's patience
//! ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use skyports_model::ObjectRef;
use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use tokio::time::timeout;

/// The queues, an object each.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<ObjectRef, Arc<Queue<()>>>>);

/// Holds the turn until it is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// Waits for the turn, in the order of asking. `None` when `patience` ends first: then who asked
    /// goes on without.
    pub(super) async fn next(&self, object: &ObjectRef, patience: Duration) -> Option<Turn> {
        let queue = self.queue(object);
        timeout(patience, queue.lock_owned()).await.ok()
    }

    fn queue(&self, object: &ObjectRef) -> Arc<Queue<()>> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Those in which nobody stands any more.
        queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        Arc::clone(queues.entry(object.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use skyports_model::{Namespace, ObjectKind};

    use super::*;

    fn ingress(name: &str) -> ObjectRef {
        let namespace = Namespace::parse("default").unwrap();
        ObjectRef { kind: ObjectKind::Ingress, namespace, name: name.to_owned() }
    }

    #[tokio::test]
    async fn one_at_a_time_and_objects_apart() {
        let turns = Turns::default();
        let patience = Duration::ZERO;
        let first = turns.next(&ingress("a"), patience).await;
        assert!(first.is_some());
        assert!(turns.next(&ingress("b"), patience).await.is_some(), "another object");
        assert!(turns.next(&ingress("a"), patience).await.is_none(), "patience ends");
        drop(first);
        assert!(turns.next(&ingress("a"), patience).await.is_some());
        let _b = turns.next(&ingress("b"), patience).await;
        assert_eq!(turns.0.lock().unwrap().len(), 1, "nobody stands for a");
    }
}
