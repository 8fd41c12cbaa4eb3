//! The call at hand and its recording: who has to be told, and what follows.

use super::{
    LeftoverWish, Note, Problem, RecordOp, RecorderEvent, State, There,
    scene::{OwnPictures, Scene},
};
use crate::{
    call::{
        Phone, Time,
        active::{ActiveCall, ControlState, Other},
        control::{Control, Recording, RecordingShown},
        effect::{Effect, PairOp},
        pair::PairId,
    },
    protocol::PeerId,
};

impl Phone {
    /// This person records the call, or no longer does.
    pub(in crate::call) fn record(&mut self, on: bool, now: Time) {
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

    pub(in crate::call) fn wish_of_leftover(&mut self, id: u32, wish: LeftoverWish) {
        let before = self.recorder.leftovers.len();
        self.recorder.leftovers.retain(|leftover| leftover.id != id);
        if self.recorder.leftovers.len() < before {
            self.emit(Effect::Record(match wish {
                LeftoverWish::Save => RecordOp::Save { id },
                LeftoverWish::Delete => RecordOp::Delete { id },
            }));
        }
    }

    pub(in crate::call) fn put_recording_note_away(&mut self) {
        self.recorder.note = None;
    }

    pub(in crate::call) fn recorder_said(&mut self, event: RecorderEvent, now: Time) {
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

    pub(in crate::call) fn lose_patience_with_recording(&mut self, now: Time) {
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
    pub(in crate::call) fn recording_heard(&mut self, by: PairId, recording: Recording, now: Time) {
        self.with_other(by.peer, |other| other.recording = There::heard(recording, now));
        if recording.on {
            let shown = Control::RecordingShown(RecordingShown { number: recording.number });
            self.emit(Effect::Pair { pair: by, op: PairOp::Control(shown) });
        }
    }

    /// The other side's screen shows that this side records.
    pub(in crate::call) fn recording_shown(&mut self, by: PeerId, number: u32) {
        self.with_other(by, |other| other.notified.shown(number));
    }

    /// A call that is over is not recorded; one that everybody knows of is; and everybody is told.
    pub(in crate::call) fn settle_recording(&mut self, now: Time) {
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
