//! How fast a file comes, and how long it will take: over the last seconds, as a person would say it.

use std::{collections::VecDeque, time::Duration};

use crate::call::Time;

/// What is older says nothing of now.
const SPAN: Duration = Duration::from_secs(6);
/// Between two points that are kept.
const STEP: Duration = Duration::from_millis(250);
/// Before that, nobody can say.
const LEAST: Duration = Duration::from_millis(750);

#[derive(Clone, Debug, Default)]
pub struct Pace {
    points: VecDeque<(Time, u64)>,
    newest: Option<(Time, u64)>,
}

impl Pace {
    /// Begins anew: after a pause, the speed from before is none.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    pub fn reached(&mut self, bytes: u64, now: Time) {
        self.newest = Some((now, bytes));
        if self.points.back().is_none_or(|(at, _)| now >= *at + STEP) {
            self.points.push_back((now, bytes));
        }
        while self.points.len() > 1 && self.points.front().is_some_and(|(at, _)| *at + SPAN < now) {
            self.points.pop_front();
        }
    }

    /// Bytes in a second.
    #[must_use]
    pub fn speed(&self) -> Option<u64> {
        let ((from, before), (to, after)) = (*self.points.front()?, self.newest?);
        let took = to.checked_sub(from).filter(|took| *took >= LEAST)?;
        let came = u128::from(after.saturating_sub(before));
        u64::try_from(came * 1_000 / took.as_millis().max(1)).ok()
    }

    /// Until all of it is there, in whole seconds.
    #[must_use]
    pub fn left(&self, size: u64) -> Option<Duration> {
        let (speed, (_, reached)) = (self.speed().filter(|speed| *speed > 0)?, self.newest?);
        Some(Duration::from_secs(size.saturating_sub(reached).div_ceil(speed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Time {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        for second in 0..20_u64 {
            pace.reached(second * 1_000, at(second * 1_000));
        }
        assert_eq!((pace.speed(), pace.left(29_000)), (Some(1_000), Some(Duration::from_secs(10))));
        for second in 20..30_u64 {
            pace.reached(19_000 + (second - 19) * 100, at(second * 1_000));
        }
        assert_eq!(pace.speed(), Some(100));
    }

    #[test]
    fn nobody_knows_at_once() {
        let mut pace = Pace::default();
        assert_eq!(pace.speed(), None);
        pace.reached(0, at(0));
        pace.reached(5_000, at(100));
        assert_eq!((pace.speed(), pace.left(10_000)), (None, None));
    }

    #[test]
    fn what_does_not_move_never_arrives() {
        let mut pace = Pace::default();
        (0..10).for_each(|second| pace.reached(500, at(second * 1_000)));
        assert_eq!((pace.speed(), pace.left(10_000)), (Some(0), None));
    }

    #[test]
    fn however_often_it_is_told_it_keeps_little() {
        let mut pace = Pace::default();
        (0..100_000).for_each(|milli| pace.reached(milli, at(milli)));
        assert!(pace.points.len() < 30, "{}", pace.points.len());
    }
}
