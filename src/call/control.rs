//! What two browsers say to each other on the control channel of a call: a data channel, so that it works
//! with the server gone.

use serde::{Deserialize, Serialize};

use super::signal::Signal;

/// The negotiated id of the control channel (RFC 8832, section 6).
pub const CONTROL_CHANNEL: u16 = 0;

/// One message on the control channel, as JSON text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Control {
    /// What I send; said once at the opening and after every change.
    State(MediaState),
    HangUp {},
    /// I am here; said again and again.
    Heartbeat {},
    /// So large I show your camera, in pixels of my screen.
    View(Size),
    /// I took a picture of you.
    Picture(Picture),
    /// I record this call, or no longer do.
    Recording(Recording),
    /// I show to whoever is here that you record.
    RecordingShown(RecordingShown),
    Negotiation(Signal),
}

/// `number` counts the pictures that the sender has taken while this channel is open, from 0: one that was heard of
/// is not told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    pub number: u32,
}

/// `number` counts the recordings that the sender's page has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    pub number: u32,
    pub on: bool,
    /// How long it has gone on.
    pub seconds: u32,
}

/// `number` is that of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingShown {
    pub number: u32,
}

/// In pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaState {
    pub microphone: MicrophoneState,
    pub camera: CameraState,
    #[serde(default)]
    pub screen: ScreenState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MicrophoneState {
    On,
    Muted,
    /// There is none: just listening.
    #[default]
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CameraState {
    On,
    #[default]
    Off,
}

/// Whether the screen, a window or a tab is shown, perhaps with its sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenState {
    On,
    #[default]
    Off,
}
