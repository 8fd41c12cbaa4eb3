//! What two sides of a call tell each other of their recordings.

use std::time::Duration;

use crate::call::{
    Time,
    control::{Control, Recording},
};

/// The other side records: what this person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct There {
    /// How long it had gone on already when it was heard of, as the other side says.
    pub before: Duration,
    /// When it was heard of.
    pub since: Time,
}

impl There {
    #[must_use]
    pub fn heard(recording: Recording, now: Time) -> Option<Self> {
        let before = Duration::from_secs(recording.seconds.into());
        recording.on.then_some(Self { before, since: now })
    }

    /// How long it has gone on.
    #[must_use]
    pub fn lasted(self, now: Time) -> Duration {
        self.before + now.saturating_sub(self.since)
    }
}

/// What the other side was told of a recording on this side, on the channel that is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The recording that was told of last; nothing when it was told of none, or of its end.
    said: Option<u32>,
    /// The newest recording that is shown there.
    shown: Option<u32>,
}

impl Told {
    /// What to say, if it was not said last: the recording with this number, or none.
    pub fn tell(&mut self, number: Option<u32>, lasted: Duration) -> Option<Control> {
        let before = std::mem::replace(&mut self.said, number);
        if before == number {
            return None;
        }
        let seconds = u32::try_from(lasted.as_secs()).unwrap_or(u32::MAX);
        Some(Control::Recording(match (number, before) {
            (Some(number), _) => Recording { number, on: true, seconds },
            (None, before) => Recording { number: before.unwrap_or_default(), on: false, seconds: 0 },
        }))
    }

    /// An answer that is none to what was said last is no answer.
    pub fn shown(&mut self, number: u32) {
        if self.said == Some(number) {
            self.shown = Some(number);
        }
    }

    #[must_use]
    pub fn is_shown(self, number: u32) -> bool {
        self.said == Some(number) && self.shown == Some(number)
    }

    /// Nothing was said on a new channel.
    pub fn start_over(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(3);

    fn said(number: u32, on: bool, seconds: u32) -> Option<Control> {
        Some(Control::Recording(Recording { number, on, seconds }))
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let mut told = Told::default();
        assert_eq!(told.tell(None, SOON), None, "there is nothing to know");
        assert_eq!(told.tell(Some(4), SOON), said(4, true, 3));
        assert_eq!(told.tell(Some(4), SOON), None);
        assert_eq!(told.tell(None, SOON), said(4, false, 0));
        assert_eq!(told.tell(None, SOON), None);
    }

    #[test]
    fn a_new_channel_is_told_anew() {
        let mut told = Told::default();
        told.tell(Some(1), SOON);
        told.shown(1);
        assert!(told.is_shown(1));
        told.start_over();
        assert!(!told.is_shown(1));
        assert_eq!(told.tell(Some(1), SOON), said(1, true, 3));
    }

    #[test]
    fn an_answer_to_an_earlier_recording_is_none() {
        let mut told = Told::default();
        told.tell(Some(1), SOON);
        told.tell(None, SOON);
        told.tell(Some(2), SOON);
        told.shown(1);
        assert!(!told.is_shown(2));
        told.shown(2);
        assert!(told.is_shown(2));
    }

    #[test]
    fn somebody_who_says_it_without_having_been_told_shows_nothing() {
        let mut told = Told::default();
        told.shown(1);
        assert_eq!(told.tell(Some(1), SOON), said(1, true, 3));
        assert!(!told.is_shown(1));
    }

    #[test]
    fn how_long_it_lasts_goes_on_from_what_was_told() {
        let recording = Recording { number: 0, on: true, seconds: 60 };
        let there = There::heard(recording, SOON).unwrap();
        assert_eq!(there.lasted(SOON + SOON), Duration::from_secs(63));
        assert_eq!(There::heard(Recording { on: false, ..recording }, SOON), None);
        let longest = There::heard(Recording { seconds: u32::MAX, ..recording }, SOON).unwrap();
        assert!(longest.lasted(Time::from_secs(1 << 40)) > longest.before);
    }
}
