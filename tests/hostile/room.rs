//! Several sockets say what a story tells them to say. It is parsed as the server parses it, and goes into a real
//! registry as its sockets and its hub hand it over.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use tincan::{
    protocol::{
        Availability, CallId, ClientFrame, ClientMessage, ErrorCode, Hello, Incarnation, MAX_DEPTH, Media,
        Nickname, Payload, PeerId, Presence, Room, RoomCode, ServerMessage, Status, VERSION,
    },
    server::{
        parse::parse,
        registry::{Claim, ConnectionId, Delivery, Event, Grant, Input, Join, Registry, RoomLimits},
    },
    settings::Timeouts,
};

use super::{promises, story::Story};

/// Few, so that they meet: in one room, in its calls, at its limits.
const SOCKETS: usize = 8;
const LIMITS: RoomLimits = RoomLimits { peers: 6, call_members: 4 };
const NAMES: [&str; 8] = ["Ada", "ada", "Bob", "B0b", " Carol\u{a0}", "\u{ff24}ave", "e\u{301}", ""];

/// Longer than any wait of a room, so whoever is lost is gone after so many deadlines.
const DEADLINES_MOST: usize = 10_000;
/// More than a story uses.
const GRANTS_MOST: usize = 1_000;

pub fn hears(bytes: &[u8]) {
    let mut story = Story::new(bytes);
    let mut house = House::new();
    while let Some(kind) = story.next() {
        house.goes_on(kind, &mut story);
    }
    house.settles();
    house.empties();
}

/// The server, as far as one room needs it.
struct House {
    registry: Registry,
    timeouts: Timeouts,
    now: Duration,
    sockets: [Option<Socket>; SOCKETS],
    /// Who hears what the room hears.
    members: BTreeMap<ConnectionId, Member>,
    /// What tickets prove; a ticket is the number of its claim.
    claims: Vec<Claim>,
    /// What grants prove, and for whom.
    grants: Vec<(PeerId, Grant)>,
    /// Calls that go on, as they were recorded.
    recorded: BTreeSet<CallId>,
    connections: u64,
    frames: u32,
}

/// A socket that is open. It may not know yet that its seat is another's.
#[derive(Clone, Copy, Default)]
struct Socket {
    seat: Option<(PeerId, ConnectionId)>,
}

struct Member {
    peer: PeerId,
    /// The room as it was told.
    contacts: BTreeMap<PeerId, (Nickname, Status)>,
}

impl House {
    fn new() -> Self {
        let timeouts = Timeouts::default();
        Self {
            registry: Registry::new(LIMITS, timeouts.clone()),
            timeouts,
            now: Duration::ZERO,
            sockets: [None; SOCKETS],
            members: BTreeMap::new(),
            claims: Vec::new(),
            grants: Vec::new(),
            recorded: BTreeSet::new(),
            connections: 0,
            frames: 0,
        }
    }

    fn goes_on(&mut self, kind: u8, story: &mut Story) {
        match kind % 16 {
            0..=2 => {
                let (socket, hello) = (story.below(SOCKETS), self.hello(story));
                self.says(socket, hello, story);
            }
            3..=10 => {
                let (socket, message) = (story.below(SOCKETS), self.message(story));
                self.says(socket, message, story);
            }
            11 => {
                let socket = story.below(SOCKETS);
                let text = story.text();
                self.hears(socket, &text, story);
            }
            12 => self.loses(story.below(SOCKETS)),
            13 => self.drops(story.below(SOCKETS)),
            14 => self.now += story.wait(),
            _ if story.once_in(4) => self.settles(),
            _ if story.once_in(4) => self.restarts(),
            _ => self.ticks(),
        }
    }

    fn says(&mut self, socket: usize, message: ClientMessage, story: &mut Story) {
        self.frames += 1;
        let frame = ClientFrame { id: self.frames, message };
        let text = serde_json::to_string(&frame).expect("a message can be written");
        let text = story.spoil(text);
        self.hears(socket, &text, story);
    }

    fn hello(&self, story: &mut Story) -> ClientMessage {
        let code = RoomCode::from_random(story.byte().into());
        ClientMessage::Hello(Hello {
            version: if story.once_in(16) { story.number() } else { VERSION },
            room: if story.once_in(8) { Room::Private(code) } else { Room::Lobby },
            nickname: if story.once_in(4) { story.text() } else { story.pick(&NAMES).to_owned() },
            incarnation: Incarnation::from_random(story.below(4) as u64),
            ticket: story.once_in(2).then(|| story.below(self.claims.len() + 1).to_string()),
            grant: story.once_in(2).then(|| story.below(self.grants.len() + 1).to_string()),
        })
    }

    fn message(&self, story: &mut Story) -> ClientMessage {
        // Most often what is there.
        let mut peers: Vec<PeerId> = self.registry.peers().map(|(peer, ..)| peer).collect();
        peers.push(PeerId::from_random(story.byte().into()));
        let mut calls: Vec<_> = self.registry.calls().map(|state| state.call).collect();
        calls.push(CallId::from_random(story.below(4) as u128));
        let (peer, call) = (story.pick(&peers), story.pick(&calls));
        let media = story.pick(&[Media::Voice, Media::Video]);
        match story.below(16) {
            0..=4 => ClientMessage::Invite { call, peer, media },
            5..=7 => ClientMessage::Accept { call, media },
            8 => ClientMessage::Cancel { call, peer },
            9 => ClientMessage::Decline { call },
            10 => ClientMessage::Leave { call },
            11 | 12 => ClientMessage::Signal { call, to: peer, payload: payload(story) },
            13 => ClientMessage::SetAvailability {
                availability: story.pick(&[
                    Availability::Available,
                    Availability::Away,
                    Availability::DoNotDisturb,
                ]),
            },
            14 if story.once_in(4) => {
                ClientMessage::SetUp { call, milliseconds: story.number(), relayed: story.once_in(2) }
            }
            14 if story.once_in(2) => ClientMessage::Ping {},
            14 => ClientMessage::Leaving {},
            _ => ClientMessage::Goodbye {},
        }
    }

    /// As a socket hears it.
    fn hears(&mut self, socket: usize, text: &str, story: &mut Story) {
        let seat = self.sockets[socket].get_or_insert_default().seat;
        let ClientFrame { id, message } = match parse(text) {
            Ok(frame) => frame,
            Err(mistake) => {
                use ErrorCode::{BadMessage, Outdated, TooDeep};
                assert!(matches!(mistake.code, BadMessage | Outdated | TooDeep), "{mistake:?}");
                return;
            }
        };
        survives_being_written(id, &message);
        match (seat, message) {
            (None, ClientMessage::Hello(hello)) => self.joins(socket, id, hello, story),
            // The socket answers by itself: hello first, or hello once.
            (None, _) | (Some(_), ClientMessage::Hello(_)) => {}
            (Some((peer, connection)), message) => self.obeys(peer, connection, id, message),
        }
    }

    fn joins(&mut self, socket: usize, id: u32, hello: Hello, story: &mut Story) {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        let claim = hello.ticket.and_then(|ticket| self.claims.get(ticket.parse::<usize>().ok()?).cloned());
        // Signed for one peer, and good for no other.
        let own = |(holder, grant): (PeerId, Grant)| {
            claim.as_ref().is_some_and(|claim| claim.peer == holder).then_some(grant)
        };
        let grant = hello.grant.and_then(|grant| self.grants.get(grant.parse::<usize>().ok()?).cloned());
        let grant = grant.and_then(own);
        // Drawn at random by the hub: hardly ever somebody who is there.
        let there = self.registry.peers().map(|(peer, ..)| peer).next();
        let fresh = PeerId::from_random(self.connections.wrapping_mul(0x9e37_79b9));
        let fresh = there.filter(|_| story.once_in(32)).unwrap_or(fresh);
        let (nickname, incarnation) = (hello.nickname, hello.incarnation);
        let join = Join { connection, id, fresh, nickname, incarnation, claim, grant };
        let answers = self.input(Input::Join(join), Some(connection));
        assert_eq!(answers, [(connection, id)], "a hello is answered once");
        let seat = self.members.get(&connection).map(|member| (member.peer, connection));
        self.sockets[socket] = Some(Socket { seat });
    }

    fn obeys(&mut self, peer: PeerId, connection: ConnectionId, id: u32, message: ClientMessage) {
        use ClientMessage::{Goodbye, Leaving, SetAvailability, SetUp, Signal};
        let is_heard = self.members.contains_key(&connection);
        let is_silent = matches!(
            message,
            Goodbye {} | Leaving {} | SetAvailability { .. } | SetUp { .. } | Signal { .. }
        );
        let answers = self.input(Input::Message { peer, connection, id, message }, None);
        match (is_heard, is_silent) {
            (false, _) => assert_eq!(answers, [], "a socket whose peer has another one was heard"),
            (true, false) => assert_eq!(answers, [(connection, id)], "not answered once"),
            (true, true) => assert!(answers.is_empty() || answers == [(connection, id)]),
        }
    }

    fn loses(&mut self, socket: usize) {
        let Some((peer, connection)) = self.sockets[socket].take().and_then(|socket| socket.seat) else {
            return;
        };
        // What was due before that comes first, and is told to whoever is still there.
        self.input(Input::Tick, None);
        self.members.remove(&connection);
        self.input(Input::Closed { peer, connection }, None);
    }

    /// It does not read: the hub gives it up, and its socket notices later.
    fn drops(&mut self, socket: usize) {
        let Some((peer, connection)) = self.sockets[socket].and_then(|socket| socket.seat) else { return };
        self.input(Input::Tick, None);
        if self.members.remove(&connection).is_some() {
            self.input(Input::Closed { peer, connection }, None);
        }
    }

    /// Everything is forgotten but what people hold.
    fn restarts(&mut self) {
        self.registry = Registry::new(LIMITS, self.timeouts.clone());
        self.members.clear();
        self.recorded.clear();
        self.sockets = [None; SOCKETS];
    }

    fn ticks(&mut self) {
        if let Some(at) = self.registry.next_deadline() {
            self.now = self.now.max(at);
            self.input(Input::Tick, None);
        }
    }

    /// Gives back which questions were answered.
    fn input(&mut self, input: Input, newcomer: Option<ConnectionId>) -> Vec<(ConnectionId, u32)> {
        let deliveries = self.registry.handle(input, self.now);
        let mut answers = Vec::new();
        for delivery in deliveries {
            answers.extend(self.deliver(delivery, newcomer));
        }
        promises::are_kept(&self.registry, LIMITS, self.now);
        let calls: BTreeSet<CallId> = self.registry.calls().map(|call| call.call).collect();
        assert_eq!(self.recorded, calls, "what was recorded is not what goes on");
        answers
    }

    /// To connections that are there, and to nobody else.
    fn deliver(&mut self, delivery: Delivery, newcomer: Option<ConnectionId>) -> Option<(ConnectionId, u32)> {
        match delivery {
            Delivery::Welcome { to, id, admission } => {
                assert_eq!(Some(to), newcomer, "a welcome for somebody who said no hello");
                let peer = admission.peer;
                assert_eq!(self.registry.nickname(peer), Some(&admission.nickname));
                assert!(!admission.contacts.joined.contains_key(&peer), "{peer} is told of itself");
                let call = admission.call.iter().flat_map(|call| &call.members);
                assert!(admission.call.is_none() || call.into_iter().any(|member| member.peer == peer));
                let mut member = Member { peer, contacts: BTreeMap::new() };
                member.is_told(&admission.contacts);
                self.members.insert(to, member);
                self.claims.push(Claim { peer, nickname: admission.nickname });
                Some((to, id))
            }
            Delivery::Send { to, id, message } => {
                let member = self.members.get_mut(&to);
                assert!(member.is_some() || newcomer == Some(to), "{message:?} goes to nobody");
                if let (Some(member), ServerMessage::Presence(presence)) = (member, &message) {
                    member.is_told(presence);
                }
                id.map(|id| (to, id))
            }
            Delivery::Introduce { to, people } => {
                let member = self.members.get_mut(&to);
                member.expect("somebody who came in").is_told(&people);
                None
            }
            Delivery::Grant { to, peer, grant } => {
                assert_eq!(
                    self.members.get(&to).map(|member| member.peer),
                    Some(peer),
                    "somebody else's grant"
                );
                assert!(!grant.others.is_empty() && !grant.others.contains(&peer));
                if self.grants.len() < GRANTS_MOST {
                    self.grants.push((peer, grant));
                }
                None
            }
            Delivery::Broadcast(message) => {
                let ServerMessage::Presence(presence) = message else {
                    panic!("{message:?} is for everybody")
                };
                let both = presence.left.iter().find(|peer| presence.joined.contains_key(peer));
                assert_eq!(both, None, "came and left");
                self.members.values_mut().for_each(|member| member.is_told(&presence));
                None
            }
            Delivery::Close { connection, .. } => {
                assert!(self.members.remove(&connection).is_some(), "{connection:?} is closed already");
                None
            }
            Delivery::Record(event) => {
                match event {
                    Event::Rings { call, .. } | Event::Joined { call, .. } => _ = self.recorded.insert(call),
                    Event::Ended { call, .. } => assert!(self.recorded.remove(&call), "{call} ends twice"),
                    Event::Returned { .. } | Event::SetUp { .. } => {}
                }
                None
            }
        }
    }

    /// What has gathered is told; then everybody knows the same room.
    fn settles(&mut self) {
        while self.registry.next_deadline().is_some_and(|at| at <= self.now + self.timeouts.presence_tick) {
            self.ticks();
        }
        let there: BTreeMap<PeerId, (Nickname, Status)> = self
            .registry
            .peers()
            .map(|(peer, nickname, status)| (peer, (nickname.clone(), status)))
            .collect();
        for member in self.members.values() {
            let mut others = there.clone();
            assert!(others.remove(&member.peer).is_some(), "{} is not in its room", member.peer);
            let mut known = member.contacts.clone();
            known.remove(&member.peer);
            assert_eq!(known, others, "{} was told of another room", member.peer);
        }
    }

    /// Everybody goes, and nothing is left.
    fn empties(&mut self) {
        (0..SOCKETS).for_each(|socket| self.loses(socket));
        let mut deadlines = 0;
        while self.registry.next_deadline().is_some() {
            self.ticks();
            deadlines += 1;
            assert!(deadlines < DEADLINES_MOST, "something is due for ever");
        }
        assert!(
            self.registry.is_empty() && self.registry.calls().next().is_none(),
            "somebody stays for ever"
        );
    }
}

impl Member {
    /// In the order that the protocol says.
    fn is_told(&mut self, Presence { joined, status, left }: &Presence) {
        let joined = joined.iter().map(|(peer, nickname)| (*peer, (nickname.clone(), Status::Available)));
        self.contacts.extend(joined);
        for (peer, status) in status {
            if let Some((_, known)) = self.contacts.get_mut(peer) {
                *known = *status;
            }
        }
        left.iter().for_each(|peer| drop(self.contacts.remove(peer)));
    }
}

fn payload(story: &mut Story) -> Payload {
    let nested = story.below(MAX_DEPTH + 4);
    let value =
        (0..nested).fold(serde_json::Value::from(story.text()), |inner, _| [inner].into_iter().collect());
    Payload::write(&value).expect("JSON can be written")
}

fn survives_being_written(id: u32, message: &ClientMessage) {
    let frame = ClientFrame { id, message: message.clone() };
    let text = serde_json::to_string(&frame).expect("what was read can be written");
    assert_eq!(parse(&text).as_ref(), Ok(&frame), "{text}");
}
