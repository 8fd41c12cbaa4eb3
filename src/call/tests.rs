//! One phone, with the server's and the other side's words put into its ear. How whole rooms behave is for the
//! simulation.

mod devices;
mod history;
mod path;
mod prepared;
mod quality;
mod recording;
mod returning;
mod setup;

use super::{
    attempt::Attempt,
    control::{MediaState, MicrophoneState},
    effect::DeviceOp,
    files::{FileOp, FileWish, Kept},
    input::{Action, DeviceEvent, PairEvent, PathState},
    kinds::Kind,
    local::{DeviceInfo, DeviceKind, Part},
    preferences::{Preferences, Processing},
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
        relay_only: false,
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
fn an_accepted_offer_is_answered_at_once() {
    let mut alice = Alice::inside();
    alice.is_rung();
    alice.hears(offer(call(1)));
    let effects = alice.wants(Action::Accept { media: Media::Video });
    assert_eq!(sent(&effects), [&ClientMessage::Accept { call: call(1), media: Media::Video }]);
    assert!(matches!(operations(&effects)[..], [PairOp::Answer { .. }]), "on the connection that is open");
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

fn joined(who: u64) -> ServerMessage {
    ServerMessage::ParticipantJoined {
        call: call(1),
        peer: peer(who),
        media: Media::Voice,
        incarnation: Incarnation::from_random(who),
    }
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
fn a_place_for_a_file_that_was_withdrawn_meanwhile_is_given_up() {
    let mut alice = Alice::in_call();
    let effects = alice.wants(Action::File { id: 7, wish: FileWish::Accept });
    assert!(effects.contains(&Effect::File(FileOp::Forget(Kept::Coming(7)))), "{effects:?}");
}
