//! How long a call takes to be set up, and how long it has stood.

use super::*;
use crate::call::effect::{Seat, Standing};

const SETUP: &str = "tincan-setup";

fn milliseconds(milliseconds: u64) -> Time {
    Time::from_millis(milliseconds)
}

/// Accepts what rings, and has a path after 300 ms.
fn accepted(media: Media) -> Alice {
    let mut alice = Alice::inside();
    alice.waits(milliseconds(1000));
    alice.hears(ServerMessage::Invited {
        call: call(1),
        from: peer(BOB),
        media,
        participants: vec![peer(BOB)],
    });
    alice.waits(milliseconds(2000));
    alice.wants(Action::Accept { media: Media::Video });
    alice.hears(offer(call(1)));
    alice.waits(milliseconds(300));
    alice
}

fn measured(effects: &[Effect], what: &str) -> Vec<(Time, Time)> {
    let measure = |effect: &Effect| match effect {
        Effect::Measure { name, from, to } if *name == what => Some((*from, *to)),
        _ => None,
    };
    effects.iter().filter_map(measure).collect()
}

fn shown(alice: &Alice) -> Option<Time> {
    alice.phone.view().call.and_then(|call| call.setup)
}

#[test]
fn set_up_lasts_from_accepting_to_the_first_picture_and_is_told_once() {
    let mut alice = accepted(Media::Video);
    let connected = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(measured(&connected, "tincan-connected"), [(milliseconds(3000), milliseconds(3300))]);
    assert_eq!(shown(&alice), None, "nothing is seen yet");
    alice.waits(milliseconds(100));
    let seen = alice.pair(PairEvent::FirstFrame);
    assert_eq!(measured(&seen, SETUP), [(milliseconds(3000), milliseconds(3400))]);
    assert_eq!(shown(&alice), Some(milliseconds(400)));
    let told = ClientMessage::SetUp { call: call(1), milliseconds: 400, relayed: false };
    let effects = alice.pair(PairEvent::Path { relayed: false });
    assert!(sent(&effects).contains(&&told));
    let again = [alice.pair(PairEvent::FirstFrame), alice.pair(PairEvent::Path { relayed: true })].concat();
    assert!(measured(&again, SETUP).is_empty());
    assert!(!sent(&again).iter().any(|message| matches!(message, ClientMessage::SetUp { .. })));
}

#[test]
fn a_call_by_voice_is_set_up_when_it_stands() {
    let mut alice = accepted(Media::Voice);
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(measured(&effects, SETUP), [(milliseconds(3000), milliseconds(3300))]);
    assert_eq!(shown(&alice), Some(milliseconds(300)));
}

#[test]
fn a_camera_that_is_turned_on_minutes_later_is_no_part_of_the_set_up() {
    for media in [Media::Voice, Media::Video] {
        let mut alice = accepted(media);
        alice.pair(PairEvent::State(PathState::Connected));
        alice.waits(milliseconds(300_000));
        alice.pair(PairEvent::FirstFrame);
        assert_eq!(shown(&alice), Some(milliseconds(300)), "{media:?}");
    }
}

#[test]
fn a_page_that_was_loaded_again_goes_on_counting_the_time_in_the_call() {
    let clock = |alice: &mut Alice, at| {
        alice.does(Input::Page(PageEvent::Clock { loaded_at: Time::from_secs(at) }));
    };
    let mut alice = Alice::inside();
    clock(&mut alice, 1_000_000);
    alice.is_rung();
    alice.wants(Action::Accept { media: Media::Video });
    alice.hears(offer(call(1)));
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    let seat = effects.iter().find_map(|effect| match effect {
        Effect::KeepSeat(Some(seat)) => Some(seat.clone()),
        _ => None,
    });
    let seat: Seat = seat.expect("the tab keeps since when the call stands");
    assert_eq!(seat.standing, Some(Standing { call: call(1), since: 1_000_000 }));

    let mut reloaded = Alice::outside();
    clock(&mut reloaded, 1_000_090);
    reloaded.does(Input::Page(PageEvent::Resume(seat)));
    reloaded.socket(SocketEvent::Opened);
    let ServerMessage::Welcome(welcome) = welcome(1) else { panic!() };
    let member = |of| Member {
        peer: peer(of),
        joined: true,
        media: Media::Video,
        incarnation: Incarnation::from_random(of),
        invited_by: None,
    };
    let state = CallState { call: call(1), members: vec![member(BOB), member(ME)], awaited: Vec::new() };
    reloaded.hears(ServerMessage::Welcome(Welcome { call: Some(state), ..welcome }));
    reloaded.waits(milliseconds(1000));
    reloaded.hears(offer(call(1)));
    reloaded.pair(PairEvent::State(PathState::Connected));
    let Some(CallStatus::Connected { earlier, .. }) = reloaded.status() else { panic!() };
    assert_eq!(earlier, Time::from_secs(91), "with the second that it took");
    reloaded.waits(milliseconds(9000));
    reloaded.wants(Action::HangUp);
    let lasted = Some(Time::from_secs(100));
    assert_eq!(reloaded.status(), Some(CallStatus::Ended { why: Ended::Here, lasted }));
}
