//! Everything the phone can ask its browser to do.

use serde::{Deserialize, Serialize};

use super::{
    Time,
    chat::ChatMessage,
    control::Control,
    encoding::Encoding,
    files::{FileOp, message::FileMessage},
    history::{self, PastCall},
    input::SocketId,
    local::{DeviceKind, Facing},
    pair::PairId,
    preferences::{self, Preferences, Processing},
    recording::RecordOp,
    signal::Candidate,
};
use crate::protocol::{CallId, ClientFrame, IceServer, Media, Nickname, PeerId, Room};

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    OpenSocket(SocketId),
    CloseSocket(SocketId),
    /// On the newest socket.
    Send(ClientFrame),
    Pair {
        pair: PairId,
        op: PairOp,
    },
    Device(DeviceOp),
    File(FileOp),
    Record(RecordOp),
    /// What is to be heard from now on.
    Sound(Sound),
    /// Tells a person who looks elsewhere; nothing takes the notification away again.
    Notify(Option<Notification>),
    /// Keeps what this device remembers.
    Remember(Remembered),
    /// Keeps this tab's place in the room, for a reload; nothing gives it up.
    KeepSeat(Option<Seat>),
    /// `performance.measure`.
    Measure {
        name: &'static str,
        from: Time,
        to: Time,
    },
    /// Plays again whatever the browser refused to play.
    Play,
    /// What the person has set for this device, at first and whenever it has changed.
    Prefer(Preferences),
    /// The call on a headset's buttons and the lock screen, or none.
    OnTheKeys(Option<OnTheKeys>),
    /// Whether the screen is to stay on although nobody touches it.
    KeepAwake(bool),
    /// Loads the page anew: the server speaks a newer version.
    Reload,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnTheKeys {
    /// With whom.
    pub with: String,
    pub muted: bool,
    pub camera: bool,
}

/// How a path may be found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ice {
    pub servers: Vec<IceServer>,
    /// Only through a relay (`iceTransportPolicy`).
    pub relay_only: bool,
}

/// One operation on one peer connection. `Offer`, `Answer`, `Prepare` and `Finish` are under way until they report, and
/// no second one of them is asked for before.
#[derive(Clone, Debug, PartialEq)]
pub enum PairOp {
    /// Makes the connection and its channels. The offerer also makes the transceivers: microphone,
    /// camera, screen, screen sound, in this order.
    Open {
        ice: Ice,
        offerer: bool,
    },
    /// Other ICE servers than those it was opened with, from the next search for a path on.
    Serve(Vec<IceServer>),
    /// `setLocalDescription()` in `stable`.
    Offer {
        restart: bool,
    },
    /// Sets a remote offer (rolling back an own one), adopts its transceivers, sets the local answer.
    Answer {
        sdp: String,
    },
    /// The same with an offer that this person may still decline: nothing in it names an address, and nothing that comes
    /// is played or shown before `Receive`.
    Prepare {
        sdp: String,
    },
    /// What comes is played and shown from now on.
    Receive,
    /// Sets a remote answer.
    Finish {
        sdp: String,
    },
    AddCandidate(Candidate),
    EndOfCandidates,
    Control(Control),
    Chat(ChatMessage),
    Files(FileMessage),
    /// Opens a channel for a file of this person's own, in place of an earlier one, and sends from there on.
    SendFile {
        file: u32,
        from: u64,
    },
    /// How far it may be sent.
    AllowFile {
        file: u32,
        until: u64,
    },
    /// What comes on a channel for this file, from there on, is taken; `id` is this page's own number for it.
    TakeFile {
        id: u32,
        file: u32,
        from: u64,
    },
    /// Closes a file's channel, if there is one.
    StopFile {
        file: u32,
        coming: bool,
    },
    /// How many bytes have arrived on this connection, however they did.
    Count,
    /// Everything that the browser counts on it.
    Measure,
    /// How the own camera is sent, now and from when there is one on.
    Encode(Encoding),
    /// What was sent into the void is missed: a picture that stands by itself, of each camera.
    KeyFrame,
    /// Shows the other side's screen and plays its sound, or ends that.
    ShowScreen(bool),
    Close,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceOp {
    /// Opens one or both in one request, so that a person is asked once. Each reports for itself. One that is open
    /// already is used until the new one is in its place.
    Open {
        microphone: Option<Choice>,
        camera: Option<Choice>,
        /// What is done to the microphone's sound.
        processing: Processing,
    },
    Close(DeviceKind),
    Mute(bool),
    /// Has the person choose a screen, window or tab to show. Only right after a click or a key press.
    ShareScreen,
    StopScreen,
    /// Whether the microphone's level is measured while it is open.
    Measure(bool),
    /// Lists the devices now and whenever they change.
    List,
    /// Where everything is heard from now on; nothing is the browser's default.
    PlayOn(Option<String>),
}

/// Which device of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The browser's default.
    #[default]
    Any,
    Device(String),
    /// A camera that looks this way.
    Facing(Facing),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sound {
    #[default]
    Silence,
    /// Somebody calls.
    Ring,
    /// It rings there.
    RingBack,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    Incoming { from: Nickname, media: Media },
    Missed { from: Nickname },
}

/// What this device keeps between visits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    pub nickname: String,
    pub microphone: Option<String>,
    pub camera: Option<String>,
    pub speaker: Option<String>,
    pub use_microphone: Option<bool>,
    pub use_camera: Option<bool>,
    /// Nicknames, as they were shown.
    pub blocked: Vec<String>,
    /// Newest first.
    #[serde(deserialize_with = "history::read")]
    pub calls: Vec<PastCall>,
    /// Whether calls are kept.
    pub keep_calls: Option<bool>,
    #[serde(deserialize_with = "preferences::read")]
    pub preferences: Preferences,
}

/// A place in a room that a reload of the same tab comes back to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    pub room: Room,
    pub peer: PeerId,
    pub nickname: String,
    pub ticket: String,
    /// Of the call this tab is in.
    #[serde(default)]
    pub grant: Option<String>,
    /// And since when it stands.
    #[serde(default)]
    pub standing: Option<Standing>,
}

/// A call that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub call: CallId,
    /// Seconds since 1970.
    pub since: u64,
}
