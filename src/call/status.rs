//! What a call is doing, as one enum: the status line, the live region and the tests read nothing else.

use std::time::Duration;

use super::{Time, attempt::Attempt};
use crate::protocol::{EndReason, ErrorCode, Media};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// The invitation is on its way.
    Calling,
    /// It rings there.
    Ringing,
    /// Somebody rings here.
    Incoming {
        media: Media,
    },
    Connecting(Step),
    Connected {
        since: Time,
        /// For how long it had stood already when this page, loaded again, came back to it.
        earlier: Duration,
    },
    /// The path is lost and being looked for; `long` when that takes long enough to say so.
    Reconnecting {
        long: bool,
    },
    Ended {
        why: Ended,
        lasted: Option<Duration>,
    },
}

/// What is being waited for before a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The descriptions are on their way.
    Introducing,
    FindingPath,
    /// Candidates have been checked for long, without success.
    StillFindingPath,
    Securing,
}

/// Why a call ended, as the person on this side sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// This person hung up, cancelled or declined.
    Here,
    /// The server's word.
    There(EndReason),
    /// The invitation was refused.
    Refused(ErrorCode),
    /// No path was found, or it was lost for too long.
    NoPath(Attempt),
    /// The server was gone before the other side could answer.
    NoServer,
    /// The browser could not do its part.
    Browser,
}
