//! The rules of a room. Each test is told as a story in [`Story`].

mod calling;
mod glare;
mod presence;
mod returning;
mod reunion;
mod signals;

use std::{collections::BTreeMap, time::Duration};

use super::{Admission, Claim, ConnectionId, Delivery, Event, Grant, Input, Join, Registry, RoomLimits};
use crate::{
    protocol::{
        CallId, ClientMessage, EndReason, ErrorCode, Incarnation, Media, Nickname, Payload, PeerId,
        ServerMessage,
    },
    settings::Timeouts,
};

/// A room with its clock, and what every connection has received and not yet looked at.
struct Story {
    registry: Registry,
    timeouts: Timeouts,
    now: Duration,
    received: BTreeMap<ConnectionId, Vec<ServerMessage>>,
    admissions: BTreeMap<ConnectionId, Admission>,
    closed: Vec<(ConnectionId, u16)>,
    /// The newest grant of each peer.
    grants: BTreeMap<PeerId, Grant>,
    journal: Vec<Event>,
    people: u64,
}

/// Somebody in the story, on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Person {
    peer: PeerId,
    connection: ConnectionId,
}

fn call(number: u128) -> CallId {
    CallId::from_random(number)
}

fn page(number: u64) -> Incarnation {
    Incarnation::from_random(number)
}

fn ended(call: CallId, reason: EndReason) -> ServerMessage {
    ServerMessage::CallEnded { call, reason }
}

fn code(message: &ServerMessage) -> Option<ErrorCode> {
    if let ServerMessage::Error { code, .. } = message { Some(*code) } else { None }
}

impl Story {
    fn begin() -> Self {
        let timeouts = Timeouts::default();
        Self {
            registry: Registry::new(RoomLimits { peers: 50, call_members: 4 }, timeouts.clone()),
            timeouts,
            now: Duration::ZERO,
            received: BTreeMap::new(),
            admissions: BTreeMap::new(),
            closed: Vec::new(),
            grants: BTreeMap::new(),
            journal: Vec::new(),
            people: 0,
        }
    }

    /// Alice, Bob and Carol, who know each other.
    fn of_three() -> (Self, Person, Person, Person) {
        let mut story = Self::begin();
        let [alice, bob, carol] = ["Alice", "Bob", "Carol"].map(|name| story.joins(name));
        story.settle();
        (story, alice, bob, carol)
    }

    fn handle(&mut self, input: Input) {
        for delivery in self.registry.handle(input, self.now) {
            match delivery {
                Delivery::Welcome { to, admission, .. } => {
                    self.received.insert(to, Vec::new());
                    self.admissions.insert(to, admission);
                }
                Delivery::Send { to, message, .. } => self.received.entry(to).or_default().push(message),
                Delivery::Introduce { to, people } => {
                    self.received.entry(to).or_default().push(ServerMessage::Presence((*people).clone()));
                }
                Delivery::Grant { peer, grant, .. } => drop(self.grants.insert(peer, grant)),
                Delivery::Broadcast(message) => {
                    self.received.values_mut().for_each(|received| received.push(message.clone()));
                }
                Delivery::Close { connection, code } => {
                    self.received.remove(&connection);
                    self.closed.push((connection, code));
                }
                Delivery::Record(event) => self.journal.push(event),
            }
        }
    }

    fn says_hello(&mut self, nickname: &str, incarnation: Incarnation, claim: Option<Claim>) -> ConnectionId {
        self.says_hello_with(nickname, incarnation, claim, None)
    }

    fn says_hello_with(
        &mut self,
        nickname: &str,
        incarnation: Incarnation,
        claim: Option<Claim>,
        grant: Option<Grant>,
    ) -> ConnectionId {
        self.people += 1;
        let connection = ConnectionId(self.people);
        let fresh = PeerId::from_random(1000 + self.people);
        let nickname = nickname.to_owned();
        self.handle(Input::Join(Join { connection, id: 1, fresh, nickname, incarnation, claim, grant }));
        connection
    }

    fn joins(&mut self, nickname: &str) -> Person {
        let connection = self.says_hello(nickname, page(1), None);
        Person { peer: self.admissions[&connection].peer, connection }
    }

    fn comes_back(&mut self, who: Person, incarnation: Incarnation) -> Person {
        let nickname = self.admissions[&who.connection].nickname.clone();
        let connection = self.says_hello("", incarnation, Some(Claim { peer: who.peer, nickname }));
        Person { peer: self.admissions[&connection].peer, connection }
    }

    fn refusal(&mut self, connection: ConnectionId) -> ServerMessage {
        assert!(!self.admissions.contains_key(&connection), "was let in");
        self.received.remove(&connection).unwrap().pop().unwrap()
    }

    fn says(&mut self, who: Person, message: ClientMessage) {
        self.handle(Input::Message { peer: who.peer, connection: who.connection, id: 7, message });
    }

    fn invites(&mut self, who: Person, call: CallId, callee: Person) {
        self.says(who, ClientMessage::Invite { call, peer: callee.peer, media: Media::Video });
    }

    fn accepts(&mut self, who: Person, call: CallId) {
        self.says(who, ClientMessage::Accept { call, media: Media::Voice });
    }

    fn declines(&mut self, who: Person, call: CallId) {
        self.says(who, ClientMessage::Decline { call });
    }

    fn leaves(&mut self, who: Person, call: CallId) {
        self.says(who, ClientMessage::Leave { call });
    }

    fn signals(&mut self, who: Person, call: CallId, to: Person, words: &str) {
        let payload = Payload::write(&words).unwrap();
        self.says(who, ClientMessage::Signal { call, to: to.peer, payload });
    }

    fn loses_socket(&mut self, who: Person) {
        self.received.remove(&who.connection);
        self.handle(Input::Closed { peer: who.peer, connection: who.connection });
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
        self.handle(Input::Tick);
    }

    /// Presence goes out, and everybody forgets what they have heard.
    fn settle(&mut self) {
        self.passes(self.timeouts.presence_tick);
        self.received.values_mut().for_each(Vec::clear);
    }

    /// What somebody has received since the last look, presence aside.
    fn hears(&mut self, who: Person) -> Vec<ServerMessage> {
        let received = self.received.get_mut(&who.connection).map(std::mem::take).unwrap_or_default();
        received.into_iter().filter(|message| !matches!(message, ServerMessage::Presence(_))).collect()
    }

    fn hears_refusal(&mut self, who: Person) -> Option<ErrorCode> {
        self.hears(who).iter().find_map(code)
    }

    fn joined(&self, call: CallId, who: Person) -> ServerMessage {
        self.registry.participant_joined(call, who.peer).unwrap()
    }

    /// Two people in a call, everything about it heard.
    fn connects(&mut self, caller: Person, callee: Person, number: u128) -> CallId {
        let id = call(number);
        self.invites(caller, id, callee);
        self.accepts(callee, id);
        self.settle();
        id
    }
}
