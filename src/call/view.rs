//! The phone as the screen sees it: plain data, compared before it is shown.

use std::time::Duration;

use super::{
    control::MediaState,
    local::{DeviceInfo, DeviceState, Facing, Sharing},
    preferences::Preferences,
    recording::{RecorderView, There},
    status::CallStatus,
};
use crate::protocol::{Availability, CallId, ErrorCode, Media, Nickname, PeerId, Room, Status};

/// Everything but the contacts, which are many and have a signal of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub entry: Entry,
    pub link: Link,
    pub call: Option<CallView>,
    pub local: LocalView,
    /// Calls that rang in vain, newest first.
    pub missed: Vec<Missed>,
    pub blocked: Vec<String>,
    pub preferences: Preferences,
    pub recorder: RecorderView,
    pub relay: RelayView,
}

/// What this person may choose about a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RelayView {
    /// The server names none.
    #[default]
    None,
    Offered,
    /// The host of the server has chosen for everybody.
    Required,
}

/// How far this person is into a room.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The nickname prompt; with what was wrong with the last try.
    Prompt {
        problem: Option<EntryProblem>,
    },
    Entering,
    Entered(Me),
}

#[derive(Clone, Debug, PartialEq)]
pub struct EntryProblem {
    pub code: ErrorCode,
    /// The server's words.
    pub sentence: String,
    /// A free nickname close to the one that was taken.
    pub suggestion: Option<Nickname>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Me {
    pub peer: PeerId,
    pub nickname: Nickname,
    pub room: Room,
    pub availability: Availability,
    /// The nickname is not the one this person had: it was taken while the connection was lost.
    pub renamed: bool,
}

/// The connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not wanted: nobody has entered.
    Idle,
    Connecting,
    Online,
    /// Lost; the attempts so far.
    Reconnecting {
        attempts: u32,
    },
    /// Another tab has taken this person's place. This one stays away.
    Superseded,
    /// The page is of another version than the server. It reloads when the call is over.
    Outdated,
    /// The server turned this client away; it stays away until the person asks again.
    Refused,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CallView {
    pub call: CallId,
    pub status: CallStatus,
    /// The others, in the order in which they came; one in a call of two.
    pub others: Vec<ParticipantView>,
    /// From *accept* to the first picture of the other side.
    pub setup: Option<Duration>,
    /// The browser waits for a gesture before it lets sound out.
    pub tap_to_hear: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ParticipantView {
    pub peer: PeerId,
    /// As it was when the call began, if the person has left the room since.
    pub nickname: Nickname,
    pub media: MediaState,
    /// How the path runs, once known.
    pub relayed: Option<bool>,
    /// They do not learn this person's address.
    pub hidden: bool,
    /// How well it goes, 0 to 4, once there is something to say.
    pub bars: Option<u8>,
    /// Is heard to speak.
    pub speaks: bool,
    /// How many pictures they have just taken.
    pub pictures: u32,
    /// They record the call.
    pub recording: Option<There>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LocalView {
    pub microphone: DeviceState,
    pub camera: DeviceState,
    pub sharing: Sharing,
    pub muted: bool,
    /// Heard although muted, for as long as a key is held.
    pub pressed: bool,
    /// What this person goes in with, or has in the call.
    pub use_microphone: bool,
    pub use_camera: bool,
    /// Whether the preview is shown (in the prompt, or in the room).
    pub preview: bool,
    pub devices: Vec<DeviceInfo>,
    pub selected_microphone: Option<String>,
    pub selected_camera: Option<String>,
    pub selected_speaker: Option<String>,
    /// Which way the open camera looks, if that is known.
    pub facing: Option<Facing>,
    /// The name of what was plugged in and could be used.
    pub plugged: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Missed {
    pub id: u32,
    pub peer: PeerId,
    pub nickname: Nickname,
    pub media: Media,
    /// True when this person called and nobody answered.
    pub outgoing: bool,
}

/// Somebody else in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    pub peer: PeerId,
    pub nickname: Nickname,
    pub status: Status,
    /// Was there before the server was restarted, and is not back yet.
    pub returning: bool,
    pub blocked: bool,
}

impl Contact {
    /// Whether it would ring there, as far as is known.
    #[must_use]
    pub fn is_callable(&self) -> bool {
        !self.blocked && !self.returning && matches!(self.status, Status::Available | Status::Away)
    }
}
