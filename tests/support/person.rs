//! A person with a well-behaved client.

use std::sync::Arc;

use tincan::protocol::{
    Availability, CallId, ClientFrame, ClientMessage, EndReason, ErrorCode, Hello, Incarnation, Media,
    Payload, PeerId, Presence, Room, ServerFrame, ServerMessage, VERSION, Welcome,
};

use super::{Closed, Raw, Server, page};

pub struct Person {
    pub server: Arc<Server>,
    pub raw: Raw,
    pub welcome: Welcome,
    /// The newest one.
    pub grant: Option<String>,
    last_id: u32,
}

/// How somebody comes in.
pub struct Entrance<'a> {
    pub room: Room,
    pub nickname: &'a str,
    pub incarnation: Incarnation,
    pub ticket: Option<String>,
    pub grant: Option<String>,
}

impl Person {
    pub async fn joins(server: &Arc<Server>, nickname: &str) -> Self {
        Self::joins_room(server, Room::Lobby, nickname).await
    }

    pub async fn joins_room(server: &Arc<Server>, room: Room, nickname: &str) -> Self {
        let entrance = Entrance { room, nickname, incarnation: page(1), ticket: None, grant: None };
        Self::enters(server, entrance).await.unwrap_or_else(|refused| panic!("{nickname} got {refused:?}"))
    }

    pub async fn enters(server: &Arc<Server>, entrance: Entrance<'_>) -> Result<Self, ServerMessage> {
        let mut raw = Raw::connects(server).await;
        Self::says_hello(&mut raw, entrance).await;
        match raw.hears().await.expect("the connection was closed") {
            ServerFrame { id: Some(1), message: ServerMessage::Welcome(welcome) } => {
                Ok(Self { server: Arc::clone(server), raw, welcome, grant: None, last_id: 1 })
            }
            frame => Err(frame.message),
        }
    }

    pub async fn says_hello(raw: &mut Raw, entrance: Entrance<'_>) {
        let Entrance { room, nickname, incarnation, ticket, grant } = entrance;
        let hello =
            Hello { version: VERSION, room, nickname: nickname.to_owned(), incarnation, ticket, grant };
        raw.says(written(1, ClientMessage::Hello(hello))).await;
    }

    /// The same peer on a new socket; the old one, if it is still there, is none of its business.
    pub async fn comes_back(&self, incarnation: Incarnation) -> Self {
        self.comes_back_to(&self.server, incarnation).await
    }

    pub async fn comes_back_to(&self, server: &Arc<Server>, incarnation: Incarnation) -> Self {
        let ticket = Some(self.welcome.ticket.clone());
        let grant = self.grant.clone();
        let entrance = Entrance { room: Room::Lobby, nickname: "", incarnation, ticket, grant };
        Self::enters(server, entrance).await.expect("was not let in again")
    }

    pub fn peer(&self) -> PeerId {
        self.welcome.peer
    }

    pub async fn says(&mut self, message: ClientMessage) -> u32 {
        self.last_id += 1;
        self.raw.says(written(self.last_id, message)).await;
        self.last_id
    }

    /// The next one that is no grant, which is kept.
    pub async fn hears_frame(&mut self) -> ServerFrame {
        loop {
            let frame = self.raw.hears().await.expect("the connection was closed");
            match frame.message {
                ServerMessage::Grant { grant, .. } => self.grant = Some(grant),
                _ => return frame,
            }
        }
    }

    /// The next message that is not about presence.
    pub async fn hears(&mut self) -> ServerMessage {
        loop {
            let message = self.hears_frame().await.message;
            if !matches!(message, ServerMessage::Presence(_)) {
                return message;
            }
        }
    }

    pub async fn hears_presence(&mut self) -> Presence {
        loop {
            if let ServerMessage::Presence(presence) = self.hears_frame().await.message {
                return presence;
            }
        }
    }

    /// Waits until somebody is in the list.
    pub async fn sees(&mut self, other: &Person) {
        let peer = other.peer();
        if !self.welcome.contacts.joined.contains_key(&peer) {
            while !self.hears_presence().await.joined.contains_key(&peer) {}
        }
    }

    /// What was said before the answer to a ping that is sent now, presence aside.
    pub async fn hears_before_fence(&mut self) -> Vec<ServerMessage> {
        let fence = self.says(ClientMessage::Ping {}).await;
        let mut heard = Vec::new();
        loop {
            match self.hears_frame().await {
                ServerFrame { id: Some(id), message: ServerMessage::Pong {} } if id == fence => return heard,
                ServerFrame { message: ServerMessage::Presence(_), .. } => {}
                frame => heard.push(frame.message),
            }
        }
    }

    pub async fn hears_nothing(&mut self) {
        assert_eq!(self.hears_before_fence().await, []);
    }

    /// Says something that is refused, and gives the reason.
    pub async fn is_refused(&mut self, message: ClientMessage) -> ErrorCode {
        let id = self.says(message).await;
        loop {
            match self.hears_frame().await {
                ServerFrame { id: answered, message: ServerMessage::Error { code, .. } } => {
                    assert_eq!(answered, Some(id));
                    return code;
                }
                ServerFrame { message: ServerMessage::Presence(_), .. } => {}
                frame => panic!("instead of a refusal: {frame:?}"),
            }
        }
    }

    pub fn invitation(call: CallId, callee: &Person) -> ClientMessage {
        ClientMessage::Invite { call, peer: callee.peer(), media: Media::Video }
    }

    pub fn signal(call: CallId, to: &Person, words: &str) -> ClientMessage {
        ClientMessage::Signal { call, to: to.peer(), payload: Payload::write(&words).unwrap() }
    }

    /// Rings, and waits until it rings there.
    pub async fn invites(&mut self, call: CallId, callee: &mut Person) {
        self.says(Self::invitation(call, callee)).await;
        assert_eq!(self.hears().await, ServerMessage::Ringing { call, peer: callee.peer() });
        let ServerMessage::Invited { from, .. } = callee.hears().await else { panic!("it does not ring") };
        assert_eq!(from, self.peer());
    }

    pub async fn accepts(&mut self, call: CallId) {
        self.says(ClientMessage::Accept { call, media: Media::Video }).await;
    }

    pub async fn declines(&mut self, call: CallId) {
        self.says(ClientMessage::Decline { call }).await;
    }

    pub async fn leaves(&mut self, call: CallId) {
        self.says(ClientMessage::Leave { call }).await;
    }

    pub async fn sets(&mut self, availability: Availability) {
        self.says(ClientMessage::SetAvailability { availability }).await;
    }

    pub async fn hears_joined(&mut self, call: CallId, other: PeerId) {
        match self.hears().await {
            ServerMessage::ParticipantJoined { call: joined, peer, .. }
                if (joined, peer) == (call, other) => {}
            message => panic!("instead of {other} joining: {message:?}"),
        }
    }

    /// Calls somebody who accepts; both have heard so.
    pub async fn connects(&mut self, call: CallId, callee: &mut Person) {
        self.invites(call, callee).await;
        callee.accepts(call).await;
        self.hears_joined(call, callee.peer()).await;
        callee.hears_joined(call, self.peer()).await;
        callee.hears_joined(call, callee.peer()).await;
    }

    pub async fn hears_ended(&mut self, call: CallId, reason: EndReason) {
        assert_eq!(self.hears().await, ServerMessage::CallEnded { call, reason });
    }

    pub async fn closed(&mut self) -> Closed {
        self.raw.closed().await
    }

    /// Cuts the connection without a word.
    pub fn vanishes(self) -> Ghost {
        Ghost { server: self.server, welcome: self.welcome }
    }
}

/// Somebody whose connection is lost.
pub struct Ghost {
    server: Arc<Server>,
    pub welcome: Welcome,
}

impl Ghost {
    pub async fn comes_back(&self, incarnation: Incarnation) -> Person {
        let ticket = Some(self.welcome.ticket.clone());
        let entrance = Entrance { room: Room::Lobby, nickname: "", incarnation, ticket, grant: None };
        Person::enters(&self.server, entrance).await.expect("was not let in again")
    }
}

fn written(id: u32, message: ClientMessage) -> String {
    serde_json::to_string(&ClientFrame { id, message }).unwrap()
}
