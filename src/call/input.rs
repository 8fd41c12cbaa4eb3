//! Everything that can happen to the phone.

use std::time::Duration;

use super::{
    chat::ChatMessage,
    control::{Control, Size},
    files::{
        FileEvent, FileWish, Picked,
        message::{FileMessage, Reason, Sha256},
    },
    local::{DeviceInfo, DeviceKind, DeviceProblem, Facing, Part},
    pair::PairId,
    preferences::Preferences,
    quality::Sample,
    recording::{LeftoverWish, RecorderEvent},
};
use crate::protocol::{Availability, CallId, Media, PeerId, Room, ServerFrame};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Socket {
        socket: SocketId,
        event: SocketEvent,
    },
    Person(Action),
    Pair {
        pair: PairId,
        event: PairEvent,
    },
    Device(DeviceEvent),
    /// About a file that comes, by this page's own number for it.
    File {
        id: u32,
        event: FileEvent,
    },
    Recorder(RecorderEvent),
    Page(PageEvent),
    /// Time has passed: the deadline that the phone named is reached.
    Tick,
}

/// The count of sockets this page has opened. What an older one still says is not heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SocketId(pub u32);

#[derive(Clone, Debug, PartialEq)]
// `allow`: how large it is depends on the target.
#[allow(clippy::large_enum_variant, reason = "one at a time, and taken apart at once")]
pub enum SocketEvent {
    Opened,
    Message(ServerFrame),
    /// Closed or never opened; the WebSocket close code (RFC 6455, section 7.4).
    Closed {
        code: u16,
    },
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Which devices this person goes in with. Before entering, it also opens them for the preview.
    ChooseDevices {
        microphone: bool,
        camera: bool,
    },
    /// Which of several devices; nothing for the browser's default.
    SelectDevice {
        part: Part,
        id: Option<String>,
    },
    /// Uses what was plugged in, or does not want to hear of it.
    UsePlugged(bool),
    /// Shows or hides the preview in the room.
    Preview(bool),
    /// Goes into the photo booth, or leaves it.
    Booth(bool),
    Enter {
        room: Room,
        nickname: String,
    },
    LeaveRoom,
    SetAvailability(Availability),
    /// The identifier is random, made where the click is heard.
    Call {
        peer: PeerId,
        call: CallId,
        media: Media,
        /// Through a relay alone, this once.
        relay_only: bool,
    },
    Accept {
        media: Media,
    },
    Decline,
    /// Ends whatever call there is: cancels a ringing one, leaves a running one.
    HangUp,
    /// Leaves the screen that says why a call ended.
    DismissEnded,
    DismissMissed {
        id: u32,
    },
    Mute(bool),
    /// The key is held, or let go, that lets somebody who is muted be heard meanwhile.
    PressToTalk(bool),
    Camera(bool),
    /// Changes between the cameras at the front and at the back.
    FlipCamera,
    ShareScreen(bool),
    Block(PeerId),
    Unblock(String),
    /// A text for everybody in the call.
    Write(String),
    /// The person is writing one.
    Typing,
    ShowChat(bool),
    /// To everybody in the call.
    OfferFiles(Vec<Picked>),
    File {
        id: u32,
        wish: FileWish,
    },
    /// Takes a picture of somebody in the call.
    TakePicture {
        of: PeerId,
    },
    /// Records the call, or ends that.
    Record(bool),
    Leftover {
        id: u32,
        wish: LeftoverWish,
    },
    /// What was said of a recording has been read.
    DismissRecordingNote,
    /// All of them, changed or not.
    Prefer(Preferences),
    /// Whether this device keeps a list of its calls.
    KeepHistory(bool),
    ClearHistory,
    /// So large somebody's camera is on the screen, in its pixels.
    Show {
        peer: PeerId,
        size: Size,
    },
    /// Opens devices that are wanted and failed once more.
    RetryDevices,
    /// Tries to play again what the browser refused to play without a gesture.
    TapToHear,
}

/// What a peer connection says. An operation reports its completion exactly once.
#[derive(Clone, Debug, PartialEq)]
pub enum PairEvent {
    /// [`PairOp::Offer`](super::effect::PairOp::Offer) has set the local description.
    Offered {
        sdp: String,
    },
    /// [`PairOp::Answer`](super::effect::PairOp::Answer) has set both descriptions.
    Answered {
        sdp: String,
    },
    /// [`PairOp::Prepare`](super::effect::PairOp::Prepare) has set both descriptions.
    Prepared {
        sdp: String,
    },
    /// [`PairOp::Finish`](super::effect::PairOp::Finish) has set the remote answer.
    Finished,
    /// The operation under way failed; the browser's words.
    Failed {
        why: String,
    },
    /// A local candidate.
    Candidate(super::signal::Candidate),
    /// The local candidates of this round are complete.
    EndOfCandidates,
    State(PathState),
    ControlOpen,
    Control(Control),
    /// The control channel has closed: the other side closed its connection, or the path died.
    ControlClosed,
    ChatOpen,
    Chat(ChatMessage),
    ChatClosed,
    FilesOpen,
    Files(FileMessage),
    FilesClosed,
    /// All of a file is handed to its channel.
    FileSent {
        file: u32,
        sha256: Sha256,
    },
    FileUnsent {
        file: u32,
        why: Reason,
    },
    /// The channel of a file that comes has closed before its end.
    FileLost {
        file: u32,
    },
    /// So many bytes have arrived since the connection was made: the answer to
    /// [`PairOp::Count`](super::effect::PairOp::Count). 0 when the browser does not tell.
    Counted {
        bytes: u64,
    },
    /// The answer to [`PairOp::Measure`](super::effect::PairOp::Measure).
    Measured(Box<Sample>),
    /// The first picture of the other side has been drawn.
    FirstFrame,
    /// How the path runs, once it is known or changes.
    Path {
        relayed: bool,
    },
    /// Somebody there begins to speak, or ends.
    Speaking(bool),
    /// The browser refuses to play sound before a gesture.
    PlayRefused,
    Playing,
}

/// `iceConnectionState` and `connectionState` in one (W3C WebRTC, sections 5.6.4 and 4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    /// Candidates are being checked.
    FindingPath,
    /// A path is there; the DTLS handshake is under way.
    Securing,
    Connected,
    /// Lost, perhaps for a moment.
    Disconnected,
    Failed,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DeviceEvent {
    /// This one is used now.
    Opened {
        kind: DeviceKind,
        id: Option<String>,
        /// Of a camera, where the browser tells.
        facing: Option<Facing>,
    },
    Failed {
        kind: DeviceKind,
        problem: DeviceProblem,
    },
    /// The devices that the browser knows now.
    Listed(Vec<DeviceInfo>),
    /// The person has chosen what to show.
    ScreenShared,
    /// The person chose nothing, or ended it where the browser lets them, or what was shown is gone.
    ScreenStopped,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PageEvent {
    /// The page was loaded again in the tab that holds this ticket.
    Resume(super::effect::Seat),
    Visible,
    Hidden,
    Online,
    /// `pagehide`: the page is going away.
    Leaving,
    /// What the clock on the wall said when the page was loaded: since 1970. Told again when that clock was set, or
    /// the machine slept.
    Clock {
        loaded_at: Duration,
    },
}
