//! Sockets that break and servers that start anew, while it rings and in a call.

use super::*;

#[test]
fn coming_back_at_once_to_a_call_that_was_left_is_not_cut_off_by_the_goodbye() {
    let mut alice = Alice::in_call();
    alice.wants(Action::HangUp);
    alice.wants(Action::DismissEnded);
    let mut effects = alice.is_rung();
    alice.hears(offer(call(1)));
    effects.extend(alice.wants(Action::Accept { media: Media::Video }));
    assert!(matches!(operations(&effects)[..], [PairOp::Close, PairOp::Open { .. }, PairOp::Answer { .. }]));
    let effects = alice.waits(Timeouts::default().goodbye);
    assert!(!operations(&effects).contains(&&PairOp::Close));
}

#[test]
fn coming_back_while_it_rings_there_invites_nobody_again() {
    let mut alice = Alice::inside();
    alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    alice.hears(ServerMessage::Ringing { call: call(1), peer: peer(BOB) });
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.waits(Timeouts::default().backoff_most);
    alice.socket(SocketEvent::Opened);
    let ServerMessage::Welcome(welcome) = welcome(1) else { panic!() };
    let member = |of: u64, joined| Member {
        peer: peer(of),
        joined,
        media: Media::Voice,
        incarnation: Incarnation::from_random(of),
        invited_by: (!joined).then_some(peer(ME)),
    };
    let members = vec![member(ME, true), member(BOB, false)];
    let state = CallState { call: call(1), members, awaited: Vec::new() };
    let effects = alice.hears(ServerMessage::Welcome(Welcome { call: Some(state), ..welcome }));
    let invites = |message: &&&ClientMessage| matches!(message, ClientMessage::Invite { .. });
    assert_eq!(sent(&effects).iter().filter(invites).count(), 0, "it may be declined at this moment");
    assert_eq!(alice.status(), Some(CallStatus::Ringing));
}

#[test]
fn a_lost_socket_does_not_end_a_call() {
    let mut alice = Alice::in_call();
    alice.socket(SocketEvent::Closed { code: 1006 });
    assert!(matches!(alice.status(), Some(CallStatus::Connected { .. })));
}

#[test]
fn a_restarted_server_does_not_end_a_call() {
    let mut alice = Alice::in_call();
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.waits(Time::from_secs(1));
    let socket = SocketId(2);
    alice.does(Input::Socket { socket, event: SocketEvent::Opened });
    let event = SocketEvent::Message(ServerFrame { id: None, message: welcome(2) });
    alice.does(Input::Socket { socket, event });
    assert!(matches!(alice.status(), Some(CallStatus::Connected { .. })));
}

#[test]
fn a_superseded_page_stays_away() {
    let mut alice = Alice::inside();
    alice.socket(SocketEvent::Closed { code: CLOSE_SUPERSEDED });
    assert_eq!(alice.phone.view().link, view::Link::Superseded);
    let effects = alice.waits(Time::from_secs(600));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::OpenSocket(_))));
}

#[test]
fn an_accept_that_a_restart_swallowed_is_said_again_when_the_caller_is_back() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.wants(Action::Accept { media: Media::Video });
    alice.waits(Timeouts::default().backoff_first);
    alice.comes_back(2);
    assert!(matches!(alice.status(), Some(CallStatus::Connecting(_))));
    let effects = alice.is_rung();
    assert!(sent(&effects).contains(&&ClientMessage::Accept { call: call(1), media: Media::Video }));
}

#[test]
fn a_caller_who_does_not_come_back_after_a_restart_leaves_nobody_ringing() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.waits(Timeouts::default().backoff_first);
    alice.comes_back(2);
    assert!(matches!(alice.status(), Some(CallStatus::Incoming { .. })));
    alice.waits(Timeouts::default().backoff_most + Timeouts::default().pong);
    assert_eq!(alice.status(), None);
    assert_eq!(alice.phone.view().missed.len(), 1);
}

#[test]
fn a_call_that_is_over_rings_again_when_the_caller_invites_again() {
    let mut alice = Alice::in_call();
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::HungUp });
    alice.is_rung();
    assert!(matches!(alice.status(), Some(CallStatus::Incoming { .. })));
}

#[test]
fn somebody_who_is_not_back_yet_after_a_restart_is_rung_as_soon_as_they_are() {
    let mut alice = Alice::inside();
    alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    alice.hears(ServerMessage::Ringing { call: call(1), peer: peer(BOB) });
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.waits(Timeouts::default().backoff_first);
    let effects = alice.comes_back_to(2, Presence::default());
    let invite = ClientMessage::Invite { call: call(1), peer: peer(BOB), media: Media::Voice };
    assert!(sent(&effects).contains(&&invite));
    let (code, sentence) = (ErrorCode::UnknownPeer, String::new());
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Send(frame) if frame.message == invite => Some(frame.id),
        _ => None,
    });
    let message = ServerMessage::Error { code, sentence, suggestion: None };
    alice.socket(SocketEvent::Message(ServerFrame { id, message }));
    assert_eq!(alice.status(), Some(CallStatus::Calling));
    let effects = alice.hears(ServerMessage::Presence(presence()));
    assert!(sent(&effects).contains(&&invite));
}

#[test]
fn a_call_that_talks_is_not_ended_by_a_server_that_misses_the_other_side() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::ControlOpen);
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::Gone });
    assert!(matches!(alice.status(), Some(CallStatus::Connected { .. })));
    let effects = alice.hears(ServerMessage::Invited {
        call: call(2),
        from: peer(8),
        media: Media::Voice,
        participants: vec![peer(8)],
    });
    assert_eq!(sent(&effects), [&ClientMessage::Decline { call: call(2) }]);
}

#[test]
fn a_call_that_the_server_has_ended_ends_with_its_path() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::ControlOpen);
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::Gone });
    alice.pair(PairEvent::ControlClosed);
    let Some(CallStatus::Ended { why, .. }) = alice.status() else { panic!("{:?}", alice.status()) };
    assert_eq!(why, Ended::There(EndReason::Gone));
}
