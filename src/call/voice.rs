//! Whether somebody is heard to speak.

use std::time::Duration;

use super::Time;

/// Louder than a silent room, and than what a microphone's noise suppression leaves of a noisy one: of the scale on which
/// 1 is as loud as it gets (W3C WebRTC, section 5.3.1: `audioLevel`).
const SPEAKS: f64 = 0.02;
/// Whoever draws breath still speaks.
const BREATH: Duration = Duration::from_millis(700);

/// One voice, listened to again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voice {
    speaks_until: Option<Time>,
}

impl Voice {
    /// Takes how loud the voice is now, 0 to 1, and gives back whether somebody speaks, when that has changed.
    pub fn hear(&mut self, level: f64, now: Time) -> Option<bool> {
        let spoke = self.speaks_until.is_some();
        if level >= SPEAKS {
            self.speaks_until = Some(now + BREATH);
        } else if self.speaks_until.is_some_and(|until| until <= now) {
            self.speaks_until = None;
        }
        let speaks = self.speaks_until.is_some();
        (speaks != spoke).then_some(speaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_breath_does_not_end_a_sentence() {
        let mut voice = Voice::default();
        assert_eq!(voice.hear(0.001, at(0)), None, "a silent room");
        assert_eq!(voice.hear(0.1, at(100)), Some(true));
        assert_eq!(voice.hear(0.3, at(300)), None, "it is known already");
        assert_eq!(voice.hear(0.0, at(500)), None);
        assert_eq!(voice.hear(0.1, at(900)), None, "goes on");
        assert_eq!(voice.hear(0.0, at(1599)), None);
        assert_eq!(voice.hear(0.0, at(1600)), Some(false));
        assert_eq!(voice.hear(0.0, at(1700)), None);
    }

    #[test]
    fn what_is_no_number_is_no_voice() {
        assert_eq!(Voice::default().hear(f64::NAN, at(0)), None);
    }
}
