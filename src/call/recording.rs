//! Recording the call to a file on this device.
//!
//! **Nothing is recorded before everybody in the call has said that their screen shows it**, and whoever comes in, or
//! comes back, is told at once. Everything of it goes over the control channels, so it works with the server gone. The
//! picture and the sound do not come through here: the platform mixes and keeps them.

pub mod entry;
mod notice;
mod phone;
pub mod scene;

use std::time::Duration;

pub use self::notice::{There, Told};
use self::{entry::Leftover, scene::Scene};
use super::{Time, files::name::FileName};
use crate::protocol::CallId;

/// How many left-over recordings are known at most; there are as many as pages that have ended in the middle of one.
const LEFTOVERS_MOST: usize = 100;

/// What the browser is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordOp {
    /// Reports [`RecorderEvent::Started`] or [`RecorderEvent::Failed`].
    Start {
        /// Whom the call is with, for the file's name.
        with: String,
        scene: Scene,
    },
    /// What is in the picture from now on.
    Arrange(Scene),
    /// Records nothing more from this moment on, and gives the person what there is: reports
    /// [`RecorderEvent::Saved`] or [`RecorderEvent::Lost`].
    Stop,
    /// Gives the person a left-over recording, with the same reports.
    Save {
        id: u32,
    },
    Delete {
        id: u32,
    },
}

/// What the browser says of recordings.
#[derive(Clone, Debug, PartialEq)]
pub enum RecorderEvent {
    Started,
    /// It could not begin.
    Failed(Problem),
    /// It cannot go on; what there is waits for [`RecordOp::Stop`].
    Broke(Problem),
    /// The person was given it.
    Saved(FileName),
    /// There is nothing to give.
    Lost,
    /// An earlier page has left this behind.
    Found(Leftover),
}

/// Why a recording ended, or did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The browser has no way to make such a file.
    Unsupported,
    NoRoom,
    /// There is no disk to write to, and no more memory for it.
    TooLong,
    Broken,
}

/// What a person wants of a left-over recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftoverWish {
    Save,
    Delete,
}

/// What is said of a recording that is over, or did not begin; until it is put away, or another one is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    Saved {
        name: FileName,
        /// Why it ended before the person wanted.
        problem: Option<Problem>,
    },
    Failed(Problem),
    /// There was something, and it is gone.
    Lost,
    /// Somebody's browser has not said that it shows it.
    Untold {
        name: String,
    },
}

/// This person's own recording, as the screen sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnRecording {
    #[default]
    Off,
    /// The others are being told, or the browser is getting ready.
    Beginning,
    On {
        since: Time,
    },
    /// The file is being finished.
    Ending,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecorderView {
    pub own: OwnRecording,
    pub note: Option<Note>,
    /// The oldest first.
    pub leftovers: Vec<Leftover>,
}

#[derive(Clone, Debug, Default)]
pub struct Recorder {
    state: State,
    /// How many recordings were asked for on this page: an answer to an earlier one is none to this one.
    number: u32,
    /// What the browser was told to show last.
    scene: Option<Scene>,
    note: Option<Note>,
    leftovers: Vec<Leftover>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Off,
    /// Nothing is recorded yet: not everybody has said that it is shown to them.
    Telling {
        call: CallId,
        give_up_at: Time,
    },
    /// The browser gets ready.
    Starting {
        call: CallId,
    },
    On {
        call: CallId,
        since: Time,
    },
    /// The browser finishes the file.
    Finishing {
        began: bool,
        problem: Option<Problem>,
    },
}

impl State {
    const fn call(self) -> Option<CallId> {
        match self {
            Self::Telling { call, .. } | Self::Starting { call } | Self::On { call, .. } => Some(call),
            Self::Off | Self::Finishing { .. } => None,
        }
    }

    const fn runs(self) -> bool {
        matches!(self, Self::Starting { .. } | Self::On { .. })
    }
}

impl Recorder {
    /// Something is recorded, or has to be finished.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        !matches!(self.state, State::Off | State::Telling { .. })
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        if let State::Telling { give_up_at, .. } = self.state { Some(give_up_at) } else { None }
    }

    #[must_use]
    pub fn view(&self) -> RecorderView {
        let own = match self.state {
            State::Off => OwnRecording::Off,
            State::Telling { .. } | State::Starting { .. } => OwnRecording::Beginning,
            State::On { since, .. } => OwnRecording::On { since },
            State::Finishing { .. } => OwnRecording::Ending,
        };
        RecorderView { own, note: self.note.clone(), leftovers: self.leftovers.clone() }
    }

    fn ask(&mut self, call: CallId, give_up_at: Time) {
        self.number = self.number.wrapping_add(1);
        self.note = None;
        self.state = State::Telling { call, give_up_at };
    }

    /// Whether the browser has to be told.
    #[must_use]
    fn finish(&mut self, problem: Option<Problem>) -> bool {
        let (ran, began) = (self.state.runs(), matches!(self.state, State::On { .. }));
        match self.state {
            State::Telling { .. } => self.state = State::Off,
            State::Starting { .. } | State::On { .. } => self.state = State::Finishing { began, problem },
            State::Off | State::Finishing { .. } => {}
        }
        ran
    }

    fn saved(&mut self, name: FileName) {
        let problem = self.finished().and_then(|(_, problem)| problem);
        self.note = Some(Note::Saved { name, problem });
    }

    fn lost(&mut self) {
        self.note = match self.finished() {
            // It was ended before there was anything.
            Some((false, None)) => None,
            Some((_, Some(problem))) => Some(Note::Failed(problem)),
            _ => Some(Note::Lost),
        };
    }

    /// Whether there was something, and what went wrong; nothing when it is about a left-over recording.
    fn finished(&mut self) -> Option<(bool, Option<Problem>)> {
        let State::Finishing { began, problem } = self.state else { return None };
        self.state = State::Off;
        Some((began, problem))
    }

    fn found(&mut self, leftover: Leftover) {
        let known = self.leftovers.iter().any(|known| known.id == leftover.id);
        if !known && self.leftovers.len() < LEFTOVERS_MOST {
            self.leftovers.push(leftover);
            self.leftovers.sort_by_key(|leftover| leftover.at);
        }
    }

    /// What somebody in this call is to know.
    fn notice(&self, call: CallId) -> Option<u32> {
        (self.state.call() == Some(call)).then_some(self.number)
    }

    /// How long it has gone on.
    fn lasted(&self, now: Time) -> Duration {
        let since = if let State::On { since, .. } = self.state { since } else { now };
        now.saturating_sub(since)
    }
}
