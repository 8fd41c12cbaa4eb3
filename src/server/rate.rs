//! How often something may happen.

use std::{num::NonZero, time::Duration};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: NonZero<u32>,
    pub burst: NonZero<u32>,
}

/// A bucket that starts full, loses what is taken, and fills up again with time.
#[derive(Debug)]
pub struct Bucket {
    rate: Rate,
    left: f64,
    filled: Duration,
}

impl Bucket {
    pub fn new(rate: Rate, now: Duration) -> Self {
        Self { rate, left: f64::from(rate.burst.get()), filled: now }
    }

    /// False when it is empty.
    pub fn take(&mut self, now: Duration) -> bool {
        self.fill(now);
        let enough = self.left >= 1.0;
        if enough {
            self.left -= 1.0;
        }
        enough
    }

    /// Takes them even when it has fewer left; gives how long to wait until it owes none.
    pub fn spend(&mut self, many: usize, now: Duration) -> Duration {
        self.fill(now);
        self.left -= many as f64;
        Duration::from_secs_f64((-self.left).max(0.0) / f64::from(self.rate.per_second.get()))
    }

    /// False when it is empty. What is taken may be more than there is, once.
    pub fn spend_if_solvent(&mut self, many: usize, now: Duration) -> bool {
        self.fill(now);
        let has_any = self.left > 0.0;
        if has_any {
            self.left -= many as f64;
        }
        has_any
    }

    fn fill(&mut self, now: Duration) {
        self.left = self.gained(now).min(f64::from(self.rate.burst.get()));
        self.filled = now;
    }

    /// Whether it is as good as new.
    pub fn is_full(&self, now: Duration) -> bool {
        self.gained(now) >= f64::from(self.rate.burst.get())
    }

    /// What is in it by then, and may be more than fits.
    fn gained(&self, now: Duration) -> f64 {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * f64::from(self.rate.per_second.get());
        self.left + gained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let rate = Rate { per_second: NonZero::new(2).unwrap(), burst: NonZero::new(3).unwrap() };
        let mut bucket = Bucket::new(rate, Duration::ZERO);
        assert_eq!([(); 4].map(|()| bucket.take(Duration::ZERO)), [true, true, true, false]);
        let later = Duration::from_millis(500);
        assert_eq!([(); 2].map(|()| bucket.take(later)), [true, false]);
        let much_later = Duration::from_secs(3600);
        assert_eq!([(); 4].map(|()| bucket.take(much_later)), [true, true, true, false]);
    }
    #[test]
    fn whoever_spends_more_than_there_is_waits_until_it_is_earned() {
        let rate = Rate { per_second: NonZero::new(2).unwrap(), burst: NonZero::new(3).unwrap() };
        let mut bucket = Bucket::new(rate, Duration::ZERO);
        assert_eq!(bucket.spend(3, Duration::ZERO), Duration::ZERO);
        assert_eq!(bucket.spend(4, Duration::ZERO), Duration::from_secs(2));
        assert_eq!(bucket.spend(0, Duration::from_secs(2)), Duration::ZERO);
        assert_eq!(bucket.spend(1, Duration::from_secs(2)), Duration::from_millis(500));
    }
}
