//! Files as the screen sees them, and when it is told.

use std::time::Duration;

use super::{message::Reason, name::FileName};
use crate::{call::Time, protocol::Nickname};

/// How often the screen is told how far a file is.
const TOLD_EVERY: Duration = Duration::from_millis(150);

/// A file as the screen sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct FileView {
    pub id: u32,
    /// To this person.
    pub coming: bool,
    /// The other side.
    pub nickname: Nickname,
    pub name: FileName,
    pub size: u64,
    /// The address of a picture.
    pub preview: Option<String>,
    pub bytes: u64,
    pub stage: FileStage,
    /// Saved where the person said, and not where downloads go.
    pub chosen: bool,
    pub paused_here: bool,
    pub paused_there: bool,
    /// Bytes in a second.
    pub speed: Option<u64>,
    pub left: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStage {
    Offered,
    /// For its turn, or for a place.
    Waiting,
    Moving,
    /// The line is lost; it goes on when it is back.
    Lost,
    Checking,
    Done,
    Over {
        /// Ended from this side.
        here: bool,
        why: Reason,
    },
}

impl FileStage {
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Over { .. })
    }
}

/// When the screen is to be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bulletin {
    revision: u64,
    at: Time,
    /// Something has moved since, that the screen does not know.
    due: bool,
}

impl Bulletin {
    /// Something is another than it was.
    pub fn changed(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.due = false;
    }

    /// A file is a little further.
    pub fn moved(&mut self, now: Time) {
        self.due = true;
        self.tick(now);
    }

    /// When [`Self::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.due.then_some(self.at + TOLD_EVERY)
    }

    pub fn tick(&mut self, now: Time) {
        if self.deadline().is_some_and(|at| at <= now) {
            self.at = now;
            self.changed();
        }
    }

    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_is_not_told_of_every_byte() {
        let mut bulletin = Bulletin::default();
        (0..1_000).for_each(|milli| bulletin.moved(Duration::from_millis(milli)));
        assert!(bulletin.revision() < 10);
        let before = bulletin.revision();
        let at = bulletin.deadline().expect("what came last is still to be told");
        bulletin.tick(at);
        assert_ne!(bulletin.revision(), before);
        assert_eq!(bulletin.deadline(), None);
    }
}
