//! One phone that records, or is recorded.

use super::*;
use crate::call::{
    control::{CameraState, Recording, RecordingShown, ScreenState},
    files::name::FileName,
    recording::{
        LeftoverWish, Note, OwnRecording, Problem, RecordOp, RecorderEvent,
        entry::Leftover,
        scene::{Scene, Source},
    },
};

fn done(effects: &[Effect]) -> Vec<&RecordOp> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Record(op) = effect { Some(op) } else { None })
        .collect()
}

fn told(effects: &[Effect]) -> Vec<Recording> {
    let of = |op: &&PairOp| {
        if let PairOp::Control(Control::Recording(recording)) = op { Some(*recording) } else { None }
    };
    operations(effects).iter().filter_map(of).collect()
}

fn name() -> FileName {
    FileName::from_anything("Tincan call with Bob.webm")
}

impl Alice {
    fn recorder(&mut self, event: RecorderEvent) -> Vec<Effect> {
        self.does(Input::Recorder(event))
    }

    fn bob_shows(&mut self, number: u32) -> Vec<Effect> {
        self.pair(PairEvent::Control(Control::RecordingShown(RecordingShown { number })))
    }

    fn own(&self) -> OwnRecording {
        self.phone.view().recorder.own
    }

    fn note(&self) -> Option<Note> {
        self.phone.view().recorder.note
    }

    fn recording() -> Self {
        let mut alice = Self::in_call();
        alice.wants(Action::Record(true));
        alice.bob_shows(1);
        alice.recorder(RecorderEvent::Started);
        alice
    }
}

#[test]
fn nothing_is_recorded_before_the_other_side_shows_it() {
    let mut alice = Alice::in_call();
    let effects = alice.wants(Action::Record(true));
    assert_eq!(told(&effects), [Recording { number: 1, on: true, seconds: 0 }]);
    assert_eq!(done(&effects), Vec::<&RecordOp>::new());
    assert_eq!(alice.own(), OwnRecording::Beginning);
    assert_eq!(done(&alice.bob_shows(7)), Vec::<&RecordOp>::new(), "that was another one");
    let scene = Scene { large: None, small: Vec::new(), name: "Bob".into() };
    assert_eq!(done(&alice.bob_shows(1)), [&RecordOp::Start { with: "Bob".into(), scene }]);
    alice.recorder(RecorderEvent::Started);
    assert_eq!(alice.own(), OwnRecording::On { since: alice.now });
}

#[test]
fn whoever_does_not_say_that_it_is_shown_is_not_recorded() {
    let mut alice = Alice::in_call();
    alice.wants(Action::Record(true));
    let effects = alice.waits(Timeouts::default().recording_answer);
    assert_eq!(done(&effects), Vec::<&RecordOp>::new());
    assert_eq!(told(&effects), [Recording { number: 1, on: false, seconds: 0 }]);
    assert_eq!(alice.own(), OwnRecording::Off);
    assert_eq!(alice.note(), Some(Note::Untold { name: "Bob".into() }));
    assert_eq!(done(&alice.bob_shows(1)), Vec::<&RecordOp>::new(), "too late");
}

#[test]
fn without_a_channel_nobody_is_recorded() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::ControlClosed);
    alice.wants(Action::Record(true));
    assert_eq!(done(&alice.bob_shows(1)), Vec::<&RecordOp>::new());
    alice.wants(Action::Record(false));
    assert_eq!(alice.own(), OwnRecording::Off);
}

#[test]
fn a_new_channel_is_told_of_the_recording_that_goes_on() {
    let mut alice = Alice::recording();
    alice.now += Time::from_secs(12);
    let effects = alice.pair(PairEvent::ControlClosed);
    assert_eq!(done(&effects), Vec::<&RecordOp>::new(), "it goes on");
    let effects = alice.pair(PairEvent::ControlOpen);
    assert_eq!(told(&effects), [Recording { number: 1, on: true, seconds: 12 }]);
    assert_eq!(done(&effects), Vec::<&RecordOp>::new());
}

#[test]
fn it_is_over_when_the_person_says_so_or_hangs_up() {
    for action in [Action::Record(false), Action::HangUp] {
        let mut alice = Alice::recording();
        let effects = alice.wants(action.clone());
        assert_eq!(done(&effects), [&RecordOp::Stop]);
        assert_eq!(told(&effects).len(), usize::from(action == Action::Record(false)));
        assert_eq!(alice.own(), OwnRecording::Ending);
        alice.recorder(RecorderEvent::Saved(name()));
        assert_eq!(alice.own(), OwnRecording::Off);
        assert_eq!(alice.note(), Some(Note::Saved { name: name(), problem: None }));
        alice.wants(Action::DismissRecordingNote);
        assert_eq!(alice.note(), None);
    }
}

#[test]
fn a_full_disk_ends_it_and_what_there_is_is_saved() {
    let mut alice = Alice::recording();
    let effects = alice.recorder(RecorderEvent::Broke(Problem::NoRoom));
    assert_eq!(done(&effects), [&RecordOp::Stop]);
    assert_eq!(told(&effects).len(), 1);
    alice.recorder(RecorderEvent::Saved(name()));
    assert_eq!(alice.note(), Some(Note::Saved { name: name(), problem: Some(Problem::NoRoom) }));
}

#[test]
fn a_browser_that_cannot_leaves_no_notice_behind() {
    let mut alice = Alice::in_call();
    alice.wants(Action::Record(true));
    alice.bob_shows(1);
    let effects = alice.recorder(RecorderEvent::Failed(Problem::Unsupported));
    assert_eq!(told(&effects), [Recording { number: 1, on: false, seconds: 0 }]);
    assert_eq!(alice.note(), Some(Note::Failed(Problem::Unsupported)));
    let again = alice.wants(Action::Record(true));
    assert_eq!(told(&again), [Recording { number: 2, on: true, seconds: 0 }]);
    assert_eq!(done(&alice.bob_shows(1)), Vec::<&RecordOp>::new(), "that was the first one");
    assert_eq!(done(&alice.bob_shows(2)).len(), 1);
}

#[test]
fn a_recording_that_was_ended_before_it_began_is_nothing_to_speak_of() {
    let mut alice = Alice::in_call();
    alice.wants(Action::Record(true));
    alice.bob_shows(1);
    assert_eq!(done(&alice.wants(Action::Record(false))), [&RecordOp::Stop]);
    alice.recorder(RecorderEvent::Lost);
    assert_eq!((alice.own(), alice.note()), (OwnRecording::Off, None));
}

#[test]
fn whoever_is_recorded_is_shown_it_and_says_so() {
    let mut alice = Alice::in_call();
    let there = |alice: &Alice| alice.phone.view().call.and_then(|call| call.others[0].recording);
    let recording = Recording { number: 3, on: true, seconds: 60 };
    let effects = alice.pair(PairEvent::Control(Control::Recording(recording)));
    let answer = PairOp::Control(Control::RecordingShown(RecordingShown { number: 3 }));
    assert_eq!(operations(&effects), [&answer]);
    let lasted = there(&alice).map(|there| there.lasted(alice.now + Time::from_secs(1)));
    assert_eq!(lasted, Some(Time::from_secs(61)));
    alice.pair(PairEvent::ControlClosed);
    assert!(there(&alice).is_some(), "it may go on");
    alice.pair(PairEvent::ControlOpen);
    assert!(there(&alice).is_none(), "it is said again, if it does");
    alice.pair(PairEvent::Control(Control::Recording(recording)));
    let over = Recording { on: false, ..recording };
    assert_eq!(operations(&alice.pair(PairEvent::Control(Control::Recording(over)))), Vec::<&PairOp>::new());
    assert!(there(&alice).is_none());
}

#[test]
fn the_picture_follows_what_is_shown() {
    let mut alice = Alice::recording();
    let state = MediaState { camera: CameraState::On, screen: ScreenState::On, ..MediaState::default() };
    let effects = alice.pair(PairEvent::Control(Control::State(state)));
    let large = Some(Source::Screen(peer(BOB)));
    let scene = Scene { large, small: vec![Source::Camera(peer(BOB))], name: "Bob".into() };
    assert_eq!(done(&effects), [&RecordOp::Arrange(scene)]);
    assert_eq!(done(&alice.pair(PairEvent::Control(Control::State(state)))), Vec::<&RecordOp>::new());
}

#[test]
fn what_an_earlier_page_has_left_is_saved_or_deleted_once() {
    let mut alice = Alice::inside();
    let leftover = |id, at| Leftover { id, at, name: name(), bytes: 5 };
    for leftover in [leftover(2, 9), leftover(1, 4), leftover(1, 4)] {
        alice.recorder(RecorderEvent::Found(leftover));
    }
    assert_eq!(alice.phone.view().recorder.leftovers, [leftover(1, 4), leftover(2, 9)]);
    let save = Action::Leftover { id: 1, wish: LeftoverWish::Save };
    assert_eq!(done(&alice.wants(save.clone())), [&RecordOp::Save { id: 1 }]);
    assert_eq!(done(&alice.wants(save)), Vec::<&RecordOp>::new());
    alice.recorder(RecorderEvent::Saved(name()));
    assert_eq!(alice.note(), Some(Note::Saved { name: name(), problem: None }));
    let delete = Action::Leftover { id: 2, wish: LeftoverWish::Delete };
    assert_eq!(done(&alice.wants(delete)), [&RecordOp::Delete { id: 2 }]);
    assert_eq!(alice.phone.view().recorder.leftovers, []);
}
