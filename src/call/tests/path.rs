//! The path of a call: lost, looked for, made anew, and by way of the relay alone.

use super::*;

#[test]
fn a_path_that_is_back_begins_with_a_whole_picture() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::State(PathState::Disconnected));
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(operations(&effects), [&PairOp::KeyFrame]);
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(operations(&effects), Vec::<&PairOp>::new(), "it was there already");
}

/// Alice has called Bob, through a relay that has gone with the server.
fn without_relay_and_server() -> Alice {
    let mut alice = Alice::inside();
    alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    alice.hears(ServerMessage::Ringing { call: call(1), peer: peer(BOB) });
    alice.pair(PairEvent::Offered { sdp: "v=0".into() });
    alice.hears(joined(BOB));
    alice.pair(PairEvent::State(PathState::Connected));
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.pair(PairEvent::State(PathState::Failed));
    alice
}

#[test]
fn a_call_without_a_path_does_not_wait_long_for_the_server() {
    let mut alice = without_relay_and_server();
    let most = Timeouts::default().backoff_in_need;
    for _ in 0..20 {
        let effects = alice.waits(most);
        assert!(effects.iter().any(|effect| matches!(effect, Effect::OpenSocket(_))), "{effects:?}");
        alice.socket(SocketEvent::Closed { code: 1006 });
    }
}

#[test]
fn a_path_by_way_of_the_server_is_sought_as_soon_as_both_are_back() {
    let mut alice = without_relay_and_server();
    alice.pair(PairEvent::Offered { sdp: "without the relay".into() });
    alice.waits(Timeouts::default().backoff_in_need);
    alice.socket(SocketEvent::Opened);
    let ServerMessage::Welcome(welcome) = welcome(2) else { panic!() };
    let member = Member {
        peer: peer(ME),
        joined: true,
        media: Media::Voice,
        incarnation: Incarnation::from_random(1),
        invited_by: None,
    };
    let state = CallState { call: call(1), members: vec![member], awaited: vec![peer(BOB)] };
    alice.hears(ServerMessage::Welcome(Welcome { call: Some(state), ..welcome }));
    let effects = alice.hears(joined(BOB));
    assert!(operations(&effects).contains(&&PairOp::Offer { restart: true }), "{effects:?}");
}

#[test]
fn a_path_that_is_lost_is_looked_for_until_it_is_given_up() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::State(PathState::Disconnected));
    assert_eq!(alice.status(), Some(CallStatus::Reconnecting { long: false }));
    alice.waits(Time::from_secs(31));
    assert_eq!(alice.status(), Some(CallStatus::Reconnecting { long: true }));
    alice.waits(Time::from_secs(300));
    assert!(matches!(alice.status(), Some(CallStatus::Ended { why: Ended::NoPath(_), .. })));
}

#[test]
fn a_path_that_no_restart_brings_back_is_made_afresh() {
    let mut alice = Alice::inside();
    alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    alice.pair(PairEvent::Offered { sdp: "v=0".into() });
    alice.hears(ServerMessage::Ringing { call: call(1), peer: peer(BOB) });
    alice.hears(ServerMessage::ParticipantJoined {
        call: call(1),
        peer: peer(BOB),
        media: Media::Voice,
        incarnation: Incarnation::from_random(2),
    });
    alice.pair(PairEvent::State(PathState::Connected));
    alice.pair(PairEvent::State(PathState::Failed));
    let early = alice.waits(Time::from_secs(8));
    assert!(!operations(&early).iter().any(|op| matches!(op, PairOp::Open { .. })), "{early:?}");
    let late = alice.waits(Time::from_secs(8));
    assert!(operations(&late).iter().any(|op| matches!(op, PairOp::Open { offerer: true, .. })), "{late:?}");
}

#[test]
fn a_path_that_falls_silent_is_lost_at_once_and_the_socket_has_to_prove_itself() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::Control(Control::Heartbeat {}));
    let heard = alice.now;
    let first = alice.waits(Time::from_millis(750));
    assert!(operations(&first).contains(&&PairOp::Count), "{first:?}");
    alice.pair(PairEvent::Counted { bytes: 7 });
    let second = alice.waits(Time::from_millis(750));
    assert!(operations(&second).contains(&&PairOp::Count), "{second:?}");
    let effects = alice.pair(PairEvent::Counted { bytes: 7 });
    assert_eq!(sent(&effects), [&ClientMessage::Ping {}]);
    assert_eq!(alice.status(), Some(CallStatus::Reconnecting { long: false }));
    assert_eq!(alice.now, heard + Timeouts::default().path_silence);

    alice.pair(PairEvent::Control(Control::Heartbeat {}));
    assert!(matches!(alice.status(), Some(CallStatus::Connected { .. })));
}

#[test]
fn a_connection_takes_the_ice_servers_of_a_renewed_ticket_and_of_a_server_that_was_started_anew() {
    let served = |effects: &[Effect]| {
        operations(effects).into_iter().find_map(|op| match op {
            PairOp::Serve(servers) => servers.first().and_then(|server| server.credential.clone()),
            _ => None,
        })
    };
    let servers = |credential: &str| {
        let urls = vec!["turn:phone.example:3478".to_owned()];
        vec![IceServer { urls, username: Some("1:1f00c0de".into()), credential: Some(credential.into()) }]
    };
    let mut alice = Alice::in_call();
    let renewed = ServerMessage::Ticket { ticket: "next".into(), ice_servers: servers("fresh") };
    assert_eq!(served(&alice.hears(renewed.clone())).as_deref(), Some("fresh"));
    assert_eq!(served(&alice.hears(renewed)), None, "the same once more");
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.waits(Time::from_secs(10));
    alice.socket(SocketEvent::Opened);
    let ServerMessage::Welcome(welcome) = welcome(2) else { panic!() };
    let welcome = Welcome { ice_servers: servers("another server's"), ..welcome };
    assert_eq!(served(&alice.hears(ServerMessage::Welcome(welcome))).as_deref(), Some("another server's"));
}

#[test]
fn a_restart_goes_by_data_channel_too() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::Answered { sdp: "v=0".into() });
    alice.socket(SocketEvent::Closed { code: 1006 });
    alice.pair(PairEvent::State(PathState::Failed));
    let restart = alice.waits(Time::from_secs(30));
    assert!(operations(&restart).contains(&&PairOp::Offer { restart: true }));
    let said = alice.pair(PairEvent::Offered { sdp: "v=0".into() });
    assert!(matches!(operations(&said)[..], [PairOp::Control(Control::Negotiation(_))]), "{said:?}");
}

#[test]
fn where_the_host_wants_the_relay_alone_nobody_opens_another_path_calling_or_called() {
    let hidden = |effects: &[Effect]| {
        let opened = operations(effects).into_iter().find_map(|op| match op {
            PairOp::Open { ice, .. } => Some(ice.relay_only),
            _ => None,
        });
        opened.expect("a connection is opened")
    };
    let ServerMessage::Welcome(welcome) = welcome(1) else { panic!() };
    for relay_only in [true, false] {
        let mut alice = Alice::outside();
        alice.wants(Action::Enter { room: Room::Lobby, nickname: "Alice".into() });
        alice.socket(SocketEvent::Opened);
        alice.hears(ServerMessage::Welcome(Welcome { relay_only, ..welcome.clone() }));
        assert_eq!(hidden(&alice.is_rung()), relay_only);
        alice.wants(Action::Decline);
        let (peer, call, media) = (peer(BOB), call(2), Media::Voice);
        assert_eq!(hidden(&alice.wants(Action::Call { peer, call, media, relay_only: false })), relay_only);
    }
}

#[test]
fn somebody_who_joins_a_call_that_talks_is_offered_to_once() {
    let mut alice = Alice::in_call();
    let effects = alice.hears(joined(3));
    assert!(operations(&effects).contains(&&PairOp::Offer { restart: false }), "{effects:?}");
    let pair = PairId { call: call(1), peer: peer(3), generation: 0 };
    alice.does(Input::Pair { pair, event: PairEvent::Offered { sdp: "v=0".into() } });
    let body = Body::Answer { sdp: "v=0".into(), to: 0 };
    let payload = Payload::write(&Signal { generation: 0, sequence: 0, body }).unwrap();
    let effects = alice.hears(ServerMessage::Signal { call: call(1), from: peer(3), payload });
    assert!(operations(&effects).iter().any(|op| matches!(op, PairOp::Finish { .. })), "{effects:?}");
    let effects = alice.does(Input::Pair { pair, event: PairEvent::Finished });
    assert!(!operations(&effects).iter().any(|op| matches!(op, PairOp::Offer { .. })), "{effects:?}");
}

/// In a call with Bob whose path is looked for, and not found.
fn looking_for_a_path() -> Alice {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.wants(Action::Accept { media: Media::Voice });
    alice.hears(offer(call(1)));
    let candidate = |kind: &str, address: &str| Candidate {
        candidate: format!("candidate:1 1 udp 2122260223 {address} 9 typ {kind}"),
        mid: Some("0".into()),
        line: None,
        fragment: None,
    };
    alice.pair(PairEvent::Candidate(candidate("host", "192.0.2.7")));
    alice.pair(PairEvent::State(PathState::FindingPath));
    alice
}

fn attempt(alice: &Alice) -> Option<Attempt> {
    match alice.status() {
        Some(CallStatus::Ended { why: Ended::NoPath(attempt), .. }) => Some(attempt),
        _ => None,
    }
}

#[test]
fn whoever_gives_up_on_a_path_that_was_long_looked_for_reads_why() {
    let mut alice = looking_for_a_path();
    alice.waits(Time::from_secs(31));
    alice.wants(Action::HangUp);
    let attempt = attempt(&alice).unwrap();
    assert!(attempt.ours.has(Kind::HostIpv4), "{attempt:?}");
    assert!(attempt.theirs.is_empty(), "{attempt:?}");
    assert!(!attempt.may_try_the_relay());
}

#[test]
fn whoever_is_left_while_a_path_was_long_looked_for_reads_why() {
    let mut alice = looking_for_a_path();
    alice.waits(Time::from_secs(31));
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::HungUp });
    assert!(attempt(&alice).is_some());
}

#[test]
fn whoever_changes_their_mind_at_once_reads_nothing_of_it() {
    let mut alice = looking_for_a_path();
    alice.waits(Time::from_secs(2));
    alice.wants(Action::HangUp);
    assert_eq!(alice.status(), None);
}

#[test]
fn one_call_goes_through_the_relay_alone_and_the_next_one_does_not() {
    let mut alice = Alice::inside();
    let mut hides = |number, relay_only| {
        let effects = alice.wants(Action::Call {
            peer: peer(BOB),
            call: call(number),
            media: Media::Voice,
            relay_only,
        });
        alice.wants(Action::HangUp);
        let hidden = |op: &&PairOp| matches!(op, PairOp::Open { ice: Ice { relay_only: true, .. }, .. });
        operations(&effects).iter().any(hidden)
    };
    assert_eq!([hides(1, true), hides(2, false)], [true, false]);
}
