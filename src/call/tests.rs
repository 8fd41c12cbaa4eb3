//! One phone, with the server's and the other side's words put into its ear. How whole rooms behave is for the
//! simulation.

mod recording;

use super::{
    attempt::Attempt,
    control::{MediaState, MicrophoneState},
    effect::DeviceOp,
    input::{Action, DeviceEvent, PairEvent, PathState},
    kinds::Kind,
    local::{DeviceInfo, DeviceKind, Part},
    preferences::Processing,
    signal::{Body, Candidate},
    status::{CallStatus, Ended},
    *,
};
use crate::protocol::{
    CLOSE_SUPERSEDED, CallId, CallState, EndReason, ErrorCode, Media, Member, Nickname, Presence,
    ServerFrame, ServerMessage, VERSION, Welcome,
};

const ME: u64 = 5;
const BOB: u64 = 7;

struct Alice {
    phone: Phone,
    now: Time,
    /// The newest one.
    socket: SocketId,
}

fn peer(number: u64) -> PeerId {
    PeerId::from_random(number)
}

fn call(number: u128) -> CallId {
    CallId::from_random(number)
}

fn presence() -> Presence {
    Presence { joined: [(peer(BOB), Nickname::parse("Bob").unwrap())].into(), ..Presence::default() }
}

fn welcome(boot: u64) -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        version: VERSION,
        boot: BootId::from_random(boot),
        peer: peer(ME),
        nickname: Nickname::parse("Alice").unwrap(),
        ticket: "ticket".into(),
        availability: Availability::Available,
        contacts: presence(),
        call: None,
        ice_servers: Vec::new(),
    })
}

impl Alice {
    fn outside() -> Self {
        let phone = Phone::new(Start {
            incarnation: Incarnation::from_random(1),
            seed: 1,
            timeouts: Timeouts::default(),
            remembered: Remembered::default(),
        });
        Self { phone, now: Time::ZERO, socket: SocketId(1) }
    }

    /// In a room with Bob.
    fn inside() -> Self {
        let mut alice = Self::outside();
        alice.wants(Action::Enter { room: Room::Lobby, nickname: "Alice".into() });
        alice.socket(SocketEvent::Opened);
        alice.hears(welcome(1));
        alice
    }

    /// In a connected call with Bob, who called.
    fn in_call() -> Self {
        let mut alice = Self::inside();
        alice.is_rung();
        alice.wants(Action::Accept { media: Media::Video });
        alice.hears(ServerMessage::ParticipantJoined {
            call: call(1),
            peer: peer(ME),
            media: Media::Video,
            incarnation: Incarnation::from_random(1),
        });
        alice.hears(offer(call(1)));
        alice.pair(PairEvent::State(PathState::Connected));
        alice.pair(PairEvent::ControlOpen);
        alice
    }

    fn does(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.phone.handle(input, self.now);
        let opened = |effect: &Effect| if let Effect::OpenSocket(id) = effect { Some(*id) } else { None };
        self.socket = effects.iter().filter_map(opened).next_back().unwrap_or(self.socket);
        effects
    }

    fn wants(&mut self, action: Action) -> Vec<Effect> {
        self.does(Input::Person(action))
    }

    fn socket(&mut self, event: SocketEvent) -> Vec<Effect> {
        self.does(Input::Socket { socket: self.socket, event })
    }

    fn hears(&mut self, message: ServerMessage) -> Vec<Effect> {
        self.socket(SocketEvent::Message(ServerFrame { id: None, message }))
    }

    fn pair(&mut self, event: PairEvent) -> Vec<Effect> {
        let pair = PairId { call: call(1), peer: peer(BOB), generation: 0 };
        self.does(Input::Pair { pair, event })
    }

    fn is_rung(&mut self) -> Vec<Effect> {
        let participants = vec![peer(BOB)];
        self.hears(ServerMessage::Invited {
            call: call(1),
            from: peer(BOB),
            media: Media::Video,
            participants,
        })
    }

    /// The socket is open again, to a server with this boot id.
    fn comes_back(&mut self, boot: u64) -> Vec<Effect> {
        self.comes_back_to(boot, presence())
    }

    fn comes_back_to(&mut self, boot: u64, contacts: Presence) -> Vec<Effect> {
        self.socket(SocketEvent::Opened);
        let ServerMessage::Welcome(welcome) = welcome(boot) else { return Vec::new() };
        self.hears(ServerMessage::Welcome(Welcome { contacts, ..welcome }))
    }

    /// Time passes up to the next deadline, again and again.
    fn waits(&mut self, time: Time) -> Vec<Effect> {
        let end = self.now + time;
        let mut effects = Vec::new();
        while let Some(at) = self.phone.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            effects.extend(self.does(Input::Tick));
        }
        self.now = end;
        effects
    }

    fn marks_bob(&self) -> bool {
        self.phone.view().call.is_some_and(|call| call.others.iter().any(|other| other.speaks))
    }

    fn status(&self) -> Option<CallStatus> {
        self.phone.view().call.map(|call| call.status)
    }
}

fn signal(id: CallId, sequence: u32, body: Body) -> ServerMessage {
    let payload = Payload::write(&Signal { generation: 0, sequence, body }).unwrap();
    ServerMessage::Signal { call: id, from: peer(BOB), payload }
}

fn offer(id: CallId) -> ServerMessage {
    signal(id, 0, Body::Offer { sdp: "v=0\r\na=ice-ufrag:bob\r\n".into() })
}

fn sent(effects: &[Effect]) -> Vec<&ClientMessage> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Send(frame) = effect { Some(&frame.message) } else { None })
        .collect()
}

fn operations(effects: &[Effect]) -> Vec<&PairOp> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Pair { op, .. } = effect { Some(op) } else { None })
        .collect()
}

#[test]
fn nothing_of_an_offer_reaches_a_connection_before_it_is_accepted() {
    let mut alice = Alice::inside();
    let mut effects = alice.is_rung();
    effects.extend(alice.hears(offer(call(1))));
    let candidate = Candidate {
        candidate: "candidate:1 1 udp 1 spy.example 9 typ host".into(),
        mid: Some("0".into()),
        line: Some(0),
        fragment: Some("bob".into()),
    };
    effects.extend(alice.hears(signal(call(1), 1, Body::Candidate(candidate))));
    assert!(matches!(operations(&effects)[..], [PairOp::Open { offerer: false, .. }]), "{effects:?}");
    assert_eq!(sent(&effects), Vec::<&ClientMessage>::new());
}

#[test]
fn a_connection_that_was_opened_for_a_call_is_closed_when_it_is_declined() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.hears(offer(call(1)));
    assert_eq!(operations(&alice.wants(Action::Decline)), [&PairOp::Close]);
}

#[test]
fn a_connection_whose_offer_was_lost_makes_none_of_its_own() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.wants(Action::Accept { media: Media::Voice });
    let effects = alice.waits(Timeouts::default().restart_again * 2);
    assert!(!operations(&effects).contains(&&PairOp::Offer { restart: true }), "it has no lines to offer");
}

#[test]
fn somebody_whom_the_server_names_twice_is_there_once_and_time_goes_on() {
    let mut alice = Alice::inside();
    let (from, participants) = (peer(BOB), vec![peer(BOB), peer(8), peer(8)]);
    alice.hears(ServerMessage::Invited { call: call(1), from, media: Media::Voice, participants });
    alice.wants(Action::Accept { media: Media::Voice });
    assert_eq!(alice.phone.view().call.unwrap().others.len(), 2);
    alice.now += Timeouts::default().path_long;
    alice.does(Input::Tick);
    assert!(alice.phone.next_deadline() > Some(alice.now), "a page would do nothing else any more");
}

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
fn an_accepted_offer_is_answered_at_once() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.hears(offer(call(1)));
    let effects = alice.wants(Action::Accept { media: Media::Video });
    assert_eq!(sent(&effects), [&ClientMessage::Accept { call: call(1), media: Media::Video }]);
    assert!(matches!(operations(&effects)[..], [PairOp::Answer { .. }]), "on the connection that is open");
}

#[test]
fn a_path_that_is_back_begins_with_a_whole_picture() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::State(PathState::Disconnected));
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(operations(&effects), [&PairOp::KeyFrame]);
    let effects = alice.pair(PairEvent::State(PathState::Connected));
    assert_eq!(operations(&effects), Vec::<&PairOp>::new(), "it was there already");
}

#[test]
fn a_caller_cannot_fill_the_memory_of_whom_it_rings() {
    let mut alice = Alice::inside();
    alice.is_rung();
    for sequence in 0..100 {
        alice.hears(signal(call(1), sequence, Body::Offer { sdp: "x".repeat(50_000) }));
    }
    let held = alice.phone.call.as_mut().unwrap().others[0].held.take();
    let last = held.back().map(|signal| signal.sequence);
    assert_eq!((held.len(), last), (5, Some(99)), "the oldest give way");
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
fn a_call_offers_while_it_rings_but_not_before_the_server_knows_of_it() {
    let mut alice = Alice::inside();
    let effects =
        alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    assert!(matches!(operations(&effects)[..], [PairOp::Open { offerer: true, .. }, PairOp::Offer { .. }]));
    let early = alice.pair(PairEvent::Offered { sdp: "v=0".into() });
    assert_eq!(sent(&early), Vec::<&ClientMessage>::new());
    let effects = alice.hears(ServerMessage::Ringing { call: call(1), peer: peer(BOB) });
    assert!(matches!(sent(&effects)[..], [ClientMessage::Signal { .. }]));
    assert!(effects.contains(&Effect::Sound(Sound::RingBack)));
}

#[test]
fn calling_somebody_who_rings_here_is_accepting() {
    let mut alice = Alice::inside();
    alice.is_rung();
    let effects =
        alice.wants(Action::Call { peer: peer(BOB), call: call(9), media: Media::Voice, relay_only: false });
    assert_eq!(sent(&effects), [&ClientMessage::Accept { call: call(1), media: Media::Voice }]);
}

#[test]
fn a_blocked_person_does_not_ring() {
    let mut alice = Alice::inside();
    alice.wants(Action::Block(peer(BOB)));
    let effects = alice.is_rung();
    assert_eq!(sent(&effects), [&ClientMessage::Decline { call: call(1) }]);
    assert_eq!(alice.status(), None);
    assert!(!effects.contains(&Effect::Sound(Sound::Ring)));
}

#[test]
fn a_ring_that_nobody_answered_is_a_missed_call() {
    let mut alice = Alice::inside();
    assert!(alice.is_rung().contains(&Effect::Sound(Sound::Ring)));
    let effects = alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::NoAnswer });
    assert!(effects.contains(&Effect::Sound(Sound::Silence)));
    let missed = alice.phone.view().missed;
    assert_eq!(missed.len(), 1);
    assert!(!missed[0].outgoing);
    assert_eq!(alice.status(), None);
}

#[test]
fn a_hidden_page_shows_who_called_in_vain() {
    let mut alice = Alice::inside();
    alice.does(Input::Page(PageEvent::Hidden));
    let from = Nickname::parse("Bob").unwrap();
    let incoming = Notification::Incoming { from: from.clone(), media: Media::Video };
    assert!(alice.is_rung().contains(&Effect::Notify(Some(incoming))));
    let effects = alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::Cancelled });
    assert!(effects.contains(&Effect::Notify(Some(Notification::Missed { from }))));
    assert!(alice.does(Input::Page(PageEvent::Visible)).contains(&Effect::Notify(None)));
}

#[test]
fn hanging_up_goes_by_data_channel_and_by_server() {
    let mut alice = Alice::in_call();
    let effects = alice.wants(Action::HangUp);
    assert_eq!(sent(&effects), [&ClientMessage::Leave { call: call(1) }]);
    assert_eq!(operations(&effects), [&PairOp::Control(Control::HangUp {})]);
    assert!(matches!(alice.status(), Some(CallStatus::Ended { why: Ended::Here, .. })));
    let later = alice.waits(Time::from_secs(1));
    assert!(operations(&later).contains(&&PairOp::Close), "it had its moment");
}

#[test]
fn hanging_up_works_without_a_server() {
    let mut alice = Alice::in_call();
    alice.socket(SocketEvent::Closed { code: 1006 });
    let effects = alice.wants(Action::HangUp);
    assert_eq!(operations(&effects), [&PairOp::Control(Control::HangUp {})]);
    assert_eq!(sent(&effects), Vec::<&ClientMessage>::new());
}

#[test]
fn a_hang_up_on_the_data_channel_ends_the_call() {
    let mut alice = Alice::in_call();
    alice.now += Time::from_secs(65);
    let effects = alice.pair(PairEvent::Control(Control::HangUp {}));
    let ended = CallStatus::Ended { why: Ended::There(EndReason::HungUp), lasted: Some(Time::from_secs(65)) };
    assert_eq!(alice.status(), Some(ended));
    assert!(operations(&effects).contains(&&PairOp::Close));
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
fn devices_are_closed_when_the_call_is_over() {
    let mut alice = Alice::in_call();
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        alice.does(Input::Device(DeviceEvent::Opened { kind, id: None, facing: None }));
    }
    let effects = alice.wants(Action::HangUp);
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        assert!(effects.contains(&Effect::Device(DeviceOp::Close(kind))), "{kind:?} is left open");
    }
}

#[test]
fn the_level_is_measured_for_the_preview_alone() {
    let mut alice = Alice::inside();
    let measures = |effects: &[Effect], on| effects.contains(&Effect::Device(DeviceOp::Measure(on)));
    assert!(measures(&alice.wants(Action::Preview(true)), true));
    assert!(measures(&alice.is_rung(), false));
    assert!(!measures(&alice.wants(Action::Accept { media: Media::Video }), true));
}

#[test]
fn the_other_side_is_told_of_mute_and_camera() {
    let mut alice = Alice::in_call();
    let told = |effects: &[Effect]| {
        operations(effects)
            .iter()
            .find_map(|op| if let PairOp::Control(Control::State(state)) = op { Some(*state) } else { None })
    };
    let opened = alice.does(Input::Device(DeviceEvent::Opened {
        kind: DeviceKind::Microphone,
        id: None,
        facing: None,
    }));
    assert_eq!(told(&opened), Some(MediaState { microphone: MicrophoneState::On, ..MediaState::default() }));
    let muted = alice.wants(Action::Mute(true));
    assert_eq!(told(&muted).map(|state| state.microphone), Some(MicrophoneState::Muted));
}

#[test]
fn a_refused_invitation_says_why() {
    let mut alice = Alice::inside();
    let effects =
        alice.wants(Action::Call { peer: peer(BOB), call: call(1), media: Media::Voice, relay_only: false });
    let id = effects
        .iter()
        .find_map(|effect| if let Effect::Send(frame) = effect { Some(frame.id) } else { None });
    let message = ServerMessage::Error { code: ErrorCode::Busy, sentence: String::new(), suggestion: None };
    alice.socket(SocketEvent::Message(ServerFrame { id, message }));
    let ended = CallStatus::Ended { why: Ended::Refused(ErrorCode::Busy), lasted: None };
    assert_eq!(alice.status(), Some(ended));
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
fn a_nickname_that_is_taken_leads_back_to_the_prompt() {
    let mut alice = Alice::outside();
    alice.wants(Action::Enter { room: Room::Lobby, nickname: "Alice".into() });
    let hello = alice.socket(SocketEvent::Opened);
    let id =
        hello.iter().find_map(|effect| if let Effect::Send(frame) = effect { Some(frame.id) } else { None });
    let suggestion = Nickname::parse("Alice 2").ok();
    let message = ServerMessage::Error {
        code: ErrorCode::NicknameTaken,
        sentence: "Taken.".into(),
        suggestion: suggestion.clone(),
    };
    alice.socket(SocketEvent::Message(ServerFrame { id, message }));
    let Entry::Prompt { problem: Some(problem) } = alice.phone.view().entry else {
        panic!("not at the prompt")
    };
    assert_eq!(problem.suggestion, suggestion);
}

#[test]
fn whoever_is_in_a_picture_is_told_and_the_telling_ends() {
    let mut alice = Alice::in_call();
    let effects = alice.wants(Action::TakePicture { of: peer(BOB) });
    let first = Control::Picture(control::Picture { number: 0 });
    assert_eq!(operations(&effects), [&PairOp::Control(first.clone())]);
    assert!(operations(&alice.wants(Action::TakePicture { of: peer(9) })).is_empty(), "of nobody");

    let told = |alice: &Alice| alice.phone.view().call.map(|call| call.others[0].pictures);
    assert_eq!(told(&alice), Some(0));
    alice.pair(PairEvent::Control(first.clone()));
    alice.pair(PairEvent::Control(first));
    assert_eq!(told(&alice), Some(1), "a repeated message is no news");
    alice.waits(Timeouts::default().picture_notice);
    assert_eq!(told(&alice), Some(0));
}

#[test]
fn a_picture_that_cannot_be_told_is_not_said() {
    let mut alice = Alice::in_call();
    alice.pair(PairEvent::ControlClosed);
    assert!(operations(&alice.wants(Action::TakePicture { of: peer(BOB) })).is_empty());
}

#[test]
fn the_booth_opens_the_camera_alone_and_closes_it_again() {
    let mut alice = Alice::outside();
    let effects = alice.wants(Action::Booth(true));
    let open = DeviceOp::Open {
        microphone: None,
        camera: Some(effect::Choice::Any),
        processing: Processing::default(),
    };
    assert!(effects.contains(&Effect::Device(open)), "{effects:?}");
    alice.does(Input::Device(DeviceEvent::Opened { kind: DeviceKind::Camera, id: None, facing: None }));
    let effects = alice.wants(Action::Booth(false));
    assert!(effects.contains(&Effect::Device(DeviceOp::Close(DeviceKind::Camera))), "{effects:?}");
}

fn headset(part: Part) -> DeviceInfo {
    DeviceInfo { part, id: "headset".into(), label: "Headset".into(), group: "headset".into() }
}

fn built_in(part: Part) -> DeviceInfo {
    DeviceInfo { part, id: "built-in".into(), label: "Built-in".into(), group: String::new() }
}

/// The browser knows the built-in devices, and then a headset, too.
fn plugs_in_a_headset(alice: &mut Alice) -> Option<String> {
    let before = vec![built_in(Part::Microphone), built_in(Part::Speaker)];
    let now = [before.clone(), vec![headset(Part::Microphone), headset(Part::Speaker)]].concat();
    alice.does(Input::Device(DeviceEvent::Listed(before)));
    alice.does(Input::Device(DeviceEvent::Listed(now)));
    alice.phone.view().local.plugged
}

#[test]
fn a_headset_is_offered_in_the_room_and_in_a_call_but_not_before() {
    assert_eq!(plugs_in_a_headset(&mut Alice::outside()), None);
    assert_eq!(plugs_in_a_headset(&mut Alice::inside()).as_deref(), Some("Headset"));
    assert_eq!(plugs_in_a_headset(&mut Alice::in_call()).as_deref(), Some("Headset"));
}

#[test]
fn a_headset_that_is_wanted_is_used_for_all_that_it_can_and_remembered() {
    let mut alice = Alice::in_call();
    let kind = DeviceKind::Microphone;
    alice.does(Input::Device(DeviceEvent::Opened { kind, id: Some("built-in".into()), facing: None }));
    plugs_in_a_headset(&mut alice);
    let effects = alice.wants(Action::UsePlugged(true));
    let open = DeviceOp::Open {
        microphone: Some(effect::Choice::Device("headset".into())),
        camera: None,
        processing: Processing::default(),
    };
    for op in [open, DeviceOp::PlayOn(Some("headset".into()))] {
        assert!(effects.contains(&Effect::Device(op.clone())), "{op:?} is not in {effects:?}");
    }
    let remembered = alice.phone.remembered();
    assert_eq!(remembered.microphone.as_deref(), Some("headset"));
    assert_eq!(remembered.speaker.as_deref(), Some("headset"));
    assert_eq!(alice.phone.view().local.plugged, None);
}

#[test]
fn a_headset_that_is_not_wanted_changes_nothing() {
    let mut alice = Alice::in_call();
    plugs_in_a_headset(&mut alice);
    assert_eq!(alice.wants(Action::UsePlugged(false)), []);
    assert_eq!(alice.phone.view().local.plugged, None);
    assert_eq!(alice.wants(Action::UsePlugged(true)), [], "it is offered no more");
}

#[test]
fn changing_devices_in_a_call_says_nothing_to_the_other_side() {
    let mut alice = Alice::in_call();
    for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
        alice.does(Input::Device(DeviceEvent::Opened { kind, id: None, facing: None }));
    }
    for part in [Part::Microphone, Part::Camera] {
        let effects = alice.wants(Action::SelectDevice { part, id: Some("other".into()) });
        assert!(operations(&effects).is_empty(), "{part:?}");
    }
    assert!(operations(&alice.wants(Action::FlipCamera)).is_empty());
    let kind = DeviceKind::Camera;
    let event = DeviceEvent::Opened { kind, id: Some("other".into()), facing: None };
    assert!(operations(&alice.does(Input::Device(event))).is_empty());
}

#[test]
fn the_browser_is_asked_for_its_devices_once_somebody_is_in_a_room() {
    let lists = |effects: &[Effect]| effects.contains(&Effect::Device(DeviceOp::List));
    let mut alice = Alice::outside();
    assert!(!lists(&alice.wants(Action::Enter { room: Room::Lobby, nickname: "Alice".into() })));
    alice.socket(SocketEvent::Opened);
    assert!(lists(&alice.hears(welcome(1))));
    assert!(!lists(&alice.wants(Action::Preview(true))), "asked twice");
}

/// Who, in which direction, when, and what came of it.
fn history(alice: &Alice) -> Vec<(&str, bool, u64, history::Outcome)> {
    let calls = alice.phone.history().iter();
    calls.map(|past| (past.with.as_str(), past.outgoing, past.at, past.outcome)).collect()
}

#[test]
fn a_call_that_is_over_stands_in_the_history_by_the_clock_on_the_wall() {
    let mut alice = Alice::in_call();
    alice.does(Input::Page(PageEvent::Clock { loaded_at: Time::from_secs(1_000_000) }));
    alice.now += Time::from_secs(90);
    let effects = alice.wants(Action::HangUp);
    let talked = history::Outcome::Talked { seconds: 90 };
    assert_eq!(history(&alice), [("Bob", false, 1_000_000, talked)]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(kept) if kept.calls.len() == 1)));
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::HungUp });
    assert_eq!(alice.phone.history().len(), 1, "it ends once");
    alice.wants(Action::ClearHistory);
    assert_eq!(history(&alice), []);
}

#[test]
fn what_rang_in_vain_and_what_was_declined_are_told_apart() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::Cancelled });
    alice.is_rung();
    alice.wants(Action::Decline);
    let outcomes = |alice: &Alice| history(alice).iter().map(|past| past.3).collect::<Vec<_>>();
    // The same call, as the test's caller always has the same: what came of it last.
    assert_eq!(outcomes(&alice), [history::Outcome::Declined]);
    for (number, reason) in [(2, EndReason::NoAnswer), (3, EndReason::Declined)] {
        alice.wants(Action::Call {
            peer: peer(BOB),
            call: call(number),
            media: Media::Voice,
            relay_only: false,
        });
        alice.hears(ServerMessage::CallEnded { call: call(number), reason });
    }
    assert_eq!(outcomes(&alice)[..2], [history::Outcome::Declined, history::Outcome::Unanswered]);
    assert!(history(&alice)[..2].iter().all(|past| past.1), "this person called");
}

#[test]
fn who_keeps_no_history_has_none() {
    let mut alice = Alice::in_call();
    alice.wants(Action::HangUp);
    alice.wants(Action::KeepHistory(false));
    assert_eq!(history(&alice), []);
    alice.wants(Action::DismissEnded);
    alice.is_rung();
    alice.hears(ServerMessage::CallEnded { call: call(1), reason: EndReason::NoAnswer });
    assert_eq!(history(&alice), []);
    assert_eq!(alice.phone.remembered().keep_calls, Some(false));
}

#[test]
fn a_page_that_goes_away_in_a_call_leaves_it_in_the_history() {
    let mut alice = Alice::in_call();
    alice.now += Time::from_secs(5);
    let effects = alice.does(Input::Page(PageEvent::Leaving));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Remember(kept) if kept.calls.len() == 1)));
    alice.now += Time::from_secs(5);
    alice.wants(Action::HangUp);
    assert_eq!(history(&alice), [("Bob", false, 0, history::Outcome::Talked { seconds: 10 })]);
}

#[test]
fn what_is_set_holds_from_then_on_and_is_kept() {
    let mut alice = Alice::inside();
    let set = Preferences { silent: true, unannounced: true, relay_only: true, ..Preferences::default() };
    let effects = alice.wants(Action::Prefer(set));
    assert!(effects.contains(&Effect::Prefer(set)), "{effects:?}");
    let kept = |effect: &Effect| matches!(effect, Effect::Remember(kept) if kept.preferences == set);
    assert!(effects.iter().any(kept), "{effects:?}");

    let effects = alice.is_rung();
    let heard_or_seen = |effect: &&Effect| matches!(effect, Effect::Sound(_) | Effect::Notify(_));
    assert_eq!(effects.iter().find(heard_or_seen), None);
    let hidden = |op: &&PairOp| matches!(op, PairOp::Open { ice: Ice { relay_only: true, .. }, .. });
    assert!(operations(&effects).iter().any(hidden), "{effects:?}");
}

#[test]
fn a_ring_falls_silent_when_silence_is_wanted() {
    let mut alice = Alice::inside();
    assert!(alice.is_rung().contains(&Effect::Sound(Sound::Ring)));
    let set = Preferences { silent: true, ..Preferences::default() };
    assert!(alice.wants(Action::Prefer(set)).contains(&Effect::Sound(Sound::Silence)));
}

#[test]
fn the_browser_is_told_at_first_what_was_set_before() {
    let mut alice = Alice::outside();
    let first = alice.wants(Action::Preview(true));
    assert!(first.contains(&Effect::Prefer(Preferences::default())), "{first:?}");
    assert!(!alice.wants(Action::Preview(false)).iter().any(|effect| matches!(effect, Effect::Prefer(_))));
}

#[test]
fn how_a_call_goes_is_measured_and_shown() {
    let mut alice = Alice::in_call();
    assert_eq!(bars(&alice), None);
    let counted = |times: u64| quality::Sample {
        received: 100_000 * times,
        arrived: 100 * times,
        frames: 50 * times,
        ..quality::Sample::default()
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
    let sample = quality::Sample {
        camera: Some(control::Size { width: 1280, height: 720 }),
        ..quality::Sample::default()
    };
    alice.pair(PairEvent::Measured(Box::new(sample)));
    let size = control::Size { width: 640, height: 384 };
    let effects = alice.pair(PairEvent::Control(Control::View(size)));
    let encoded = |op: &&PairOp| matches!(op, PairOp::Encode(encoding) if encoding.scale_down == 1.5);
    assert!(operations(&effects).iter().any(encoded), "{effects:?}");
}

#[test]
fn whoever_says_another_size_all_the_time_has_the_encoder_set_up_twice_a_second_at_most() {
    let mut alice = Alice::in_call();
    let sample = quality::Sample {
        camera: Some(control::Size { width: 1280, height: 720 }),
        ..quality::Sample::default()
    };
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
