//! Points in time as the model needs them: whole seconds since 1970, and ages in words.
//!
//! The clock itself is read at the edge and passed in.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z. May be negative; never validated further.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds from `self` to `now`; zero when `self` lies in the future (clocks differ).
    pub fn age(self, now: Timestamp) -> u64 {
        u64::try_from(now.0.saturating_sub(self.0)).unwrap_or(0)
    }

    /// Seconds from `now` until `self`; zero when it has passed.
    pub fn until(self, now: Timestamp) -> u64 {
        now.age(self)
    }

    /// This moment plus `seconds`.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds))
    }
}

/// An age as the interface writes it: `45 s`, `18 min`, `3 h`, `6 d`.
pub fn age_in_words(seconds: u64) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The clock time of a moment in UTC, as the interface writes it: `14:02 UTC`.
pub fn clock_time(moment: Timestamp) -> String {
    let minute = moment.0.div_euclid(60).rem_euclid(24 * 60);
    format!("{:02}:{:02} UTC", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short_and_never_negative() {
        assert_eq!(age_in_words(0), "0 s");
        assert_eq!(age_in_words(59), "59 s");
        assert_eq!(age_in_words(60), "1 min");
        assert_eq!(age_in_words(3_600), "1 h");
        assert_eq!(age_in_words(86_400), "24 h");
        assert_eq!(age_in_words(172_800), "2 d");
        assert_eq!(Timestamp(10).age(Timestamp(3)), 0);
    }

    #[test]
    fn clock_times_are_utc() {
        assert_eq!(clock_time(Timestamp(1_795_500_120)), "06:02 UTC");
        assert_eq!(clock_time(Timestamp(-60)), "23:59 UTC");
    }
}
