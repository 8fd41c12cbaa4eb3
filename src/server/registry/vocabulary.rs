//! What goes into a registry and what comes out.

use std::{sync::Arc, time::Duration};

use crate::protocol::{
    Availability, BootId, CallId, CallState, ClientMessage, EndReason, IceServer, Incarnation, Media,
    Nickname, PeerId, Presence, ServerMessage, VERSION, Welcome,
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
    /// What a verified grant for the peer of the claim proves.
    pub grant: Option<Grant>,
}

/// A participant's part in a call, as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub call: CallId,
    pub media: Media,
    /// The other participants.
    pub others: Vec<PeerId>,
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
    /// To one connection, that of a peer who came in: the people there are besides those in its welcome. Whoever comes
    /// in before the next broadcast shares them.
    Introduce { to: ConnectionId, people: Arc<Presence> },
    /// To one connection, that of this peer: its grant, to be signed.
    Grant { to: ConnectionId, peer: PeerId, grant: Grant },
    /// To every peer's connection.
    Broadcast(ServerMessage),
    /// Ends a connection whose peer has a newer one.
    Close { connection: ConnectionId, code: u16 },
    /// To nobody here: to whoever runs the server.
    Record(Event),
}

/// What is worth knowing about a room without knowing whose it is: connections are numbers, calls are what a caller
/// made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A peer's new connection, and the one that it takes the place of, if that is still there.
    Returned {
        connection: ConnectionId,
        instead_of: Option<ConnectionId>,
    },
    Rings {
        call: CallId,
        caller: Option<ConnectionId>,
        callee: Option<ConnectionId>,
    },
    /// Somebody has accepted, or was in this call before the server was started.
    Joined {
        call: CallId,
        connection: Option<ConnectionId>,
    },
    /// Somebody sees the other side, that long after the call was accepted.
    SetUp {
        took: Duration,
        relayed: bool,
    },
    /// `lasted` since there were two of them, as far as this server knows.
    Ended {
        call: CallId,
        reason: EndReason,
        lasted: Option<Duration>,
    },
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
    pub fn complete(
        self,
        boot: BootId,
        ticket: String,
        ice_servers: Vec<IceServer>,
        relay_only: bool,
    ) -> Welcome {
        let Self { peer, nickname, availability, contacts, call } = self;
        Welcome {
            version: VERSION,
            boot,
            peer,
            nickname,
            ticket,
            availability,
            contacts,
            call,
            ice_servers,
            relay_only,
        }
    }
}

/// How much one room may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomLimits {
    pub peers: usize,
    /// Members of one call, invited ones among them.
    pub call_members: usize,
}
