//! Whether the other side is still heard. Browsers take 6 to 29 seconds to say that a path is gone; two pages that
//! say a word to each other every half second know it sooner.
//!
//! A heartbeat may be late on a path that is well: it travels in order, behind what was lost and is sent again. So
//! silence is only believed when nothing else has arrived either, by the browser's own count.

use super::Time;
use crate::settings::Timeouts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    beat_at: Time,
    /// Since when nothing was heard. Nothing before the first heartbeat: not every client sends any.
    heard_at: Option<Time>,
    doubt: Doubt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    None,
    /// The first count has been asked for.
    Counting,
    /// So many bytes had arrived when the doubt began.
    Counted(u64),
    /// The second count has been asked for.
    CountingAgain(u64),
    /// Nothing arrives. It is counted again with each heartbeat of one's own.
    Silent(u64),
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Beat,
    Count,
}

/// What has come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    Lost,
    Back,
}

impl Watch {
    #[must_use]
    pub fn new(now: Time) -> Self {
        Self { beat_at: now, heard_at: None, doubt: Doubt::None }
    }

    #[must_use]
    pub fn deadline(&self, timeouts: &Timeouts) -> Time {
        self.count_at(timeouts).map_or(self.beat_at, |at| at.min(self.beat_at))
    }

    pub fn tick(&mut self, now: Time, timeouts: &Timeouts) -> Vec<Due> {
        let mut due = Vec::new();
        if now >= self.beat_at {
            self.beat_at = now + timeouts.heartbeat;
            due.push(Due::Beat);
            if let Doubt::Silent(_) = self.doubt {
                due.push(Due::Count);
            }
        }
        if self.count_at(timeouts).is_some_and(|at| now >= at) {
            self.doubt = match self.doubt {
                Doubt::Counted(bytes) => Doubt::CountingAgain(bytes),
                _ => Doubt::Counting,
            };
            due.push(Due::Count);
        }
        due
    }

    /// The other side has said something.
    pub fn heard(&mut self, is_heartbeat: bool, now: Time) -> Option<Finding> {
        if is_heartbeat || self.heard_at.is_some() {
            self.heard_at = Some(now);
        }
        let was = std::mem::replace(&mut self.doubt, Doubt::None);
        matches!(was, Doubt::Silent(_)).then_some(Finding::Back)
    }

    /// So many bytes have arrived by now.
    pub fn counted(&mut self, bytes: u64, now: Time) -> Option<Finding> {
        match self.doubt {
            Doubt::None | Doubt::Counted(_) => None,
            Doubt::Counting => {
                self.doubt = Doubt::Counted(bytes);
                None
            }
            Doubt::CountingAgain(before) | Doubt::Silent(before) if bytes > before => self.heard(false, now),
            Doubt::CountingAgain(_) => {
                self.doubt = Doubt::Silent(bytes);
                Some(Finding::Lost)
            }
            Doubt::Silent(_) => None,
        }
    }

    fn count_at(&self, timeouts: &Timeouts) -> Option<Time> {
        let silence = match self.doubt {
            Doubt::None => timeouts.path_silence / 2,
            Doubt::Counted(_) => timeouts.path_silence,
            Doubt::Counting | Doubt::CountingAgain(_) | Doubt::Silent(_) => return None,
        };
        self.heard_at.map(|at| at + silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hears a heartbeat, then nothing but what `arrives`: the bytes at each count.
    fn silence(arrives: impl Fn(Time) -> u64) -> (Watch, Vec<(Time, Finding)>) {
        let timeouts = Timeouts::default();
        let mut watch = Watch::new(Time::ZERO);
        watch.heard(true, Time::ZERO);
        let mut findings = Vec::new();
        while let Some(now) = Some(watch.deadline(&timeouts)).filter(|at| *at < Time::from_secs(10)) {
            for due in watch.tick(now, &timeouts) {
                if due == Due::Count {
                    findings.extend(watch.counted(arrives(now), now).map(|finding| (now, finding)));
                }
            }
        }
        (watch, findings)
    }

    #[test]
    fn a_silent_path_is_lost_after_a_second_and_a_half() {
        let (_, findings) = silence(|_| 7);
        assert_eq!(findings, [(Time::from_millis(1_500), Finding::Lost)]);
    }

    #[test]
    fn a_late_heartbeat_is_no_loss_while_media_arrives() {
        let (_, findings) = silence(|now| now.as_millis() as u64);
        assert_eq!(findings, []);
    }

    #[test]
    fn a_path_is_back_with_the_first_byte() {
        let (_, findings) = silence(|now| if now < Time::from_secs(4) { 7 } else { now.as_millis() as u64 });
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[1], (Time::from_secs(4), Finding::Back));
    }

    #[test]
    fn a_path_is_back_with_the_first_heartbeat() {
        let (mut watch, _) = silence(|_| 7);
        assert_eq!(watch.heard(true, Time::from_secs(10)), Some(Finding::Back));
    }

    #[test]
    fn a_client_without_heartbeats_is_not_watched() {
        let timeouts = Timeouts::default();
        let mut watch = Watch::new(Time::ZERO);
        watch.heard(false, Time::ZERO);
        assert_eq!(watch.tick(Time::from_secs(60), &timeouts), [Due::Beat]);
    }
}
