//! Recording the call to a file on this device.
//!
//! **Nothing is recorded before everybody in the call has said that their screen shows it**, and whoever comes in, or
//! comes back, is told at once. Everything of it goes over the control channels, so it works with the server gone. The
//! picture and the sound do not come through here: the platform mixes and keeps them.

pub mod entry;
mod notice;
pub mod scene;

use std::time::Duration;

pub use self::notice::{There, Told};
use self::{
    entry::Leftover,
    scene::{OwnPictures, Scene},
};
use super::{
    Phone, Time,
    active::{ActiveCall, ControlState, Other},
    control::{Control, Recording, RecordingShown},
    effect::{Effect, PairOp},
    files::name::FileName,
    pair::PairId,
};
use crate::protocol::{CallId, PeerId};

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

impl Phone {
    /// This person records the call, or no longer does.
    pub(super) fn record(&mut self, on: bool, now: Time) {
        if !on {
            return self.stop_recording(None);
        }
        let talks = |call: &&ActiveCall| {
            call.is_agreed() && call.connected_since.is_some() && !call.others.is_empty()
        };
        let Some(call) = self.call.as_ref().filter(talks).map(|call| call.id) else { return };
        if self.recorder.state == State::Off {
            self.recorder.ask(call, now + self.timeouts.recording_answer);
        }
    }

    pub(super) fn wish_of_leftover(&mut self, id: u32, wish: LeftoverWish) {
        let before = self.recorder.leftovers.len();
        self.recorder.leftovers.retain(|leftover| leftover.id != id);
        if self.recorder.leftovers.len() < before {
            self.emit(Effect::Record(match wish {
                LeftoverWish::Save => RecordOp::Save { id },
                LeftoverWish::Delete => RecordOp::Delete { id },
            }));
        }
    }

    pub(super) fn put_recording_note_away(&mut self) {
        self.recorder.note = None;
    }

    pub(super) fn recorder_said(&mut self, event: RecorderEvent, now: Time) {
        match event {
            RecorderEvent::Started => {
                if let State::Starting { call } = self.recorder.state {
                    self.recorder.state = State::On { call, since: now };
                }
            }
            RecorderEvent::Failed(problem) => {
                if self.recorder.state.runs() || self.recorder.finished().is_some() {
                    self.recorder.state = State::Off;
                    self.recorder.note = Some(Note::Failed(problem));
                    self.reload_if_outdated();
                }
            }
            RecorderEvent::Broke(problem) => self.stop_recording(Some(problem)),
            RecorderEvent::Saved(name) => {
                self.recorder.saved(name);
                self.reload_if_outdated();
            }
            RecorderEvent::Lost => {
                self.recorder.lost();
                self.reload_if_outdated();
            }
            RecorderEvent::Found(leftover) => self.recorder.found(leftover),
        }
    }

    pub(super) fn lose_patience_with_recording(&mut self, now: Time) {
        if self.recorder.deadline().is_some_and(|at| at <= now) {
            let number = self.recorder.number;
            let untold = |other: &&Other| !other.notified.is_shown(number);
            let name = self.call.as_ref().and_then(|call| call.others.iter().find(untold));
            let name = name.map(|other| other.nickname.to_string()).unwrap_or_default();
            self.recorder.state = State::Off;
            self.recorder.note = Some(Note::Untold { name });
        }
    }

    /// The other side has said whether it records. It may begin once it knows that this is shown.
    pub(super) fn recording_heard(&mut self, by: PairId, recording: Recording, now: Time) {
        self.with_other(by.peer, |other| other.recording = There::heard(recording, now));
        if recording.on {
            let shown = Control::RecordingShown(RecordingShown { number: recording.number });
            self.emit(Effect::Pair { pair: by, op: PairOp::Control(shown) });
        }
    }

    /// The other side's screen shows that this side records.
    pub(super) fn recording_shown(&mut self, by: PeerId, number: u32) {
        self.with_other(by, |other| other.notified.shown(number));
    }

    /// A call that is over is not recorded; one that everybody knows of is; and everybody is told.
    pub(super) fn settle_recording(&mut self, now: Time) {
        let Some(id) = self.recorder.state.call() else { return self.tell_of_recording(now) };
        let Some(call) = self.call.as_ref().filter(|call| call.id == id && call.is_agreed()) else {
            self.stop_recording(None);
            return self.tell_of_recording(now);
        };
        let scene = Scene::of(call, OwnPictures::from(&self.local));
        let number = self.recorder.number;
        let all = !call.others.is_empty() && call.others.iter().all(|other| other.shows_recording(number));
        let with: Vec<&str> = call.others.iter().map(|other| other.nickname.as_str()).collect();
        let with = with.join(", ");
        match self.recorder.state {
            State::Telling { call, .. } if all => {
                self.recorder.state = State::Starting { call };
                self.recorder.scene = Some(scene.clone());
                self.emit(Effect::Record(RecordOp::Start { with, scene }));
            }
            state if state.runs() && self.recorder.scene.as_ref() != Some(&scene) => {
                self.recorder.scene = Some(scene.clone());
                self.emit(Effect::Record(RecordOp::Arrange(scene)));
            }
            _ => {}
        }
        self.tell_of_recording(now);
    }

    fn stop_recording(&mut self, problem: Option<Problem>) {
        if self.recorder.finish(problem) {
            self.recorder.scene = None;
            self.emit(Effect::Record(RecordOp::Stop));
        }
    }

    /// Says it on every open channel on which something else was said last.
    fn tell_of_recording(&mut self, now: Time) {
        let lasted = self.recorder.lasted(now);
        let Some(call) = &mut self.call else { return };
        let notice = self.recorder.notice(call.id);
        let open = call.others.iter_mut().filter(|other| other.control == ControlState::Open);
        let told = open.filter_map(|other| Some((other.pair_id()?, other.notified.tell(notice, lasted)?)));
        let told: Vec<_> = told.collect();
        for (pair, control) in told {
            self.emit(Effect::Pair { pair, op: PairOp::Control(control) });
        }
    }
}
