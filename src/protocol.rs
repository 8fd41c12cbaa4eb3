//! The wire between a browser and the server, shared by both.
//!
//! Every frame is one JSON text `{"id": …, "message": {"name": {…}}}`. PROTOCOL.md is the contract
//! in prose; a change here is a change there. What peers say to each other stands in a [`Payload`], which
//! the server forwards without looking inside.

mod id;
mod nickname;
mod payload;
mod room_code;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

pub use id::{BootId, CallId, Incarnation, ParseIdError, PeerId};
pub use nickname::{Nickname, NicknameError};
pub use payload::Payload;
pub use room_code::{RoomCode, RoomCodeError};

/// The version this build speaks, named by the first message.
pub const VERSION: u32 = 1;
/// Longest accepted WebSocket message from a browser, in bytes. A longer one closes the socket with 1009.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// The query of the socket's address when the client can inflate: a long `presence` may then come as a binary
/// message, in raw DEFLATE (RFC 1951).
pub const DEFLATE: &str = "deflate";
/// Deepest accepted nesting of arrays and objects in a message.
pub const MAX_DEPTH: usize = 32;
/// The server's close code for a peer that said goodbye (RFC 6455, section 7.4.1).
pub const CLOSE_NORMAL: u16 = 1000;
/// The server's close code when it shuts down (RFC 6455, section 7.4.1).
pub const CLOSE_GOING_AWAY: u16 = 1001;
/// The server's close code for a socket whose peer has a newer one: do not reconnect.
pub const CLOSE_SUPERSEDED: u16 = 4001;
/// The server's close code for a client of another protocol version: reload the page.
pub const CLOSE_OUTDATED: u16 = 4002;
/// The server's close code for a client that kept sending bad or too many messages.
pub const CLOSE_ABUSE: u16 = 4003;
/// The server's close code for a socket that did not say hello in time.
pub const CLOSE_NO_HELLO: u16 = 4004;
/// The server's close code for a peer that does not read what it is sent.
pub const CLOSE_TOO_SLOW: u16 = 4005;
/// The server's close code for a socket that said nothing for longer than the heartbeat allows.
pub const CLOSE_SILENT: u16 = 4006;

/// What a browser sends. `id` is the browser's own count; an answer carries it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientFrame {
    pub id: u32,
    pub message: ClientMessage,
}

/// What the server sends. `id` is there when the message answers one of the browser's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFrame {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    pub message: ServerMessage,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// The first message on every socket, and only the first.
    Hello(Hello),
    SetAvailability {
        availability: Availability,
    },
    /// Rings a peer. The first invitation with a new `call` also opens the call.
    Invite {
        call: CallId,
        peer: PeerId,
        media: Media,
    },
    /// Withdraws an invitation this peer made.
    Cancel {
        call: CallId,
        peer: PeerId,
    },
    Accept {
        call: CallId,
        media: Media,
    },
    Decline {
        call: CallId,
    },
    /// Leaves a call this peer is in.
    Leave {
        call: CallId,
    },
    /// Says something to another member of a call. The server adds who said it.
    Signal {
        call: CallId,
        to: PeerId,
        payload: Payload,
    },
    /// This peer sees the other side: how long that took since somebody accepted, and whether a relay passes it on. It is
    /// counted, and told to nobody.
    SetUp {
        call: CallId,
        milliseconds: u32,
        relayed: bool,
    },
    Ping {},
    /// The page is being closed or reloaded: shortens the grace.
    Leaving {},
    /// This person leaves the room on purpose: no grace at all. The server closes the socket with 1000.
    Goodbye {},
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    pub version: u32,
    pub room: Room,
    /// As typed. The server normalises it and answers with the result or a reason.
    pub nickname: String,
    /// Random for each page load: tells a reload from a socket that came back.
    pub incarnation: Incarnation,
    /// From an earlier welcome: asks for the same peer again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Of the call this peer is in: asks a server that has forgotten it to take it up again. Only with a ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Room {
    Lobby,
    Private(RoomCode),
}

/// What a person says of themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    #[default]
    Available,
    Away,
    DoNotDisturb,
}

/// What others see of a peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Available,
    /// Is being rung, or is ringing somebody.
    Ringing,
    InCall,
    Away,
    DoNotDisturb,
}

/// How a person starts or answers a call. Both can be changed during it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    Voice,
    Video,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerMessage {
    Welcome(Welcome),
    Presence(Presence),
    /// Somebody calls: ring.
    Invited {
        call: CallId,
        from: PeerId,
        media: Media,
        /// Everybody already in the call, `from` among them.
        participants: Vec<PeerId>,
    },
    /// The answer to `invite`: it rings there.
    Ringing {
        call: CallId,
        peer: PeerId,
    },
    /// An invitation to a call that goes on without it has ended; sent to the participants.
    InvitationEnded {
        call: CallId,
        peer: PeerId,
        reason: EndReason,
    },
    /// Sent to every participant, the new one too. A second one for the same peer with another incarnation
    /// means that its page was loaded again.
    ParticipantJoined {
        call: CallId,
        peer: PeerId,
        media: Media,
        incarnation: Incarnation,
    },
    /// A participant of a call that goes on without it has left; sent to the others.
    ParticipantLeft {
        call: CallId,
        peer: PeerId,
        reason: EndReason,
    },
    /// The call is over for the receiver, ringing or not.
    CallEnded {
        call: CallId,
        reason: EndReason,
    },
    Signal {
        call: CallId,
        from: PeerId,
        payload: Payload,
    },
    /// A fresh ticket in place of the one from the welcome, and fresh credentials for the relay with it.
    Ticket {
        ticket: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ice_servers: Vec<IceServer>,
    },
    /// Proves that this peer is in the call, and who else is. A later one takes its place.
    Grant {
        call: CallId,
        grant: String,
    },
    Pong {},
    /// The server is shutting down. Calls go on; reconnect.
    GoingAway {},
    Error {
        code: ErrorCode,
        /// For people, in English.
        sentence: String,
        /// With `nickname_taken`: a free one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suggestion: Option<Nickname>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    pub version: u32,
    /// Another one than before: the server has restarted and knows nothing of earlier calls.
    pub boot: BootId,
    pub peer: PeerId,
    pub nickname: Nickname,
    pub ticket: String,
    pub availability: Availability,
    /// Everybody else in the room.
    pub contacts: Presence,
    /// The call this peer is in or invited to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallState>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ice_servers: Vec<IceServer>,
    /// The host wants every call to go through a relay: `iceTransportPolicy` is to be `relay`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub relay_only: bool,
}

/// Changes of who is there. A peer in `joined` without an entry in `status` is available.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joined: BTreeMap<PeerId, Nickname>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub status: BTreeMap<PeerId, Status>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<PeerId>,
}

/// A call as a snapshot, for a peer that comes back to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallState {
    pub call: CallId,
    pub members: Vec<Member>,
    /// Participants who have not come back since the server was restarted. Each either joins or leaves within a minute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<PeerId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub peer: PeerId,
    pub incarnation: Incarnation,
    pub media: Media,
    /// Who invited this member; nobody for the one who opened the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<PeerId>,
    /// False while it rings.
    pub joined: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EndReason {
    Declined,
    Cancelled,
    NoAnswer,
    HungUp,
    /// The other side closed its page, or was gone for longer than the grace.
    Gone,
    /// Both called each other at once: this call gave way to the other one.
    Superseded {
        by: CallId,
    },
}

/// One entry of `RTCConfiguration.iceServers` (W3C WebRTC, section 4.2.2).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl IceServer {
    /// Whether it is a relay, for media as well (RFC 7065).
    #[must_use]
    pub fn relays(&self) -> bool {
        self.urls.iter().any(|url| url.starts_with("turn:") || url.starts_with("turns:"))
    }
}

impl fmt::Debug for IceServer {
    /// Without the credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Why a message was refused. Refusing costs nothing but the message itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, not a known message, an unknown field, or a value of the wrong kind.
    BadMessage,
    /// A binary frame.
    Binary,
    TooDeep,
    TooManyMessages,
    HelloFirst,
    HelloTwice,
    /// The client speaks another version: reload the page.
    Outdated,
    NicknameInvalid,
    NicknameTaken,
    LobbyClosed,
    RoomFull,
    TooManyRooms,
    TooManyConnections,
    /// Nobody of that id is in the room.
    UnknownPeer,
    /// The peer's connection is lost; it may come back.
    Offline,
    Busy,
    DoNotDisturb,
    /// Declined twice: wait a minute.
    DeclinedRecently,
    /// A peer cannot call itself.
    Yourself,
    /// This peer is in a call, or rings, already.
    AlreadyInCall,
    CallIdTaken,
    /// No such call, or this peer has no part in it.
    UnknownCall,
    /// Only after accepting.
    NotAccepted,
    /// The call has as many members as it may.
    CallFull,
}
