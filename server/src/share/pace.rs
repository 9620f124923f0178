//! How often one client may ask for guest links: nobody finds one by trying, and nobody keeps the
//! API servers busy.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{Quota, RateLimiter, state::keyed::DefaultKeyedStateStore};

/// Asked at once, by one client.
const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Asked a second, by one client.
const A_SECOND: NonZeroU32 = NonZeroU32::new(2).unwrap();
/// Clients that are remembered; then those are forgotten that have been quiet.
const MOST_CLIENTS: usize = 10_000;

/// The pace of each client.
#[derive(Debug)]
pub struct Pace(RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock>);

impl Default for Pace {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_second(A_SECOND).allow_burst(BURST)))
    }
}

impl Pace {
    /// Lets a client ask once more; else the seconds that it must wait.
    ///
    /// # Errors
    /// Where it has asked too often.
    pub fn ask(&self, client: IpAddr) -> Result<(), u64> {
        if self.0.len() > MOST_CLIENTS {
            self.0.retain_recent();
        }
        let late =
            |until: governor::NotUntil<_>| until.wait_time_from(DefaultClock::default().now());
        self.0.check_key(&client).map_err(|until| late(until).as_secs().saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_tries_many_waits_and_others_do_not() {
        let pace = Pace::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let asked = (0..1_000).filter(|_| pace.ask(one).is_ok()).count();
        assert!((20..=30).contains(&asked), "{asked}");
        assert_eq!(pace.ask(one), Err(1));
        assert_eq!(pace.ask(other), Ok(()));
    }
}
