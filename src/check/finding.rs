//! What was found, line by line: each finding has one state here, and one sentence in `ui/check_words.rs`.

use super::{
    rehearsal::{Measured, Outcome},
    server::Reached,
};
use crate::call::{
    control::Size,
    local::{DeviceKind, DeviceProblem},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    Secure,
    Browser,
    Camera,
    Microphone,
    Speaker,
    Server,
    HostIpv4,
    HostIpv6,
    HostName,
    Reflexive,
    RelayUdp,
    RelayTcp,
    RelayTls,
    DirectCall,
    RelayedCall,
}

impl Line {
    pub const ALL: [Self; 15] = [
        Self::Secure,
        Self::Browser,
        Self::Camera,
        Self::Microphone,
        Self::Speaker,
        Self::Server,
        Self::HostIpv4,
        Self::HostIpv6,
        Self::HostName,
        Self::Reflexive,
        Self::RelayUdp,
        Self::RelayTcp,
        Self::RelayTls,
        Self::DirectCall,
        Self::RelayedCall,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running,
    Passes,
    Warns,
    Fails,
    /// It is not there, and nothing is wrong with that.
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    Waiting,
    Secure,
    Insecure,
    CanCall,
    CannotCall,
    Asked(DeviceKind),
    Unanswered(DeviceKind),
    Device(DeviceKind, DeviceProblem),
    AwaitingPicture,
    Picture(Size),
    NoPicture,
    Listening,
    Sound,
    Silence,
    TonePlayed,
    ToneHeard,
    ToneUnheard,
    AskingServer,
    Server(Reached),
    Searching,
    There(Line),
    /// The browser hides its addresses behind names.
    Hidden,
    NotHidden,
    OnlyIpv6,
    NoIpv6,
    NoHost,
    NoReflexive,
    SameOutside,
    NobodyToAsk,
    NotOffered,
    RelayUnreached(Line),
    /// The relay is reached, but not in this way.
    OtherRelayOnly(Line),
    Rehearsing,
    Rehearsed(Outcome),
}

impl Finding {
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Waiting => State::Waiting,
            Self::Asked(_)
            | Self::AwaitingPicture
            | Self::Listening
            | Self::TonePlayed
            | Self::AskingServer
            | Self::Searching
            | Self::Rehearsing => State::Running,
            Self::Secure
            | Self::CanCall
            | Self::Picture(_)
            | Self::Sound
            | Self::ToneHeard
            | Self::There(_)
            | Self::SameOutside
            | Self::Rehearsed(Outcome::Works(_)) => State::Passes,
            Self::Server(Reached::In(trip)) if trip.as_millis() < SLOW_MILLIS => State::Passes,
            Self::Server(Reached::In(_))
            | Self::Silence
            | Self::NoHost
            | Self::NoReflexive
            | Self::OtherRelayOnly(_)
            | Self::Device(_, DeviceProblem::Missing) => State::Warns,
            Self::Hidden
            | Self::NotHidden
            | Self::OnlyIpv6
            | Self::NoIpv6
            | Self::NobodyToAsk
            | Self::NotOffered
            | Self::Rehearsed(Outcome::NoWay) => State::Absent,
            Self::Insecure
            | Self::CannotCall
            | Self::Unanswered(_)
            | Self::Device(..)
            | Self::NoPicture
            | Self::ToneUnheard
            | Self::Server(_)
            | Self::RelayUnreached(_)
            | Self::Rehearsed(_) => State::Fails,
        }
    }

    /// The device is open, whatever comes of it.
    #[must_use]
    pub fn is_of_an_open_device(&self) -> bool {
        matches!(
            self,
            Self::AwaitingPicture
                | Self::Picture(_)
                | Self::NoPicture
                | Self::Listening
                | Self::Sound
                | Self::Silence
        )
    }

    /// What the loopback call has measured.
    #[must_use]
    pub fn measured(&self) -> Option<&Measured> {
        if let Self::Rehearsed(Outcome::Works(measured)) = self { Some(measured) } else { None }
    }
}

/// To the server and back; from there on ringing is felt to be late.
const SLOW_MILLIS: u128 = 500;
