//! The clock: read here, passed to everybody else.

use std::time::{SystemTime, UNIX_EPOCH};

use skyports_model::Timestamp;

/// The time of this machine, in whole seconds.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    Timestamp(i64::try_from(since).unwrap_or(i64::MAX))
}
