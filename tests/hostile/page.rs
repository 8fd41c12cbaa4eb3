//! A phone in a page whose server and whose callers say whatever a story tells them to say. The browser is honest:
//! an operation reports once, and nothing is heard from what was closed.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tincan::{
    call::{
        Phone, Start,
        chat::{ChatMessage, Heard},
        control::{
            CameraState, Control, MediaState, MicrophoneState, Picture, Recording, RecordingShown, Size,
        },
        effect::{Effect, PairOp, Remembered, Seat, Sound},
        files::{
            FileWish, Picked, WINDOW,
            message::{FileMessage, Reason, Sha256},
        },
        input::{Action, DeviceEvent, Input, PageEvent, PairEvent, PathState, SocketEvent, SocketId},
        local::{DeviceInfo, DeviceKind, DeviceProblem, Facing, Part},
        pair::PairId,
        preferences::{Preferences, Processing},
        quality::Sample,
        recording::{LeftoverWish, Problem, RecordOp, RecorderEvent},
        signal::{Body, Candidate, Signal},
        status::CallStatus,
        view::View,
    },
    protocol::{
        Availability, BootId, CallId, CallState, EndReason, ErrorCode, IceServer, Incarnation, Media, Member,
        Nickname, Payload, PeerId, Presence, Room, RoomCode, ServerFrame, ServerMessage, Status, VERSION,
        Welcome,
    },
    settings::Timeouts,
};

use super::story::Story;

const PEERS: u64 = 5;
const CALLS: u128 = 4;
const CLOSE_CODES: [u16; 9] = [1000, 1001, 1006, 4001, 4002, 4003, 4004, 4005, 4006];

/// What one input may lead to: so much, and so much more for each of the others in the call. The most is that all
/// that is kept of what they said, or was said to them, is used or said again.
const EFFECTS_MOST: usize = 64;
const EFFECTS_MOST_FOR_EACH: usize = 1_024;

/// Longer than any wait of a page.
const DEADLINES_MOST: usize = 100_000;

pub fn lives(bytes: &[u8]) {
    let mut story = Story::new(bytes);
    let mut page = Page::new(&mut story);
    while let Some(kind) = story.next() {
        page.goes_on(kind, &mut story);
    }
    page.ends();
}

struct Page {
    phone: Phone,
    timeouts: Timeouts,
    now: Duration,
    socket: Option<Socket>,
    pairs: BTreeMap<PairId, Pair>,
    /// Every one there was, for what comes too late.
    past: Vec<PairId>,
    sound: Sound,
    seat: Option<Seat>,
    remembered: Remembered,
    /// The newest frame that was sent: what an answer answers.
    sent: u32,
    /// Calls that this person has begun; their ids are random, so there are none like them.
    own_calls: u128,
}

#[derive(Clone, Copy)]
struct Socket {
    id: SocketId,
    is_open: bool,
}

/// A peer connection of the browser.
#[derive(Default)]
struct Pair {
    /// The description operation under way.
    work: Option<Work>,
    /// Nothing happens to one that was only opened, unless that failed.
    is_used: bool,
}

#[derive(Clone, Copy)]
enum Work {
    Offer,
    Answer,
    Prepare,
    Finish,
}

impl Page {
    fn new(story: &mut Story) -> Self {
        let (timeouts, remembered) = (Timeouts::default(), remembered(story));
        let start = Start {
            incarnation: Incarnation::from_random(1),
            seed: story.number().into(),
            timeouts: timeouts.clone(),
            remembered: remembered.clone(),
        };
        Self {
            phone: Phone::new(start),
            timeouts,
            now: Duration::ZERO,
            socket: None,
            pairs: BTreeMap::new(),
            past: Vec::new(),
            sound: Sound::Silence,
            seat: None,
            remembered,
            sent: 0,
            own_calls: 0,
        }
    }

    fn goes_on(&mut self, kind: u8, story: &mut Story) {
        match kind % 16 {
            0..=4 => self.server_speaks(story),
            5 => self.socket_changes(story),
            6..=8 => {
                let action = self.action(story);
                self.input(Input::Person(action));
            }
            9..=12 => self.pair_reports(story),
            13 => self.something_else(story),
            14 => self.now += story.wait(),
            _ => self.ticks(),
        }
    }

    fn server_speaks(&mut self, story: &mut Story) {
        let Some(socket) = self.socket.filter(|socket| socket.is_open) else {
            return self.socket_changes(story);
        };
        let text = if story.once_in(16) {
            story.text()
        } else {
            let id = story.maybe(|story| if story.once_in(8) { story.number() } else { self.sent });
            let frame = ServerFrame { id, message: self.message(story) };
            story.spoil(serde_json::to_string(&frame).expect("a message can be written"))
        };
        // As `platform::browser::arrivals` reads it.
        if let Ok(frame) = serde_json::from_str(&text) {
            self.input(Input::Socket { socket: socket.id, event: SocketEvent::Message(frame) });
        }
    }

    /// Opens or closes the newest; or an old one says something, and is not heard.
    fn socket_changes(&mut self, story: &mut Story) {
        match &mut self.socket {
            Some(socket) if !socket.is_open && !story.once_in(4) => {
                socket.is_open = true;
                let socket = socket.id;
                self.input(Input::Socket { socket, event: SocketEvent::Opened });
            }
            Some(socket) if !story.once_in(4) => {
                let socket = socket.id;
                self.socket = None;
                let event = SocketEvent::Closed { code: story.pick(&CLOSE_CODES) };
                self.input(Input::Socket { socket, event });
            }
            newest => {
                let newest = newest.map_or(0, |socket| socket.id.0);
                let old = SocketId(newest.wrapping_sub(1 + story.below(3) as u32));
                let code = story.pick(&CLOSE_CODES);
                let event = story.pick(&[None, Some(code)]);
                let event = event.map_or(SocketEvent::Opened, |code| SocketEvent::Closed { code });
                self.input(Input::Socket { socket: old, event });
            }
        }
    }

    /// Most often the call that there is.
    fn call(&self, story: &mut Story) -> CallId {
        let current = self.phone.view().call.map(|call| call.call);
        current.filter(|_| !story.once_in(4)).unwrap_or_else(|| {
            let own = story.below(2) as u128 * 0x100;
            CallId::from_random(own + story.byte() as u128 % CALLS)
        })
    }

    fn message(&mut self, story: &mut Story) -> ServerMessage {
        let (call, peer) = (self.call(story), peer(story));
        match story.below(24) {
            0..=2 => ServerMessage::Welcome(self.welcome(story)),
            3 | 4 => ServerMessage::Presence(presence(story)),
            5..=7 => ServerMessage::Invited {
                call,
                from: peer,
                media: media(story),
                participants: story.some(4, self::peer),
            },
            8 | 9 => ServerMessage::Ringing { call, peer },
            10 => ServerMessage::InvitationEnded { call, peer, reason: self.reason(story) },
            11..=13 => {
                let incarnation = Incarnation::from_random(story.below(3) as u64);
                ServerMessage::ParticipantJoined { call, peer, media: media(story), incarnation }
            }
            14 => ServerMessage::ParticipantLeft { call, peer, reason: self.reason(story) },
            15 => ServerMessage::CallEnded { call, reason: self.reason(story) },
            16..=20 => ServerMessage::Signal { call, from: peer, payload: payload(story) },
            21 => ServerMessage::Ticket { ticket: story.text(), ice_servers: ice_servers(story) },
            22 if story.once_in(2) => ServerMessage::GoingAway {},
            22 => ServerMessage::Pong {},
            _ => ServerMessage::Error {
                code: error_code(story),
                sentence: story.text(),
                suggestion: story.maybe(nickname),
            },
        }
    }

    fn welcome(&mut self, story: &mut Story) -> Welcome {
        Welcome {
            version: VERSION,
            boot: BootId::from_random(story.below(2) as u64),
            peer: if story.once_in(8) { peer(story) } else { PeerId::from_random(2) },
            nickname: nickname(story),
            ticket: "ticket".into(),
            availability: availability(story),
            contacts: presence(story),
            call: story.once_in(2).then(|| CallState {
                call: self.call(story),
                members: story.some(4, member),
                awaited: story.some(2, peer),
            }),
            ice_servers: ice_servers(story),
            relay_only: story.once_in(8),
        }
    }

    fn reason(&self, story: &mut Story) -> EndReason {
        match story.below(6) {
            0 => EndReason::Declined,
            1 => EndReason::Cancelled,
            2 => EndReason::NoAnswer,
            3 => EndReason::HungUp,
            4 => EndReason::Gone,
            _ => EndReason::Superseded { by: self.call(story) },
        }
    }

    fn action(&mut self, story: &mut Story) -> Action {
        match story.below(20) {
            0 => Action::ChooseDevices { microphone: story.once_in(2), camera: story.once_in(2) },
            1 => Action::SelectDevice { part: part(story), id: story.maybe(Story::text) },
            2 => Action::Preview(story.once_in(2)),
            3..=5 => Action::Enter { room: room(story), nickname: nickname(story).to_string() },
            6 => Action::LeaveRoom,
            7 => Action::SetAvailability(availability(story)),
            8..=10 => {
                self.own_calls += 1;
                let call = CallId::from_random(0x100 + self.own_calls);
                // Not by the story: those that are known would mean something else.
                let relay_only = self.own_calls % 4 == 3;
                Action::Call { peer: peer(story), call, media: media(story), relay_only }
            }
            11 | 12 => Action::Accept { media: media(story) },
            13 => Action::Decline,
            14 => Action::HangUp,
            15 => Action::DismissEnded,
            16 if story.once_in(2) => Action::DismissMissed { id: 0 },
            16 => Action::TapToHear,
            17 => Action::Mute(story.once_in(2)),
            18 => match story.below(8) {
                0 if story.once_in(2) => Action::Camera(story.once_in(2)),
                0 => Action::FlipCamera,
                1 if story.once_in(2) => Action::Typing,
                1 => file_wish(story),
                2 => Action::ShowChat(story.once_in(2)),
                3 => Action::TakePicture { of: peer(story) },
                4 => Action::Booth(story.once_in(2)),
                5 if story.once_in(2) => Action::Show { peer: peer(story), size: size(story) },
                5 => Action::KeepHistory(story.once_in(2)),
                6 if story.once_in(2) => Action::ClearHistory,
                6 if story.once_in(2) => Action::UsePlugged(story.once_in(2)),
                6 => Action::Prefer(preferences(story)),
                7 if story.once_in(2) => Action::Record(story.once_in(2)),
                7 if story.once_in(8) => Action::Leftover { id: story.number(), wish: LeftoverWish::Save },
                _ => Action::Write(story.text()),
            },
            _ if story.once_in(2) => Action::Unblock(nickname(story).to_string()),
            _ => Action::Block(peer(story)),
        }
    }

    /// What is under way is done; or anything else happens to a connection that is there, or was.
    fn pair_reports(&mut self, story: &mut Story) {
        let there: Vec<PairId> = self.pairs.keys().copied().collect();
        if there.is_empty() || story.once_in(16) {
            let Some(pair) = (!self.past.is_empty()).then(|| story.pick(&self.past)) else { return };
            if !self.pairs.contains_key(&pair) {
                let event = happening(story);
                self.input(Input::Pair { pair, event });
            }
            return;
        }
        let pair = story.pick(&there);
        let work = self.pairs.get_mut(&pair).and_then(|pair| pair.work.take_if(|_| !story.once_in(3)));
        let event = match work {
            Some(_) if story.once_in(8) => PairEvent::Failed { why: String::new() },
            Some(Work::Offer) => PairEvent::Offered { sdp: sdp(story) },
            Some(Work::Answer) => PairEvent::Answered { sdp: sdp(story) },
            Some(Work::Prepare) => PairEvent::Prepared { sdp: sdp(story) },
            Some(Work::Finish) => PairEvent::Finished,
            None if self.pairs.get(&pair).is_some_and(|pair| pair.is_used) => happening(story),
            None => PairEvent::Failed { why: String::new() },
        };
        self.input(Input::Pair { pair, event });
    }

    fn something_else(&mut self, story: &mut Story) {
        let input = match story.below(9) {
            2 if story.once_in(2) => Input::Recorder(recorder(story)),
            0 => Input::Page(PageEvent::Visible),
            1 => Input::Page(PageEvent::Hidden),
            2 => Input::Page(PageEvent::Online),
            3 => Input::Page(PageEvent::Leaving),
            4 => Input::Device(DeviceEvent::Opened {
                kind: kind(story),
                id: story.maybe(Story::text),
                facing: story.maybe(|story| story.pick(&[Facing::Front, Facing::Back])),
            }),
            5 => Input::Device(DeviceEvent::Failed { kind: kind(story), problem: problem(story) }),
            6 => Input::Device(DeviceEvent::Failed { kind: kind(story), problem: DeviceProblem::Unplugged }),
            7 => {
                let device = |story: &mut Story| DeviceInfo {
                    part: part(story),
                    id: story.text(),
                    label: story.text(),
                    group: story.text(),
                };
                Input::Device(DeviceEvent::Listed(story.some(3, device)))
            }
            _ => return self.loads_again(story),
        };
        self.input(input);
    }

    /// Everything of the earlier page is gone but what the tab and the device keep.
    fn loads_again(&mut self, story: &mut Story) {
        self.input(Input::Page(PageEvent::Leaving));
        let (remembered, seat) = (self.remembered.clone(), self.seat.take());
        *self = Self { now: self.now, own_calls: self.own_calls, ..Self::new(story) };
        self.phone = Phone::new(Start {
            incarnation: Incarnation::from_random(2),
            seed: 1,
            timeouts: self.timeouts.clone(),
            remembered,
        });
        if let Some(seat) = seat {
            self.input(Input::Page(PageEvent::Resume(seat)));
        }
    }

    fn ticks(&mut self) {
        let Some(at) = self.phone.next_deadline() else { return };
        self.now = self.now.max(at);
        self.input(Input::Tick);
        let next = self.phone.next_deadline();
        assert!(next.is_none_or(|next| next > self.now), "what was due has not happened");
    }

    fn input(&mut self, input: Input) {
        let others_before = self.others();
        let effects = self.phone.handle(input, self.now);
        let others = 1 + others_before.max(self.others());
        let most = EFFECTS_MOST + EFFECTS_MOST_FOR_EACH * others;
        assert!(effects.len() <= most, "{} effects at once", effects.len());
        let ringing =
            self.phone.view().call.filter(|call| matches!(call.status, CallStatus::Incoming { .. }));
        let ringing = ringing.map(|call| call.call);
        for effect in effects {
            self.perform(effect, ringing);
        }
        self.shows();
    }

    fn others(&self) -> usize {
        self.phone.view().call.map_or(0, |call| call.others.len())
    }

    fn perform(&mut self, effect: Effect, ringing: Option<CallId>) {
        match effect {
            Effect::OpenSocket(id) => {
                assert!(self.socket.is_none_or(|socket| socket.id != id), "{id:?} is opened twice");
                self.socket = Some(Socket { id, is_open: false });
            }
            Effect::CloseSocket(id) => {
                self.socket.take_if(|socket| socket.id == id);
            }
            Effect::Send(frame) => {
                assert!(self.socket.is_some_and(|socket| socket.is_open), "{frame:?} is said to nobody");
                let text = serde_json::to_string(&frame).expect("what is sent can be written");
                let heard = tincan::server::parse::parse(&text);
                assert_eq!(heard.as_ref(), Ok(&frame), "the server does not understand it");
                self.sent = frame.id;
            }
            Effect::Pair { pair, op } => {
                // How a camera is to be sent is this person's own word, and kept until there is one; other servers are asked
                // when a path is looked for.
                let harmless = matches!(
                    op,
                    PairOp::Open { offerer: false, .. }
                        | PairOp::Prepare { .. }
                        | PairOp::Serve(_)
                        | PairOp::Encode(_)
                        | PairOp::Close
                );
                assert!(
                    harmless || ringing != Some(pair.call),
                    "{op:?} on {pair:?} while it rings, before anybody accepted"
                );
                self.operate(pair, op);
            }
            Effect::Sound(sound) => {
                assert_ne!(self.sound, sound, "nothing changes");
                self.sound = sound;
            }
            Effect::Remember(remembered) => self.remembered = remembered,
            Effect::KeepSeat(seat) => self.seat = seat,
            Effect::Measure { from, to, .. } => assert!(from <= to && to <= self.now),
            Effect::Record(RecordOp::Start { .. }) => {
                let others = self.phone.view().call.map_or(0, |call| call.others.len());
                assert!(others > 0, "nobody is recorded");
            }
            Effect::Device(_)
            | Effect::Record(_)
            | Effect::Notify(_)
            | Effect::Play
            | Effect::Prefer(_)
            | Effect::OnTheKeys(_)
            | Effect::KeepAwake(_)
            | Effect::File(_)
            | Effect::Reload => {}
        }
    }

    fn operate(&mut self, id: PairId, op: PairOp) {
        if let PairOp::Open { .. } = op {
            let before = self.pairs.insert(id, Pair::default());
            assert!(before.is_none(), "{id:?} is opened twice");
            return self.past.push(id);
        }
        if op == PairOp::Close {
            assert!(self.pairs.remove(&id).is_some(), "{id:?} is closed and was not open");
            return;
        }
        let pair = self.pairs.get_mut(&id);
        let pair = pair.unwrap_or_else(|| panic!("{op:?} on a connection that is not there: {id:?}"));
        let work = match op {
            PairOp::Offer { .. } => Work::Offer,
            PairOp::Answer { sdp } => {
                looks_up_nobody(&sdp);
                Work::Answer
            }
            PairOp::Prepare { sdp } => {
                names_nobody(&sdp);
                Work::Prepare
            }
            PairOp::Finish { sdp } => {
                looks_up_nobody(&sdp);
                Work::Finish
            }
            PairOp::AddCandidate(candidate) => {
                return assert!(!candidate.names_a_foreign_host(), "{candidate:?} is looked up");
            }
            _ => return,
        };
        pair.is_used = true;
        assert!(pair.work.replace(work).is_none(), "two operations at once on {id:?}");
    }

    /// The screen has something to show, whatever there is.
    fn shows(&self) {
        let View { call, missed, blocked, .. } = self.phone.view();
        let others: Vec<PeerId> =
            call.iter().flat_map(|call| &call.others).map(|participant| participant.peer).collect();
        assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), others.len(), "somebody is there twice");
        let calls = self.phone.history().len();
        assert!(missed.len() <= 50 && blocked.len() <= 200 && calls <= 100, "a list grows without end");
        let contacts = self.phone.contacts();
        let people: BTreeSet<PeerId> = contacts.iter().map(|contact| contact.peer).collect();
        assert_eq!(people.len(), contacts.len(), "a contact is there twice");
    }

    /// The person goes, and nothing is left open.
    fn ends(&mut self) {
        self.input(Input::Person(Action::LeaveRoom));
        let mut deadlines = 0;
        while self.phone.next_deadline().is_some() {
            self.ticks();
            deadlines += 1;
            assert!(deadlines < DEADLINES_MOST, "something is due for ever");
        }
        assert!(self.pairs.is_empty(), "connections are left open: {:?}", self.pairs.keys());
        assert!(self.socket.is_none(), "a socket is left open");
        assert_eq!(self.sound, Sound::Silence);
        assert!(self.phone.view().call.is_none() && self.phone.contacts().is_empty());
    }
}

fn remembered(story: &mut Story) -> Remembered {
    Remembered {
        use_microphone: story.maybe(|story| story.once_in(2)),
        use_camera: story.maybe(|story| story.once_in(2)),
        blocked: story.some(2, |story| nickname(story).to_string()),
        ..Remembered::default()
    }
}

/// This person is one in the middle: of each two, either may have the lower id.
fn peer(story: &mut Story) -> PeerId {
    PeerId::from_random(u64::from(story.byte()) % PEERS)
}

fn nickname(story: &mut Story) -> Nickname {
    let text = story.pick(&["Ada", "ada", "Bob", "Carol", "é", "<b>"]);
    Nickname::parse(text).expect("a nickname")
}

fn room(story: &mut Story) -> Room {
    if story.once_in(2) { Room::Private(RoomCode::from_random(story.byte().into())) } else { Room::Lobby }
}

fn media(story: &mut Story) -> Media {
    story.pick(&[Media::Voice, Media::Video])
}

fn availability(story: &mut Story) -> Availability {
    story.pick(&[Availability::Available, Availability::Away, Availability::DoNotDisturb])
}

fn kind(story: &mut Story) -> DeviceKind {
    story.pick(&[DeviceKind::Microphone, DeviceKind::Camera])
}

fn part(story: &mut Story) -> Part {
    story.pick(&[Part::Microphone, Part::Camera, Part::Speaker])
}

fn preferences(story: &mut Story) -> Preferences {
    let processing = Processing { noise_suppression: story.once_in(2), ..Processing::default() };
    Preferences {
        data_saver: story.once_in(2),
        relay_only: story.once_in(2),
        processing,
        ..Preferences::default()
    }
}

fn problem(story: &mut Story) -> DeviceProblem {
    use DeviceProblem::{Denied, InUse, Insecure, Missing, Other, Unplugged};
    story.pick(&[Denied, InUse, Missing, Insecure, Unplugged, Other])
}

fn error_code(story: &mut Story) -> ErrorCode {
    use ErrorCode::{BadMessage, Busy, NicknameTaken, Outdated, RoomFull, TooManyConnections, UnknownCall};
    story.pick(&[BadMessage, Busy, NicknameTaken, Outdated, RoomFull, TooManyConnections, UnknownCall])
}

fn ice_servers(story: &mut Story) -> Vec<IceServer> {
    story.some(1, |story| IceServer { urls: vec![story.text()], username: None, credential: None })
}

fn presence(story: &mut Story) -> Presence {
    let statuses = [Status::Available, Status::Ringing, Status::InCall, Status::Away, Status::DoNotDisturb];
    Presence {
        joined: story.some(5, |story| (peer(story), nickname(story))).into_iter().collect(),
        status: story.some(2, |story| (peer(story), story.pick(&statuses))).into_iter().collect(),
        left: story.some(2, peer),
    }
}

fn member(story: &mut Story) -> Member {
    Member {
        peer: peer(story),
        incarnation: Incarnation::from_random(story.below(3) as u64),
        media: media(story),
        invited_by: story.maybe(peer),
        joined: !story.once_in(3),
    }
}

fn payload(story: &mut Story) -> Payload {
    let signal = signal(story);
    let payload = if story.once_in(16) { Payload::write(&story.text()) } else { Payload::write(&signal) };
    payload.expect("JSON can be written")
}

fn signal(story: &mut Story) -> Signal {
    let generation = if story.once_in(8) { story.number().wrapping_neg() } else { story.below(3) as u32 };
    let sequence = if story.once_in(8) { story.number().wrapping_neg() } else { story.below(8) as u32 };
    let body = match story.below(6) {
        0 | 1 => Body::Offer { sdp: sdp(story) },
        2 | 3 => Body::Answer { sdp: sdp(story), to: story.below(4) as u32 },
        4 => Body::Candidate(candidate(story)),
        _ => Body::EndOfCandidates {},
    };
    Signal { generation, sequence, body }
}

fn sdp(story: &mut Story) -> String {
    let candidate = story.maybe(|_| "").unwrap_or("a=candidate:1 1 udp 1 spy.example 9 typ host\r\n");
    format!("v=0\r\na=ice-ufrag:{}\r\n{candidate}", story.below(3))
}

fn candidate(story: &mut Story) -> Candidate {
    let address = story.pick(&["192.0.2.1", "abc.local", "spy.example", "", "::1"]);
    Candidate {
        candidate: if story.once_in(8) {
            story.text()
        } else {
            format!("candidate:1 1 udp 1 {address} 9 typ host")
        },
        mid: story.maybe(Story::text),
        line: story.maybe(|story| story.byte().into()),
        fragment: story.maybe(|story| story.below(3).to_string()),
    }
}

fn looks_up_nobody(sdp: &str) {
    for candidate in sdp.lines().filter_map(|line| line.strip_prefix("a=candidate:")) {
        assert_ne!(candidate.split(' ').nth(4), Some("spy.example"), "a foreign host is looked up");
    }
}

/// What it is given while it rings.
fn names_nobody(sdp: &str) {
    for line in sdp.split(['\r', '\n']) {
        let is_harmless = match line.split_once('=') {
            Some(("o" | "c", value)) => value.ends_with("IN IP4 0.0.0.0"),
            _ => !line.contains("candidate") && !line.contains("spy.example"),
        };
        assert!(is_harmless, "{line:?} is used before anybody accepted");
    }
}

/// What the browser says of recordings, whether or not there is one.
fn recorder(story: &mut Story) -> RecorderEvent {
    match story.below(4) {
        0 => RecorderEvent::Started,
        1 => RecorderEvent::Failed(Problem::Unsupported),
        2 => RecorderEvent::Broke(Problem::NoRoom),
        _ => RecorderEvent::Lost,
    }
}

/// What is no answer to an operation.
fn happening(story: &mut Story) -> PairEvent {
    use PathState::{Connected, Disconnected, Failed, FindingPath, Securing};
    match story.below(16) {
        0 => PairEvent::Candidate(candidate(story)),
        1 => PairEvent::EndOfCandidates,
        2..=4 => PairEvent::State(story.pick(&[FindingPath, Securing, Connected, Disconnected, Failed])),
        5 | 6 => PairEvent::ControlOpen,
        7 => PairEvent::ControlClosed,
        8..=11 => PairEvent::Control(control(story)),
        12 => PairEvent::Counted { bytes: story.number().into() },
        13 if story.once_in(2) => PairEvent::FirstFrame,
        13 => filing(story),
        14 if story.once_in(2) => PairEvent::Measured(Box::new(sample(story))),
        14 => PairEvent::Path { relayed: story.once_in(2) },
        _ => match story.below(9) {
            0 => PairEvent::PlayRefused,
            1 => PairEvent::Playing,
            2 | 3 => PairEvent::ChatOpen,
            4 => PairEvent::ChatClosed,
            5 => PairEvent::Speaking(story.once_in(2)),
            _ => PairEvent::Chat(chat(story)),
        },
    }
}

/// Whatever a browser may count, and what none does.
fn sample(story: &mut Story) -> Sample {
    Sample {
        sent: story.number().into(),
        received: story.number().into(),
        arrived: story.number().into(),
        lost: story.number().into(),
        went: story.number().into(),
        lost_there: story.number().into(),
        round_trip: story.maybe(|story| story.pick(&[Duration::ZERO, Duration::MAX])),
        frames: story.number().into(),
        camera: story.maybe(size),
        ..Sample::default()
    }
}

fn size(story: &mut Story) -> Size {
    Size { width: story.number(), height: story.number() }
}

fn chat(story: &mut Story) -> ChatMessage {
    let page = |story: &mut Story| Incarnation::from_random(story.below(3) as u64);
    match story.below(5) {
        0 | 1 => {
            let heard = story.maybe(|story| Heard { page: page(story), count: story.number() });
            ChatMessage::Resume { page: page(story), heard }
        }
        2 => ChatMessage::Text { number: story.number(), text: story.text() },
        3 => ChatMessage::Received { count: story.number() },
        _ => ChatMessage::Typing {},
    }
}

/// About one of few files.
fn filing(story: &mut Story) -> PairEvent {
    let file = story.below(3) as u32;
    let sizes = [0, 1, 70_000, WINDOW + 1, u64::MAX];
    let why = Reason::Cancelled;
    let sha256 = Sha256([story.below(2) as u8; 32]);
    let message = match story.below(16) {
        0 | 1 => return PairEvent::FilesOpen,
        2 => return PairEvent::FilesClosed,
        3 => return PairEvent::FileSent { file, sha256 },
        4 => return PairEvent::FileUnsent { file, why: Reason::Unreadable },
        5 => return PairEvent::FileLost { file },
        6 => FileMessage::Hello { page: Incarnation::from_random(story.below(3) as u64) },
        7 | 8 => FileMessage::Offer { file, name: story.text(), size: story.pick(&sizes), preview: None },
        9 => FileMessage::Pause { file, paused: story.once_in(2) },
        10 => FileMessage::Withdraw { file, why },
        11 => FileMessage::Digest { file, sha256 },
        12 => FileMessage::Take { file, from: story.pick(&sizes) },
        13 => FileMessage::Received { file, bytes: story.pick(&sizes) },
        14 => FileMessage::Wait { file, paused: story.once_in(2) },
        _ if story.once_in(2) => FileMessage::Refuse { file, why },
        _ => FileMessage::Complete { file },
    };
    PairEvent::Files(message)
}

fn file_wish(story: &mut Story) -> Action {
    let id = story.below(4) as u32;
    let wish = match story.below(8) {
        0 => FileWish::Accept,
        1 => FileWish::Decline,
        2 => FileWish::Cancel,
        3 => FileWish::Pause(story.once_in(2)),
        4 => FileWish::Save,
        5 => FileWish::Dismiss,
        _ => {
            let size = story.number().into();
            return Action::OfferFiles(vec![Picked { file: id, name: story.text(), size, preview: None }]);
        }
    };
    Action::File { id, wish }
}

fn control(story: &mut Story) -> Control {
    let control = match story.below(5) {
        0 => Control::State(MediaState {
            microphone: story.pick(&[MicrophoneState::On, MicrophoneState::Muted, MicrophoneState::None]),
            camera: story.pick(&[CameraState::On, CameraState::Off]),
            ..MediaState::default()
        }),
        1 => Control::HangUp {},
        2 => Control::Heartbeat {},
        3 if story.once_in(2) => Control::View(size(story)),
        3 if story.once_in(2) => Control::Picture(Picture { number: story.number() }),
        3 if story.once_in(2) => Control::RecordingShown(RecordingShown { number: story.number() % 4 }),
        3 => Control::Recording(Recording {
            number: story.number(),
            on: story.once_in(2),
            seconds: story.number(),
        }),
        _ => Control::Negotiation(signal(story)),
    };
    let text = serde_json::to_string(&control).expect("a message can be written");
    serde_json::from_str(&text).expect("it was just written")
}
