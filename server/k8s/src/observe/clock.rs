//! The only way in which time enters a conclusion, so that each later change is announced.

use std::cell::Cell;

use skyports_model::Timestamp;

/// The seconds for which Kubernetes keeps events by default (`--event-ttl` of kube-apiserver 1.36).
pub(super) const EVENTS_KEPT: i64 = 3_600;

/// The time of one look, and the next moment at which an answer given here would differ.
#[derive(Debug)]
pub(super) struct Clock {
    now: Timestamp,
    next: Cell<Option<Timestamp>>,
}

impl Clock {
    pub(super) fn at(now: Timestamp) -> Self {
        Self { now, next: Cell::new(None) }
    }

    /// Whether something was created `seconds` or more ago. Unknown ages are old.
    pub(super) fn is_older(&self, created: Option<Timestamp>, seconds: i64) -> bool {
        let Some(moment) = created.map(|created| created.plus(seconds)) else { return true };
        if moment > self.now {
            self.next.set(Some(self.next.get().map_or(moment, |next| next.min(moment))));
        }
        moment <= self.now
    }

    /// The earliest moment at which an answer changes.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next.get()
    }
}
