//! Why a connection ends, and what its client is told.

use tokio_tungstenite::tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use crate::{
    protocol::{
        CLOSE_ABUSE, CLOSE_GOING_AWAY, CLOSE_NO_HELLO, CLOSE_NORMAL, CLOSE_OUTDATED, CLOSE_SILENT,
        CLOSE_SUPERSEDED, CLOSE_TOO_SLOW, ErrorCode, MAX_MESSAGE_BYTES, ServerMessage,
    },
    server::sentences::Refusal,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client closed the connection, or it broke: there is nobody to tell.
    Gone,
    /// The page was closed or is loaded anew (1001).
    PageGone,
    /// It left the room on purpose.
    Goodbye,
    TooLarge,
    /// A text that is not UTF-8.
    NotText,
    /// Not WebSocket (RFC 6455).
    Violation,
    TooManyConnections,
    NoHello,
    Outdated,
    Abuse,
    Silent,
    /// It does not read: the mailbox ran over, or a write took too long.
    TooSlow,
    /// A newer connection has taken the peer's place.
    Superseded,
    /// The server is shutting down.
    GoingAway,
}

impl Ending {
    /// What a mailbox was closed with.
    pub fn of_code(code: u16) -> Self {
        match code {
            CLOSE_NORMAL => Self::Goodbye,
            CLOSE_GOING_AWAY => Self::GoingAway,
            CLOSE_SUPERSEDED => Self::Superseded,
            _ => Self::TooSlow,
        }
    }

    /// The one place where causes become close codes (RFC 6455, section 7.4).
    pub fn close_frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone | Self::PageGone => return None,
            Self::Goodbye => (CLOSE_NORMAL.into(), "goodbye".into()),
            Self::TooLarge => {
                (CloseCode::Size, format!("a message may have at most {MAX_MESSAGE_BYTES} bytes"))
            }
            Self::NotText => (CloseCode::Invalid, "a text must be UTF-8".into()),
            Self::Violation => (CloseCode::Protocol, "not WebSocket as RFC 6455 has it".into()),
            Self::TooManyConnections => (CloseCode::Again, "too many connections from this address".into()),
            Self::GoingAway => (CLOSE_GOING_AWAY.into(), "the server is shutting down".into()),
            Self::NoHello => (CLOSE_NO_HELLO.into(), "no hello in time".into()),
            Self::Outdated => (CLOSE_OUTDATED.into(), "another version of the protocol".into()),
            Self::Abuse => (CLOSE_ABUSE.into(), "too many wrong messages".into()),
            Self::Silent => (CLOSE_SILENT.into(), "nothing heard for too long".into()),
            Self::TooSlow => (CLOSE_TOO_SLOW.into(), "what was sent is not being read".into()),
            Self::Superseded => (CLOSE_SUPERSEDED.into(), "a newer connection took over".into()),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }

    /// Whether whoever runs the server should know. How often it happens is limited by how many connections an address
    /// may open.
    pub fn is_harm(self) -> bool {
        matches!(self, Self::TooLarge | Self::NotText | Self::Violation | Self::Abuse)
    }

    /// What is said before the close, for clients that show it to people.
    pub fn farewell(self) -> Option<ServerMessage> {
        match self {
            Self::GoingAway => Some(ServerMessage::GoingAway {}),
            Self::TooManyConnections => Some(Refusal::Plain(ErrorCode::TooManyConnections).into()),
            _ => None,
        }
    }
}
