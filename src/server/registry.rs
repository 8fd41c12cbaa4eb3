//! One room: who is there, who rings whom, who is in a call with whom. Called by the hub for each message of
//! each socket of the room, and by the simulation.
//!
//! **Nothing in here waits, asks the clock, rolls dice, signs or touches a socket.** Time, random ids and the
//! claims of verified tickets come in with the input; what is to be sent goes out as deliveries, in order.
//!
//! **A call has at least two members, each of whom is in the room and in no other call; whoever was invited
//! was invited by a member who has joined.**

mod call;
mod changes;
mod deadlines;
mod declines;
mod inbox;
mod joining;
mod leaving;
mod peer;
mod relay;
mod ringing;

use std::{collections::BTreeMap, mem, time::Duration};

use self::{
    call::Call,
    changes::Changes,
    deadlines::{Deadlines, Due},
    declines::Declines,
    peer::Peer,
};
use super::{names::Skeleton, sentences::Refusal};
use crate::{
    protocol::{
        Availability, BootId, CLOSE_NORMAL, CallId, CallState, ClientMessage, ErrorCode, IceServer,
        Incarnation, Nickname, PeerId, Presence, ServerMessage, Status, VERSION, Welcome,
    },
    settings::Timeouts,
};

/// One socket, unique among all that this server has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Join(Join),
    /// What a peer sent. Not heard when a newer connection has taken the peer's place.
    Message {
        peer: PeerId,
        connection: ConnectionId,
        id: u32,
        message: ClientMessage,
    },
    /// A connection is gone. Of no consequence when a newer one has taken the peer's place.
    Closed {
        peer: PeerId,
        connection: ConnectionId,
    },
    /// Time has passed: the deadline that the registry named is reached.
    Tick,
}

/// Somebody says hello.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    pub connection: ConnectionId,
    /// Of the hello, for the answer.
    pub id: u32,
    /// Random, and nobody's in this room ([`Registry::knows`]): for somebody new.
    pub fresh: PeerId,
    /// As typed: for somebody new.
    pub nickname: String,
    pub incarnation: Incarnation,
    /// What a verified ticket for this room proves.
    pub claim: Option<Claim>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub peer: PeerId,
    pub nickname: Nickname,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// The join is granted: from now on this connection is that peer's, and hears what the room hears.
    Welcome { to: ConnectionId, id: u32, admission: Admission },
    /// To one connection, that of a peer or of a join that was refused. `id` is the message it answers.
    Send { to: ConnectionId, id: Option<u32>, message: ServerMessage },
    /// To every peer's connection.
    Broadcast(ServerMessage),
    /// Ends a connection whose peer has a newer one.
    Close { connection: ConnectionId, code: u16 },
}

/// A [`Welcome`] but for what the registry does not know.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    pub peer: PeerId,
    pub nickname: Nickname,
    pub availability: Availability,
    pub contacts: Presence,
    pub call: Option<CallState>,
}

impl Admission {
    #[must_use]
    pub fn complete(self, boot: BootId, ticket: String, ice_servers: Vec<IceServer>) -> Welcome {
        let Self { peer, nickname, availability, contacts, call } = self;
        Welcome { version: VERSION, boot, peer, nickname, ticket, availability, contacts, call, ice_servers }
    }
}

/// How much one room may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomLimits {
    pub peers: usize,
    /// Members of one call, invited ones among them.
    pub call_members: usize,
}

#[derive(Debug)]
pub struct Registry {
    limits: RoomLimits,
    timeouts: Timeouts,
    /// Of the input being handled.
    now: Duration,
    peers: BTreeMap<PeerId, Peer>,
    names: BTreeMap<Skeleton, PeerId>,
    calls: BTreeMap<CallId, Call>,
    changes: Changes,
    declines: Declines,
    deadlines: Deadlines,
    out: Vec<Delivery>,
}

/// The message being answered: whose it was, and its id.
#[derive(Clone, Copy, Debug)]
struct Asked {
    by: PeerId,
    id: u32,
}

impl Registry {
    #[must_use]
    pub fn new(limits: RoomLimits, timeouts: Timeouts) -> Self {
        Self {
            limits,
            timeouts,
            now: Duration::ZERO,
            peers: BTreeMap::new(),
            names: BTreeMap::new(),
            calls: BTreeMap::new(),
            changes: Changes::default(),
            declines: Declines::default(),
            deadlines: Deadlines::default(),
            out: Vec::new(),
        }
    }

    /// Whatever was due by `now` happens first, whether or not a tick came in time.
    pub fn handle(&mut self, input: Input, now: Duration) -> Vec<Delivery> {
        self.now = self.now.max(now);
        while let Some(due) = self.deadlines.pop(self.now) {
            self.expire(due);
        }
        match input {
            Input::Join(join) => self.join(join),
            Input::Message { peer, connection, id, message } => self.hear(peer, connection, id, message),
            Input::Closed { peer, connection } => self.lose(peer, connection),
            Input::Tick => {}
        }
        mem::take(&mut self.out)
    }

    /// When the registry wants [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.deadlines.next()
    }

    /// True when nobody is left, not even in grace: the room can be forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.peers.is_empty()
    }

    #[must_use]
    pub fn knows(&self, peer: PeerId) -> bool {
        self.peers.contains_key(&peer)
    }

    #[must_use]
    pub fn nickname(&self, peer: PeerId) -> Option<&Nickname> {
        self.peers.get(&peer).map(|peer| &peer.nickname)
    }

    /// Everybody in the room, those in grace too.
    pub fn peers(&self) -> impl Iterator<Item = (PeerId, &Nickname, Status)> {
        self.peers.iter().map(|(id, peer)| (*id, &peer.nickname, self.status(*id)))
    }

    pub fn calls(&self) -> impl Iterator<Item = CallState> {
        self.calls.iter().map(|(id, call)| self.snapshot(*id, call))
    }

    fn expire(&mut self, due: Due) {
        match due {
            Due::Presence => self.announce_changes(),
            Due::Ring { call, peer } => self.ring_out(call, peer),
            Due::Gone(peer) => self.forget(peer),
            Due::Forgive { caller, callee } => self.declines.forgive(caller, callee),
        }
    }

    fn hear(&mut self, by: PeerId, connection: ConnectionId, id: u32, message: ClientMessage) {
        let leaving = matches!(message, ClientMessage::Leaving {});
        let Some(peer) = self.peers.get_mut(&by) else { return };
        if !peer.link.heard(connection, leaving) {
            return;
        }
        if let Err(code) = self.obey(Asked { by, id }, message) {
            self.out.push(Delivery::Send {
                to: connection,
                id: Some(id),
                message: Refusal::Plain(code).into(),
            });
        }
    }

    fn obey(&mut self, asked: Asked, message: ClientMessage) -> Result<(), ErrorCode> {
        match message {
            ClientMessage::Hello(_) => Err(ErrorCode::HelloTwice),
            ClientMessage::SetAvailability { availability } => {
                self.set_availability(asked.by, availability);
                Ok(())
            }
            ClientMessage::Invite { call, peer, media } => self.invite(asked, call, peer, media),
            ClientMessage::Cancel { call, peer } => self.cancel(asked, call, peer),
            ClientMessage::Accept { call, media } => self.accept(asked, call, media),
            ClientMessage::Decline { call } => self.decline(asked, call),
            ClientMessage::Leave { call } => self.leave(asked, call),
            ClientMessage::Signal { call, to, payload } => self.relay(asked.by, call, to, payload),
            ClientMessage::Ping {} => {
                self.answer(asked, ServerMessage::Pong {});
                Ok(())
            }
            ClientMessage::Leaving {} => Ok(()),
            ClientMessage::Goodbye {} => {
                let connection = self.connection(asked.by);
                self.forget(asked.by);
                let code = CLOSE_NORMAL;
                self.out.extend(connection.map(|connection| Delivery::Close { connection, code }));
                Ok(())
            }
        }
    }

    /// Says something to a peer, unless its connection is lost: it learns the state of things when it is back.
    fn tell(&mut self, peer: PeerId, message: ServerMessage) {
        self.tell_answering(None, peer, message);
    }

    fn answer(&mut self, asked: Asked, message: ServerMessage) {
        self.tell_answering(Some(asked), asked.by, message);
    }

    /// The same words go to the one who asked, with the id of the question, and to others without it.
    fn tell_answering(&mut self, asked: Option<Asked>, peer: PeerId, message: ServerMessage) {
        let id = asked.filter(|asked| asked.by == peer).map(|asked| asked.id);
        if let Some(to) = self.connection(peer) {
            self.out.push(Delivery::Send { to, id, message });
        }
    }

    fn connection(&self, peer: PeerId) -> Option<ConnectionId> {
        self.peers.get(&peer)?.link.connection()
    }
}

#[cfg(test)]
mod tests;
