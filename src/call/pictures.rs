//! Pictures that one side of a call takes of the other: whoever is in one is told.

use super::{
    Phone, Time,
    active::ControlState,
    control::{Control, Picture},
    effect::{Effect, PairOp},
};
use crate::protocol::PeerId;

/// What is known of the pictures between this side and another, while their control channel is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// How many were taken here.
    taken: u32,
    /// How many the other side has told of.
    heard: u32,
    notice: Option<Notice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Notice {
    count: u32,
    until: Time,
}

impl Pictures {
    /// A picture was taken here: what to tell.
    pub fn take(&mut self) -> Picture {
        let number = self.taken;
        self.taken = self.taken.saturating_add(1);
        Picture { number }
    }

    /// A picture was taken there. One that was told of before is no news.
    pub fn hear(&mut self, picture: Picture, until: Time) {
        if picture.number < self.heard {
            return;
        }
        self.heard = picture.number.saturating_add(1);
        let before = self.notice.map_or(0, |notice| notice.count);
        self.notice = Some(Notice { count: before.saturating_add(1), until });
    }

    /// A new channel counts anew. What is being told stays for its time.
    pub fn start_over(&mut self) {
        *self = Self { notice: self.notice, ..Self::default() };
    }

    /// How many pictures are being told of.
    #[must_use]
    pub fn told(&self) -> u32 {
        self.notice.map_or(0, |notice| notice.count)
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.notice.map(|notice| notice.until)
    }

    pub fn tick(&mut self, now: Time) {
        self.notice.take_if(|notice| notice.until <= now);
    }
}

impl Phone {
    /// This person takes a picture of somebody in the call, who is told.
    pub(super) fn take_picture(&mut self, of: PeerId) {
        let told = self.with_other(of, |other| {
            let open = other.control == ControlState::Open;
            let pair = other.pair_id().filter(|_| open)?;
            Some((pair, other.pictures.take()))
        });
        if let Some((pair, picture)) = told.flatten() {
            self.emit(Effect::Pair { pair, op: PairOp::Control(Control::Picture(picture)) });
        }
    }

    pub(super) fn picture_taken_there(&mut self, by: PeerId, picture: Picture, now: Time) {
        let until = now + self.timeouts.picture_notice;
        self.with_other(by, |other| other.pictures.hear(picture, until));
    }

    pub(super) fn forget_pictures(&mut self, now: Time) {
        if let Some(call) = &mut self.call {
            call.others.iter_mut().for_each(|other| other.pictures.tick(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Time = Time::from_secs(6);
    const LATER: Time = Time::from_secs(9);

    fn picture(number: u32) -> Picture {
        Picture { number }
    }

    #[test]
    fn pictures_are_counted_from_nothing() {
        let mut pictures = Pictures::default();
        assert_eq!([pictures.take(), pictures.take()], [picture(0), picture(1)]);
        pictures.start_over();
        assert_eq!(pictures.take(), picture(0));
    }

    #[test]
    fn a_picture_is_told_of_once_and_for_a_while() {
        let mut pictures = Pictures::default();
        assert_eq!((pictures.told(), pictures.deadline()), (0, None));
        pictures.hear(picture(0), SOON);
        pictures.hear(picture(0), LATER);
        assert_eq!((pictures.told(), pictures.deadline()), (1, Some(SOON)));
        pictures.hear(picture(1), LATER);
        assert_eq!((pictures.told(), pictures.deadline()), (2, Some(LATER)));
        pictures.tick(SOON);
        assert_eq!(pictures.told(), 2);
        pictures.tick(LATER);
        assert_eq!((pictures.told(), pictures.deadline()), (0, None));
        pictures.hear(picture(1), LATER);
        assert_eq!(pictures.told(), 0, "a repeated message is no news");
    }

    #[test]
    fn a_number_without_end_ends_nothing() {
        let mut pictures = Pictures::default();
        pictures.hear(picture(u32::MAX), SOON);
        pictures.hear(picture(u32::MAX), SOON);
        assert!(pictures.told() >= 1);
        pictures.hear(picture(3), SOON);
    }

    #[test]
    fn somebody_who_connects_anew_is_heard_again() {
        let mut pictures = Pictures::default();
        pictures.hear(picture(0), SOON);
        pictures.start_over();
        pictures.hear(picture(0), LATER);
        assert_eq!(pictures.told(), 2);
    }
}
