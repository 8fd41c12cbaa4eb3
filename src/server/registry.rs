//! One room: who is there, who rings whom, who is in a call with whom. Called by the hub for each message of
//! each socket of the room, and by the simulation.
//!
//! **Nothing in here waits, asks the clock, rolls dice, signs or touches a socket.** Time, random ids and the
//! claims of verified tickets come in with the input; what is to be sent goes out as deliveries, in order.
//!
//! **A call has at least two members, each of whom is in the room and in no other call; whoever was invited
//! was invited by a member who has joined.** Only a call that is taken up again after a restart counts those
//! who are still awaited with its members.

mod call;
mod changes;
mod deadlines;
mod declines;
mod inbox;
mod joining;
mod leaving;
mod peer;
mod relay;
mod reunion;
mod ringing;
mod vocabulary;

use std::{collections::BTreeMap, mem, time::Duration};

pub use self::vocabulary::{Admission, Claim, ConnectionId, Delivery, Event, Grant, Input, Join, RoomLimits};
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
        CLOSE_NORMAL, CallId, CallState, ClientMessage, EndReason, ErrorCode, Nickname, PeerId,
        ServerMessage, Status,
    },
    settings::Timeouts,
};

#[derive(Debug)]
pub struct Registry {
    limits: RoomLimits,
    timeouts: Timeouts,
    /// Of the input being handled.
    now: Duration,
    peers: BTreeMap<PeerId, Peer>,
    names: BTreeMap<Skeleton, PeerId>,
    calls: BTreeMap<CallId, Call>,
    /// Calls that ended while somebody was awaited, who is to be told.
    over: BTreeMap<CallId, EndReason>,
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
            over: BTreeMap::new(),
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

    /// How many are in the room, those in grace too.
    #[must_use]
    pub fn len(&self) -> usize {
        self.peers.len()
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
            Due::Reunion(call) => self.end_reunion(call),
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
            ClientMessage::SetUp { call, milliseconds, relayed } => {
                self.note_set_up(asked.by, call, Duration::from_millis(milliseconds.into()), relayed)
            }
            ClientMessage::Ping {} => {
                self.note_taking_part(asked.by);
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

    fn record(&mut self, event: Event) {
        self.out.push(Delivery::Record(event));
    }

    fn connection(&self, peer: PeerId) -> Option<ConnectionId> {
        self.peers.get(&peer)?.link.connection()
    }
}

#[cfg(test)]
mod tests;
