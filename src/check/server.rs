//! The way to the server and back, in a room of the doctor's own: nobody sees anybody come. Its welcome names the relay.

use std::time::Duration;

use super::{Effect, Step, Time, finding::Finding};
use crate::{
    call::input::SocketEvent,
    protocol::{
        ClientFrame, ClientMessage, ErrorCode, Hello, IceServer, Incarnation, Room, RoomCode, ServerFrame,
        ServerMessage, VERSION,
    },
};

/// One that has just started lets those in first who were there before.
const WELCOME: Duration = Duration::from_secs(12);
const PONGS: Duration = Duration::from_secs(8);
/// An odd number: one in the middle is that of a real ping.
const PINGS: usize = 5;
const NICKNAME: &str = "Check";

#[derive(Clone, Debug, Default)]
pub struct Server {
    pub(super) step: Step<Reached>,
    random: u128,
    next_frame: u32,
    /// The ping that is under way: its frame, and when it went out.
    ping: Option<(u32, Time)>,
    trips: Vec<Duration>,
    ice_servers: Vec<IceServer>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The median.
    In(Duration),
    /// It let nobody in, or answered no ping.
    Refused(ErrorCode),
    Silent,
    Not,
}

impl Server {
    pub fn open(&mut self, random: u128, now: Time) {
        self.random = random;
        self.step = Step::running(now, WELCOME);
    }

    pub fn said(&mut self, event: SocketEvent, now: Time) -> Vec<Effect> {
        if !self.step.is_running() {
            return Vec::new();
        }
        match event {
            SocketEvent::Opened => {
                let hello = self.hello();
                vec![self.send(hello)]
            }
            SocketEvent::Closed { .. } => {
                self.step = Step::Found(Reached::Not);
                Vec::new()
            }
            SocketEvent::Message(ServerFrame { id, message }) => self.heard(id, message, now),
        }
    }

    fn heard(&mut self, id: Option<u32>, message: ServerMessage, now: Time) -> Vec<Effect> {
        match message {
            ServerMessage::Welcome(welcome) if self.ping.is_none() => {
                self.ice_servers = welcome.ice_servers;
                self.step = Step::running(now, PONGS);
                vec![self.ping(now)]
            }
            ServerMessage::Pong {} => self.ponged(id, now),
            ServerMessage::Error { code, .. } => {
                self.step = Step::Found(Reached::Refused(code));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn ponged(&mut self, id: Option<u32>, now: Time) -> Vec<Effect> {
        let Some((_, sent)) = self.ping.filter(|(frame, _)| Some(*frame) == id) else { return Vec::new() };
        self.trips.push(now.saturating_sub(sent));
        if self.trips.len() < PINGS {
            return vec![self.ping(now)];
        }
        self.trips.sort_unstable();
        let median = self.trips.get(PINGS / 2).copied().unwrap_or_default();
        let goodbye = self.send(ClientMessage::Goodbye {});
        self.step = Step::Found(Reached::In(median));
        vec![goodbye]
    }

    pub fn tick(&mut self, now: Time) {
        if self.step.is_due(now) {
            self.step = Step::Found(if self.ping.is_some() { Reached::Silent } else { Reached::Not });
        }
    }

    #[must_use]
    pub fn ice_servers(&self) -> &[IceServer] {
        &self.ice_servers
    }

    /// Calls need nothing more of it.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        matches!(self.step, Step::Found(Reached::In(_)))
    }

    #[must_use]
    pub fn finding(&self) -> Finding {
        match self.step {
            Step::Waiting => Finding::Waiting,
            Step::Running { .. } => Finding::AskingServer,
            Step::Found(reached) => Finding::Server(reached),
        }
    }

    fn hello(&self) -> ClientMessage {
        ClientMessage::Hello(Hello {
            version: VERSION,
            room: Room::Private(RoomCode::from_random(self.random as u64)),
            nickname: NICKNAME.into(),
            incarnation: Incarnation::from_random((self.random >> 64) as u64),
            ticket: None,
            grant: None,
        })
    }

    fn ping(&mut self, now: Time) -> Effect {
        self.ping = Some((self.next_frame, now));
        self.send(ClientMessage::Ping {})
    }

    fn send(&mut self, message: ClientMessage) -> Effect {
        let id = self.next_frame;
        self.next_frame += 1;
        Effect::Send(ClientFrame { id, message })
    }
}
