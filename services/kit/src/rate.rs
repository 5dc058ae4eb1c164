//! How often one address, user or account may do something. Each process counts for itself.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    state::keyed::DefaultKeyedStateStore,
};

/// Fewer keys than this are never looked through for those that have been quiet.
const MANY: usize = 10_000;

/// A limit that each key has to itself.
pub struct RateLimit<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>,
    /// With how many keys those that have been quiet are forgotten.
    sweep_at: AtomicUsize,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// So many times in a minute, and after a while without any as many at once.
    pub fn per_minute(times: NonZeroU32) -> Self {
        Self::with_burst(times, times)
    }

    /// So many times in a minute, and after a while without any `burst` at once.
    pub fn with_burst(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        Self {
            limiter: RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(burst)),
            sweep_at: AtomicUsize::new(MANY),
        }
    }

    /// Once more for this key, or how long to wait.
    pub fn once(&self, key: &K) -> Result<(), Duration> {
        self.times(key, NonZeroU32::MIN)
    }

    /// So many times at once for this key, or how long to wait: a minute if it can never be so many.
    pub fn times(&self, key: &K, times: NonZeroU32) -> Result<(), Duration> {
        self.sweep();
        match self.limiter.check_key_n(key, times) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => Err(until.wait_time_from(DefaultClock::default().now())),
            Err(_) => Err(Duration::from_mins(1)),
        }
    }

    /// Looks through all keys only when there are twice as many as the last time left, so that who comes from ever new
    /// addresses does not make every try as slow as all of them together.
    fn sweep(&self) {
        if self.limiter.len() < self.sweep_at.load(Ordering::Relaxed) {
            return;
        }
        self.limiter.retain_recent();
        let next = MANY.max(2 * self.limiter.len());
        self.sweep_at.store(next, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(times: u32) -> RateLimit<u32> {
        RateLimit::per_minute(times.try_into().unwrap())
    }

    #[test]
    fn each_key_has_its_limit_and_is_told_how_long_to_wait() {
        let limit = limit(3);
        for _ in 0..3 {
            limit.once(&1).unwrap();
        }
        let wait = limit.once(&1).unwrap_err();
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
        limit.once(&2).unwrap();
    }

    #[test]
    fn several_times_are_all_taken_or_none() {
        let limit = limit(5);
        let times = |times: u32| limit.times(&1, times.try_into().unwrap());
        times(3).unwrap();
        times(3).unwrap_err();
        times(2).unwrap();
        assert_eq!(times(6), Err(Duration::from_mins(1)));
    }

    #[test]
    fn keys_are_looked_through_once_for_each_doubling() {
        let limit = limit(1);
        let mut sweeps = 0;
        for key in 0..u32::try_from(5 * MANY).unwrap() {
            let before = limit.sweep_at.load(Ordering::Relaxed);
            limit.once(&key).unwrap();
            sweeps += u32::from(limit.sweep_at.load(Ordering::Relaxed) != before);
        }
        // All are recent, so none is forgotten: at 10,000, 20,000 and 40,000.
        assert_eq!((sweeps, limit.limiter.len()), (3, 5 * MANY));
    }
}
