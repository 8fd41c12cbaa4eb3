//! How a call goes, and how large a picture is sent.

use super::*;
use crate::call::quality::Sample;

#[test]
fn how_a_call_goes_is_measured_and_shown() {
    let mut alice = Alice::in_call();
    assert_eq!(bars(&alice), None);
    let counted = |times: u64| Sample {
        received: 100_000 * times,
        arrived: 100 * times,
        frames: 50 * times,
        ..Sample::default()
    };
    for times in 1..=3 {
        alice.now += alice.phone.timeouts.measure;
        let effects = alice.does(Input::Tick);
        assert!(operations(&effects).contains(&&PairOp::Measure), "{effects:?}");
        alice.pair(PairEvent::Measured(Box::new(counted(times))));
    }
    assert_eq!(bars(&alice), Some(4));
    assert_eq!(alice.phone.quality().points.len(), 2);

    alice.pair(PairEvent::State(PathState::Disconnected));
    assert_eq!(bars(&alice), Some(0), "there is no path");
}

fn bars(alice: &Alice) -> Option<u8> {
    alice.phone.view().call.and_then(|call| call.others[0].bars)
}

#[test]
fn everybody_knows_how_large_they_are_shown() {
    let mut alice = Alice::in_call();
    let size = control::Size { width: 640, height: 384 };
    let told = |size| PairOp::Control(Control::View(size));
    let effects = alice.wants(Action::Show { peer: peer(BOB), size });
    assert!(operations(&effects).contains(&&told(size)), "{effects:?}");
    let effects = alice.wants(Action::Show { peer: peer(BOB), size });
    assert!(operations(&effects).is_empty(), "said once: {effects:?}");
    let effects = alice.does(Input::Page(PageEvent::Hidden));
    assert!(operations(&effects).is_empty(), "who looks away is nobody's business: {effects:?}");
}

#[test]
fn no_larger_picture_is_sent_than_is_shown() {
    let mut alice = Alice::in_call();
    let sample = Sample { camera: Some(control::Size { width: 1280, height: 720 }), ..Sample::default() };
    alice.pair(PairEvent::Measured(Box::new(sample)));
    let size = control::Size { width: 640, height: 384 };
    let effects = alice.pair(PairEvent::Control(Control::View(size)));
    let encoded = |op: &&PairOp| matches!(op, PairOp::Encode(encoding) if encoding.scale_down == 1.5);
    assert!(operations(&effects).iter().any(encoded), "{effects:?}");
}

#[test]
fn whoever_says_another_size_all_the_time_has_the_encoder_set_up_twice_a_second_at_most() {
    let mut alice = Alice::in_call();
    let sample = Sample { camera: Some(control::Size { width: 1280, height: 720 }), ..Sample::default() };
    alice.pair(PairEvent::Measured(Box::new(sample)));
    let encoded =
        |effects: &[Effect]| operations(effects).iter().filter(|op| matches!(op, PairOp::Encode(_))).count();
    let mut count = 0;
    for step in 0..100 {
        alice.now += Duration::from_millis(10);
        let size = [control::Size { width: 320, height: 180 }, control::Size::default()][step % 2];
        count += encoded(&alice.pair(PairEvent::Control(Control::View(size))));
    }
    assert!((2..=3).contains(&count), "{count} times in a second");
    // The last word counts, a moment later.
    alice.now += Duration::from_millis(600);
    alice.pair(PairEvent::Control(Control::View(control::Size { width: 320, height: 180 })));
    alice.now += Duration::from_millis(10);
    let early =
        encoded(&alice.pair(PairEvent::Control(Control::View(control::Size { width: 1280, height: 720 }))));
    alice.now += Duration::from_millis(500);
    let late = encoded(&alice.does(Input::Tick));
    assert_eq!((early, late), (0, 1));
}

#[test]
fn whoever_is_muted_is_not_marked_as_speaking_while_the_last_words_are_played() {
    let mut alice = Alice::in_call();
    let with = |microphone| Control::State(MediaState { microphone, ..MediaState::default() });
    alice.pair(PairEvent::Control(with(MicrophoneState::On)));
    alice.pair(PairEvent::Speaking(true));
    assert!(alice.marks_bob());
    alice.pair(PairEvent::Control(with(MicrophoneState::Muted)));
    assert!(!alice.marks_bob());
}
