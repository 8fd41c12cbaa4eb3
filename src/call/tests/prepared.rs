//! The answer that is made while it rings, and said when the person accepts.

use super::*;

/// Rung by Bob, whose offer and candidate are here, with devices that Alice has allowed.
fn rung() -> (Alice, Vec<Effect>) {
    let mut alice = permitted();
    let mut effects = alice.is_rung();
    effects.extend(alice.hears(offer(call(1))));
    effects.extend(alice.hears(signal(call(1), 1, Body::Candidate(candidate("192.0.2.7", "bob")))));
    (alice, effects)
}

fn permitted() -> Alice {
    let mut alice = Alice::inside();
    let camera =
        DeviceInfo { part: Part::Camera, id: "c".into(), label: "A camera".into(), group: String::new() };
    alice.does(Input::Device(DeviceEvent::Listed(vec![camera])));
    alice
}

fn candidate(address: &str, fragment: &str) -> Candidate {
    Candidate {
        candidate: format!("candidate:1 1 udp 1 {address} 9 typ host"),
        mid: Some("0".into()),
        line: Some(0),
        fragment: Some(fragment.into()),
    }
}

/// What the browser says of its answer, and of the only way to reach it.
fn prepares(alice: &mut Alice) -> Vec<Effect> {
    let sdp = "v=0\r\na=ice-ufrag:alice\r\nm=audio 9\r\na=mid:0\r\n".into();
    let mut effects = alice.pair(PairEvent::Prepared { sdp });
    effects.extend(alice.pair(PairEvent::Candidate(candidate("192.0.2.5", "alice"))));
    effects.extend(alice.pair(PairEvent::EndOfCandidates));
    effects
}

fn bodies(effects: &[Effect]) -> Vec<Body> {
    let body = |message: &ClientMessage| match message {
        ClientMessage::Signal { payload, .. } => payload.read::<Signal>().ok().map(|signal| signal.body),
        _ => None,
    };
    sent(effects).into_iter().filter_map(body).collect()
}

#[test]
fn the_answer_is_made_while_it_rings_and_nothing_of_it_is_said() {
    let (mut alice, effects) = rung();
    let [PairOp::Open { .. }, PairOp::Prepare { sdp }] = operations(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(sdp, "v=0\r\na=ice-ufrag:bob\r\n");
    let effects = prepares(&mut alice);
    assert_eq!((sent(&effects), operations(&effects)), (vec![], vec![]));
}

#[test]
fn the_answer_goes_out_with_its_candidates_when_the_person_accepts() {
    let (mut alice, _) = rung();
    prepares(&mut alice);
    let effects = alice.wants(Action::Accept { media: Media::Video });
    let [Body::Answer { sdp, to: 0 }, Body::EndOfCandidates {}] = &bodies(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert!(sdp.ends_with("a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.5 9 typ host\r\n"), "{sdp}");
    assert_eq!(
        operations(&effects),
        [&PairOp::AddCandidate(candidate("192.0.2.7", "bob")), &PairOp::Receive]
    );
    assert!(
        matches!(sent(&effects)[0], ClientMessage::Accept { .. }),
        "the server lets nothing through before"
    );
}

#[test]
fn whoever_accepts_while_the_answer_is_being_made_waits_for_that_one() {
    let (mut alice, _) = rung();
    let effects = alice.wants(Action::Accept { media: Media::Video });
    assert_eq!((bodies(&effects), operations(&effects)), (vec![], vec![]));
    assert!(matches!(
        bodies(&prepares(&mut alice))[..],
        [Body::Answer { .. }, Body::Candidate(_), Body::EndOfCandidates {}]
    ));
}

#[test]
fn nothing_is_prepared_before_the_person_has_allowed_devices() {
    let mut alice = Alice::inside();
    let mut effects = alice.is_rung();
    effects.extend(alice.hears(offer(call(1))));
    assert!(matches!(operations(&effects)[..], [PairOp::Open { .. }]), "{effects:?}");
}

#[test]
fn a_connection_that_does_not_wait_for_as_long_as_it_rings_is_opened_anew() {
    let (mut alice, _) = rung();
    prepares(&mut alice);
    let effects = alice.pair(PairEvent::State(PathState::Failed));
    assert!(matches!(operations(&effects)[..], [PairOp::Close, PairOp::Open { .. }]), "{effects:?}");
    let effects = alice.wants(Action::Accept { media: Media::Video });
    let [PairOp::Answer { sdp }] = operations(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(sdp, "v=0\r\na=ice-ufrag:bob\r\n");
}

#[test]
fn an_offer_that_could_not_be_prepared_is_answered_all_the_same() {
    let (mut alice, _) = rung();
    alice.wants(Action::Accept { media: Media::Video });
    let effects = alice.pair(PairEvent::Failed { why: "no".into() });
    assert!(matches!(operations(&effects)[..], [PairOp::Answer { .. }]), "{effects:?}");
}

#[test]
fn candidates_in_the_offer_are_used_when_the_person_accepts() {
    let mut alice = permitted();
    alice.is_rung();
    let candidates =
        "a=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\na=candidate:2 1 udp 1 spy.example 9 typ host\r\n";
    let whole = format!("v=0\r\na=ice-ufrag:bob\r\nm=audio 9\r\na=mid:0\r\n{candidates}");
    let effects = alice.hears(signal(call(1), 0, Body::Offer { sdp: whole }));
    let [PairOp::Prepare { sdp }] = operations(&effects)[..] else { panic!("{effects:?}") };
    assert!(!sdp.contains("candidate"), "{sdp}");
    prepares(&mut alice);
    let effects = alice.wants(Action::Accept { media: Media::Video });
    let used = Candidate { mid: None, fragment: None, ..candidate("192.0.2.7", "bob") };
    assert_eq!(operations(&effects), [&PairOp::AddCandidate(used), &PairOp::Receive]);
}

#[test]
fn a_browser_that_opens_no_connection_is_not_asked_again_and_again_while_it_rings() {
    let (mut alice, _) = rung();
    for _ in 0..8 {
        let effects = alice.pair(PairEvent::Failed { why: "there is none".into() });
        assert_eq!(operations(&effects), Vec::<&PairOp>::new());
    }
    assert!(matches!(alice.status(), Some(CallStatus::Incoming { .. })), "whoever accepts is told");
}

#[test]
fn a_caller_who_offers_again_and_again_has_one_answer_made() {
    let (mut alice, _) = rung();
    for sequence in 2..10 {
        alice.pair(PairEvent::Failed { why: "no description".into() });
        let effects = alice.hears(signal(call(1), sequence, Body::Offer { sdp: "v=0\r\n".into() }));
        assert_eq!(operations(&effects), Vec::<&PairOp>::new());
    }
    assert!(matches!(alice.status(), Some(CallStatus::Incoming { .. })));
}

#[test]
fn a_connection_that_is_opened_anew_saves_data_as_well() {
    let (mut alice, effects) = rung();
    assert!(!operations(&effects).iter().any(|op| matches!(op, PairOp::Encode(_))));
    let saving = Preferences { data_saver: true, ..Preferences::default() };
    let encodes = |effects: &[Effect]| operations(effects).iter().any(|op| matches!(op, PairOp::Encode(_)));
    assert!(encodes(&alice.wants(Action::Prefer(saving))));
    prepares(&mut alice);
    assert!(encodes(&alice.pair(PairEvent::State(PathState::Failed))));
}

#[test]
fn an_answer_from_before_the_server_was_started_anew_is_not_said() {
    let (mut alice, _) = rung();
    prepares(&mut alice);
    alice.hears(other_servers());
    let effects = alice.wants(Action::Accept { media: Media::Video });
    assert!(
        matches!(operations(&effects)[..], [PairOp::Close, PairOp::Open { .. }, PairOp::Answer { .. }]),
        "{effects:?}"
    );
    assert_eq!(bodies(&effects), []);
}

#[test]
fn nor_when_the_person_had_accepted_before_the_server_was_back() {
    let (mut alice, _) = rung();
    prepares(&mut alice);
    alice.socket(SocketEvent::Closed { code: 1006 });
    let effects = alice.wants(Action::Accept { media: Media::Video });
    assert!(operations(&effects).contains(&&PairOp::Receive), "{effects:?}");
    alice.waits(Timeouts::default().backoff_first);
    alice.comes_back(2);
    alice.hears(other_servers());
    let effects = alice.is_rung();
    assert!(matches!(operations(&effects)[..], [PairOp::Close, PairOp::Open { .. }]), "{effects:?}");
    let effects = alice.hears(offer(call(1)));
    assert!(matches!(operations(&effects)[..], [PairOp::Answer { .. }]), "{effects:?}");
}

fn other_servers() -> ServerMessage {
    let urls = vec!["stun:192.0.2.3".into()];
    let ice_servers = vec![IceServer { urls, username: None, credential: None }];
    ServerMessage::Ticket { ticket: "next".into(), ice_servers }
}
