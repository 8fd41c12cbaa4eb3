//! A call of this page with itself: a made-up picture and a tone go out on one connection and are sent back by another.

use std::time::Duration;

use super::{Step, Time, finding::Finding};
use crate::call::quality::Route;

/// From the first description to everything that has to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// Shorter, and the bitrate would be that of the beginning.
const MEASURE: Duration = Duration::from_secs(2);
/// Enough for chance to be out of it.
const PICTURES: u64 = 5;
const SOUNDS: u64 = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Direct,
    Relayed,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::Direct, Self::Relayed];
}

/// What the browser tells of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    Connected,
    Counted(Count),
    Failed,
}

/// What came back so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count {
    /// Decoded pictures.
    pub pictures: u64,
    /// Packets of sound.
    pub sounds: u64,
    pub bytes: u64,
    pub round_trip: Option<Duration>,
    pub route: Option<Route>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Works(Measured),
    NoConnection,
    NothingArrives,
    NoPicture,
    NoSound,
    /// There is no such way.
    NoWay,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// In a second, of what comes back.
    pub bits: f64,
    pub round_trip: Option<Duration>,
    pub route: Option<Route>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Rehearsal {
    pub(super) step: Step<Outcome>,
    is_connected: bool,
    first: Option<(Time, Count)>,
    last: Option<Count>,
}

impl Rehearsal {
    pub fn begin(&mut self, now: Time) {
        self.step = Step::running(now, PATIENCE);
    }

    pub fn skip(&mut self) {
        self.step = Step::Found(Outcome::NoWay);
    }

    pub fn hears(&mut self, heard: Heard, now: Time) {
        if !self.step.is_running() {
            return;
        }
        match heard {
            Heard::Connected => self.is_connected = true,
            Heard::Counted(count) => self.counted(count, now),
            Heard::Failed => self.step = Step::Found(self.shortcoming()),
        }
    }

    fn counted(&mut self, count: Count, now: Time) {
        self.last = Some(count);
        if count.bytes == 0 {
            return;
        }
        let (since, first) = *self.first.get_or_insert((now, count));
        let span = now.saturating_sub(since);
        if span >= MEASURE && count.pictures >= PICTURES && count.sounds >= SOUNDS {
            let bits = 8.0 * count.bytes.saturating_sub(first.bytes) as f64 / span.as_secs_f64();
            let Count { round_trip, route, .. } = count;
            self.step = Step::Found(Outcome::Works(Measured { bits, round_trip, route }));
        }
    }

    pub fn tick(&mut self, now: Time) {
        if self.step.is_due(now) {
            self.step = Step::Found(self.shortcoming());
        }
    }

    #[must_use]
    pub fn works(&self) -> bool {
        matches!(self.step, Step::Found(Outcome::Works(_)))
    }

    #[must_use]
    pub fn finding(&self) -> Finding {
        match self.step {
            Step::Waiting => Finding::Waiting,
            Step::Running { .. } => Finding::Rehearsing,
            Step::Found(outcome) => Finding::Rehearsed(outcome),
        }
    }

    /// What is missing.
    fn shortcoming(&self) -> Outcome {
        let Count { pictures, sounds, .. } = self.last.unwrap_or_default();
        match (self.is_connected, pictures >= PICTURES, sounds >= SOUNDS) {
            (false, ..) => Outcome::NoConnection,
            (true, false, true) => Outcome::NoPicture,
            (true, true, false) => Outcome::NoSound,
            (true, ..) => Outcome::NothingArrives,
        }
    }
}
