//! This person's own devices: what is wanted, what is open, what went wrong, what could be used instead.

mod device;
mod plugged;

#[cfg(test)]
mod tests;

use self::{device::Device, plugged::Plugged};
use super::{
    control::{CameraState, MediaState, MicrophoneState, ScreenState},
    effect::{Choice, DeviceOp, Remembered},
    input::DeviceEvent,
    preferences::Processing,
};

/// What captures, and is opened for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    Microphone,
    Camera,
}

/// What a device is for (`MediaDeviceKind`, W3C Media Capture and Streams).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Microphone,
    Camera,
    Speaker,
}

/// Which way a camera looks, on what one holds in the hand (`facingMode`, W3C Media Capture and Streams).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facing {
    /// At the person.
    Front,
    /// At what the person looks at.
    Back,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    pub part: Part,
    pub id: String,
    /// The browser's name for it; empty before permission.
    pub label: String,
    /// The same for all that one thing is, such as the microphone and the speaker of a headset; empty where the browser
    /// does not tell.
    pub group: String,
}

/// Why a device did not open. Each has its own words and its own way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceProblem {
    /// The person or a policy said no (`NotAllowedError`).
    Denied,
    /// Another program holds it (`NotReadableError`, `AbortError`).
    InUse,
    /// There is none (`NotFoundError`, `OverconstrainedError`).
    Missing,
    /// The page is not in a secure context: plain http on another machine than this one.
    Insecure,
    /// It was there and is gone.
    Unplugged,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceState {
    #[default]
    Off,
    Opening,
    On,
    Failed(DeviceProblem),
}

/// What becomes of the wish to show the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    #[default]
    Off,
    /// The browser asks which screen, window or tab.
    Asking,
    On,
}

/// The devices and the screen. [`LocalMedia::reconcile`] turns what is wanted into operations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalMedia {
    microphone: Device,
    camera: Device,
    sharing: Sharing,
    muted: bool,
    /// Heard although muted, for as long as a key is held.
    pressed: bool,
    processing: Processing,
    /// Which way the open camera looks, where the browser tells, or where it was asked for.
    facing: Option<Facing>,
    /// As the person chose it; nothing is the browser's default.
    speaker: Option<String>,
    /// What the browser has been told of it.
    heard_on: Option<String>,
    /// Nothing before the browser has told.
    listed: Option<Vec<DeviceInfo>>,
    plugged: Option<Plugged>,
}

/// Which devices should be open now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub microphone: bool,
    pub camera: bool,
    pub screen: bool,
}

impl LocalMedia {
    #[must_use]
    pub fn new(remembered: &Remembered) -> Self {
        Self {
            microphone: Device::new(remembered.microphone.clone()),
            camera: Device::new(remembered.camera.clone()),
            speaker: remembered.speaker.clone(),
            processing: remembered.preferences.processing,
            ..Self::default()
        }
    }

    #[must_use]
    pub fn microphone(&self) -> DeviceState {
        self.microphone.state()
    }

    #[must_use]
    pub fn camera(&self) -> DeviceState {
        self.camera.state()
    }

    #[must_use]
    pub fn sharing(&self) -> Sharing {
        self.sharing
    }

    #[must_use]
    pub fn muted(&self) -> bool {
        self.muted
    }

    /// Whether nobody hears this person: muted, and no key is held.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.muted && !self.pressed
    }

    /// Which way the open camera looks, if that is known.
    #[must_use]
    pub fn facing(&self) -> Option<Facing> {
        self.facing
    }

    #[must_use]
    pub fn listed(&self) -> &[DeviceInfo] {
        self.listed.as_deref().unwrap_or_default()
    }

    /// Whether the person has allowed devices: only then does the browser tell their names.
    #[must_use]
    pub fn is_permitted(&self) -> bool {
        self.listed().iter().any(|device| device.part != Part::Speaker && !device.label.is_empty())
    }

    #[must_use]
    pub fn selected(&self, part: Part) -> Option<&str> {
        match part {
            Part::Microphone => self.microphone.id(),
            Part::Camera => self.camera.id(),
            Part::Speaker => self.speaker.as_deref(),
        }
    }

    /// The name of what was plugged in and could be used.
    #[must_use]
    pub fn plugged(&self) -> Option<&str> {
        self.plugged.as_ref().map(Plugged::name)
    }

    /// What the other side is told.
    #[must_use]
    pub fn announced(&self) -> MediaState {
        let microphone = match self.microphone.state() {
            DeviceState::On if self.is_silent() => MicrophoneState::Muted,
            DeviceState::On => MicrophoneState::On,
            _ => MicrophoneState::None,
        };
        let camera = if self.camera.state() == DeviceState::On { CameraState::On } else { CameraState::Off };
        let screen = if self.sharing == Sharing::On { ScreenState::On } else { ScreenState::Off };
        MediaState { microphone, camera, screen }
    }

    /// Ends a press of the key that lets somebody who is muted be heard.
    pub fn mute(&mut self, muted: bool) -> Option<DeviceOp> {
        self.hear(muted, false)
    }

    /// Lets somebody who is muted be heard for as long as a key is held.
    pub fn press(&mut self, pressed: bool) -> Option<DeviceOp> {
        self.hear(self.muted, pressed)
    }

    fn hear(&mut self, muted: bool, pressed: bool) -> Option<DeviceOp> {
        let was_silent = self.is_silent();
        (self.muted, self.pressed) = (muted, pressed);
        (self.is_silent() != was_silent).then_some(DeviceOp::Mute(!was_silent))
    }

    pub fn select(&mut self, part: Part, id: Option<String>) {
        let choice = || id.clone().map_or(Choice::Any, Choice::Device);
        match part {
            Part::Microphone => self.microphone.choose(choice()),
            Part::Camera => self.camera.choose(choice()),
            Part::Speaker => self.speaker = id,
        }
    }

    /// What the browser does to the microphone's sound. A microphone that is open is opened anew: not every browser
    /// changes one that runs.
    pub fn process(&mut self, processing: Processing) {
        if self.processing != processing {
            self.processing = processing;
            self.microphone.renew();
        }
    }

    /// The camera on the other side. What is not known to look elsewhere is taken to look at the person.
    pub fn flip(&mut self) {
        let towards = if self.facing == Some(Facing::Back) { Facing::Front } else { Facing::Back };
        self.camera.choose(Choice::Facing(towards));
    }

    /// What is on offer, which is offered no more.
    pub fn take_plugged(&mut self) -> Option<Vec<DeviceInfo>> {
        self.plugged.take().map(Plugged::into_devices)
    }

    /// Forgets that a device failed, so that it is tried again.
    pub fn retry(&mut self, kind: DeviceKind) {
        self.device_mut(kind).retry();
    }

    pub fn handle(&mut self, event: DeviceEvent) {
        match event {
            DeviceEvent::Opened { kind, id, facing } => self.opened(kind, id, facing),
            DeviceEvent::Failed { kind, problem } => self.device_mut(kind).failed(problem),
            DeviceEvent::Listed(listed) => self.list(listed),
            DeviceEvent::ScreenShared => self.sharing = Sharing::On,
            DeviceEvent::ScreenStopped => self.sharing = Sharing::Off,
        }
    }

    fn opened(&mut self, kind: DeviceKind, id: Option<String>, facing: Option<Facing>) {
        let device = self.device_mut(kind);
        let asked = if let Some(Choice::Facing(asked)) = device.asked() { Some(*asked) } else { None };
        device.opened(id);
        if kind == DeviceKind::Camera {
            self.facing = facing.or(asked);
        }
    }

    /// The first list of all has nothing to be compared with.
    fn list(&mut self, listed: Vec<DeviceInfo>) {
        let plugged = self.plugged.take();
        if let Some(before) = &self.listed {
            self.plugged = Plugged::after(plugged, before, &listed, |device| self.uses(device));
        }
        self.listed = Some(listed);
    }

    /// Whether it is what the person chose, and works.
    fn uses(&self, device: &DeviceInfo) -> bool {
        let failed = match device.part {
            Part::Microphone => matches!(self.microphone(), DeviceState::Failed(_)),
            Part::Camera => matches!(self.camera(), DeviceState::Failed(_)),
            Part::Speaker => false,
        };
        !failed && self.selected(device.part) == Some(&device.id)
    }

    /// The operations that bring the devices to what is wanted. A failed device is left alone until it is
    /// asked for anew with [`Self::retry`], or not wanted any more.
    pub fn reconcile(&mut self, wanted: Wanted) -> Vec<DeviceOp> {
        let mut ops = Vec::new();
        let microphone = self.microphone.reconcile(wanted.microphone, DeviceKind::Microphone, &mut ops);
        let camera = self.camera.reconcile(wanted.camera, DeviceKind::Camera, &mut ops);
        if microphone.is_some() || camera.is_some() {
            ops.push(DeviceOp::Open { microphone, camera, processing: self.processing });
        }
        ops.extend(self.reconcile_speaker());
        ops.extend(self.reconcile_screen(wanted.screen));
        ops
    }

    /// Nobody can take back the browser's question: an answer that comes too late is looked at again.
    fn reconcile_screen(&mut self, wanted: bool) -> Option<DeviceOp> {
        let (sharing, op) = match (self.sharing, wanted) {
            (Sharing::Off, true) => (Sharing::Asking, DeviceOp::ShareScreen),
            (Sharing::On, false) => (Sharing::Off, DeviceOp::StopScreen),
            _ => return None,
        };
        self.sharing = sharing;
        Some(op)
    }

    /// A speaker that was chosen and is gone gives way to the browser's default, until it is back.
    fn reconcile_speaker(&mut self) -> Option<DeviceOp> {
        let is_there =
            |id: &String| self.listed().iter().any(|device| device.part == Part::Speaker && device.id == *id);
        let speaker = self.speaker.clone().filter(is_there);
        (self.heard_on != speaker).then(|| {
            self.heard_on.clone_from(&speaker);
            DeviceOp::PlayOn(speaker)
        })
    }

    fn device_mut(&mut self, kind: DeviceKind) -> &mut Device {
        match kind {
            DeviceKind::Microphone => &mut self.microphone,
            DeviceKind::Camera => &mut self.camera,
        }
    }
}

impl DeviceInfo {
    /// Whether the browser tells enough of it to choose it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        !self.id.is_empty() && !self.label.is_empty()
    }

    fn is(&self, other: &Self) -> bool {
        self.part == other.part && self.id == other.id
    }

    fn is_one_with(&self, other: &Self) -> bool {
        self.is(other) || (!self.group.is_empty() && self.group == other.group)
    }
}

/// Whether there is a camera to change to on the other side of what one holds in the hand: several are there, and the
/// browser tells which way the open one looks, or the page is used with a finger.
#[must_use]
pub fn can_flip(facing: Option<Facing>, listed: &[DeviceInfo], touched: bool) -> bool {
    let cameras = listed.iter().filter(|device| device.part == Part::Camera).count();
    cameras > 1 && (facing.is_some() || touched)
}
