//! Camera, microphone and speaker: allowed, open, and of any use.

use std::time::Duration;

use super::{Time, finding::Finding};
use crate::call::{
    control::Size,
    local::{DeviceKind, DeviceProblem},
};

/// Somebody has to read the browser's question first.
const ANSWER: Duration = Duration::from_secs(60);
/// From an open camera to its picture; slow ones take a second or two.
const PICTURE: Duration = Duration::from_secs(8);
/// For somebody to say something.
const SPEECH: Duration = Duration::from_secs(8);
/// A microphone that hears anything at all is above it: the meter shows the root of the loudness.
const SILENCE: f32 = 0.05;

/// A device, up to the proof `T` that it is of use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Device<T> {
    #[default]
    Waiting,
    Asked {
        until: Time,
    },
    Open {
        until: Time,
    },
    Works(T),
    Failed(DeviceProblem),
    Unanswered,
    /// Open, and of no use.
    Idle,
}

impl<T> Device<T> {
    pub fn ask(&mut self, now: Time) {
        *self = Self::Asked { until: now + ANSWER };
    }

    pub fn fails(&mut self, problem: DeviceProblem) {
        *self = Self::Failed(problem);
    }

    fn opened(&mut self, opened: Result<(), DeviceProblem>, until: Time) {
        if matches!(self, Self::Asked { .. } | Self::Unanswered) {
            *self = opened.map_or_else(Self::Failed, |()| Self::Open { until });
        }
    }

    /// What comes late counts too.
    pub fn works(&mut self, proof: T) {
        if matches!(self, Self::Open { .. } | Self::Idle) {
            *self = Self::Works(proof);
        }
    }

    pub fn tick(&mut self, now: Time) {
        match self {
            Self::Asked { until } if *until <= now => *self = Self::Unanswered,
            Self::Open { until } if *until <= now => *self = Self::Idle,
            _ => {}
        }
    }

    pub fn stop(&mut self) {
        if self.deadline().is_some() {
            *self = Self::Waiting;
        }
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        match self {
            Self::Asked { until } | Self::Open { until } => Some(*until),
            _ => None,
        }
    }

    /// The browser's question is not open any more.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Asked { .. })
    }

    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.is_answered() && self.deadline().is_none()
    }

    #[must_use]
    pub fn is_of_use(&self) -> bool {
        matches!(self, Self::Works(_))
    }
}

impl Device<Size> {
    pub fn answered(&mut self, opened: Result<(), DeviceProblem>, now: Time) {
        self.opened(opened, now + PICTURE);
    }

    #[must_use]
    pub fn finding(&self) -> Finding {
        let camera = DeviceKind::Camera;
        match *self {
            Self::Waiting => Finding::Waiting,
            Self::Asked { .. } => Finding::Asked(camera),
            Self::Open { .. } => Finding::AwaitingPicture,
            Self::Works(size) => Finding::Picture(size),
            Self::Failed(problem) => Finding::Device(camera, problem),
            Self::Unanswered => Finding::Unanswered(camera),
            Self::Idle => Finding::NoPicture,
        }
    }
}

/// What proves a microphone: any sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound;

impl Device<Sound> {
    pub fn answered(&mut self, opened: Result<(), DeviceProblem>, now: Time) {
        self.opened(opened, now + SPEECH);
    }

    pub fn hears(&mut self, level: f32) {
        if level > SILENCE {
            self.works(Sound);
        }
    }

    #[must_use]
    pub fn finding(&self) -> Finding {
        let microphone = DeviceKind::Microphone;
        match *self {
            Self::Waiting => Finding::Waiting,
            Self::Asked { .. } => Finding::Asked(microphone),
            Self::Open { .. } => Finding::Listening,
            Self::Works(Sound) => Finding::Sound,
            Self::Failed(problem) => Finding::Device(microphone, problem),
            Self::Unanswered => Finding::Unanswered(microphone),
            Self::Idle => Finding::Silence,
        }
    }
}

/// Only a person can say whether a speaker works, so nothing waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speaker {
    #[default]
    NotYet,
    Played,
    Answered(Toned),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toned {
    Heard,
    Unheard,
}

impl Speaker {
    pub fn answered(&mut self, heard: bool) {
        if *self != Self::NotYet {
            *self = Self::Answered(if heard { Toned::Heard } else { Toned::Unheard });
        }
    }
}
