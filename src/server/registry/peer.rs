//! One person in the room.

use std::time::Duration;

use super::ConnectionId;
use crate::protocol::{Availability, CallId, EndReason, Incarnation, Nickname};

#[derive(Debug)]
pub(super) struct Peer {
    pub nickname: Nickname,
    pub incarnation: Incarnation,
    pub availability: Availability,
    pub link: Link,
    /// The call it is in or invited to. Either makes it busy.
    pub call: Option<CallId>,
    /// The call in which it was heard of: it took part, and was not gone already when it began.
    pub takes_part: Option<CallId>,
}

#[derive(Debug)]
pub(super) enum Link {
    Online {
        connection: ConnectionId,
        /// The page said that it is going away.
        leaving: bool,
    },
    /// In grace.
    Lost {
        until: Duration,
        /// What it missed: why its call is over.
        ended: Option<(CallId, EndReason)>,
    },
}

impl Link {
    pub fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Online { connection, .. } => Some(*connection),
            Self::Lost { .. } => None,
        }
    }

    /// Notes that something came over a connection. False when it is not the peer's. A page that said it is
    /// leaving and then says something else has stayed.
    pub fn heard(&mut self, from: ConnectionId, is_leaving: bool) -> bool {
        match self {
            Self::Online { connection, leaving } if *connection == from => {
                *leaving = is_leaving;
                true
            }
            _ => false,
        }
    }
}
