//! This person's own devices: what is wanted, what is open, what went wrong.

use super::{
    control::{CameraState, MediaState, MicrophoneState, ScreenState},
    effect::{Choice, DeviceOp},
    input::DeviceEvent,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceKind {
    Microphone,
    Camera,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    pub kind: DeviceKind,
    pub id: String,
    /// The browser's name for it; empty before permission.
    pub label: String,
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

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Device {
    state: DeviceState,
    /// As the person chose it; nothing is the browser's default.
    selected: Option<String>,
    /// The choice has changed since the device was opened.
    stale: bool,
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
    listed: Vec<DeviceInfo>,
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
    pub fn new(microphone: Option<String>, camera: Option<String>) -> Self {
        let device = |selected| Device { selected, ..Device::default() };
        Self { microphone: device(microphone), camera: device(camera), ..Self::default() }
    }

    #[must_use]
    pub fn microphone(&self) -> DeviceState {
        self.microphone.state
    }

    #[must_use]
    pub fn camera(&self) -> DeviceState {
        self.camera.state
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

    #[must_use]
    pub fn listed(&self) -> &[DeviceInfo] {
        &self.listed
    }

    #[must_use]
    pub fn selected(&self, kind: DeviceKind) -> Option<&str> {
        self.device(kind).selected.as_deref()
    }

    /// What the other side is told.
    #[must_use]
    pub fn announced(&self) -> MediaState {
        let microphone = match self.microphone.state {
            DeviceState::On if self.is_silent() => MicrophoneState::Muted,
            DeviceState::On => MicrophoneState::On,
            _ => MicrophoneState::None,
        };
        let camera = if self.camera.state == DeviceState::On { CameraState::On } else { CameraState::Off };
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

    pub fn select(&mut self, kind: DeviceKind, id: Option<String>) {
        let device = self.device_mut(kind);
        if device.selected != id {
            device.selected = id;
            device.stale = true;
        }
    }

    /// Forgets that a device failed, so that it is tried again.
    pub fn retry(&mut self, kind: DeviceKind) {
        let device = self.device_mut(kind);
        if matches!(device.state, DeviceState::Failed(_)) {
            device.state = DeviceState::Off;
        }
    }

    pub fn handle(&mut self, event: DeviceEvent) {
        match event {
            DeviceEvent::Opened { kind, id } => self.opened(kind, id),
            DeviceEvent::Failed { kind, problem } => {
                self.device_mut(kind).state = DeviceState::Failed(problem)
            }
            DeviceEvent::Listed(listed) => self.listed = listed,
            DeviceEvent::ScreenShared => self.sharing = Sharing::On,
            DeviceEvent::ScreenStopped => self.sharing = Sharing::Off,
        }
    }

    /// A device that was remembered and is gone gives way to what the browser opened instead.
    fn opened(&mut self, kind: DeviceKind, id: Option<String>) {
        let device = self.device_mut(kind);
        device.state = DeviceState::On;
        if device.selected.is_some() && !device.stale {
            device.selected = id;
        }
    }

    /// The operations that bring the devices to what is wanted. A failed device is left alone until it is
    /// asked for anew with [`Self::retry`], or not wanted any more.
    pub fn reconcile(&mut self, wanted: Wanted) -> Vec<DeviceOp> {
        let mut ops = Vec::new();
        let microphone = self.microphone.reconcile(wanted.microphone, DeviceKind::Microphone, &mut ops);
        let camera = self.camera.reconcile(wanted.camera, DeviceKind::Camera, &mut ops);
        if microphone.is_some() || camera.is_some() {
            ops.push(DeviceOp::Open { microphone, camera });
        }
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

    fn device(&self, kind: DeviceKind) -> &Device {
        match kind {
            DeviceKind::Microphone => &self.microphone,
            DeviceKind::Camera => &self.camera,
        }
    }

    fn device_mut(&mut self, kind: DeviceKind) -> &mut Device {
        match kind {
            DeviceKind::Microphone => &mut self.microphone,
            DeviceKind::Camera => &mut self.camera,
        }
    }
}

impl Device {
    /// Says what to open, if anything; closing is pushed at once. A device that is opening is let finish, and
    /// is looked at again when it has.
    fn reconcile(&mut self, wanted: bool, kind: DeviceKind, ops: &mut Vec<DeviceOp>) -> Option<Choice> {
        match (self.state, wanted) {
            (DeviceState::On, false) => {
                self.state = DeviceState::Off;
                ops.push(DeviceOp::Close(kind));
                None
            }
            (DeviceState::Failed(_), false) => {
                self.state = DeviceState::Off;
                None
            }
            (DeviceState::Off, true) => Some(self.open()),
            (DeviceState::On | DeviceState::Failed(_), true) if self.stale => Some(self.open()),
            _ => None,
        }
    }

    fn open(&mut self) -> Choice {
        self.state = DeviceState::Opening;
        self.stale = false;
        Choice(self.selected.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Wanted = Wanted { microphone: true, camera: true, screen: false };
    const NONE: Wanted = Wanted { microphone: false, camera: false, screen: false };
    const SCREEN: Wanted = Wanted { screen: true, ..NONE };

    fn opened(media: &mut LocalMedia, kind: DeviceKind) {
        media.handle(DeviceEvent::Opened { kind, id: Some("built-in".into()) });
    }

    #[test]
    fn both_devices_are_asked_for_in_one_question() {
        let mut media = LocalMedia::default();
        let open = DeviceOp::Open { microphone: Some(Choice(None)), camera: Some(Choice(None)) };
        assert_eq!(media.reconcile(BOTH), [open]);
        assert_eq!(media.reconcile(BOTH), [], "asked twice");
    }

    #[test]
    fn a_device_that_opened_too_late_is_closed_again() {
        let mut media = LocalMedia::default();
        media.reconcile(BOTH);
        assert_eq!(media.reconcile(NONE), []);
        opened(&mut media, DeviceKind::Camera);
        assert_eq!(media.reconcile(NONE), [DeviceOp::Close(DeviceKind::Camera)]);
    }

    #[test]
    fn a_failed_device_is_not_asked_for_again_by_itself() {
        let mut media = LocalMedia::default();
        media.reconcile(BOTH);
        media.handle(DeviceEvent::Failed { kind: DeviceKind::Camera, problem: DeviceProblem::Denied });
        assert_eq!(media.reconcile(BOTH), []);
        media.retry(DeviceKind::Camera);
        assert_eq!(media.reconcile(BOTH).len(), 1);
    }

    #[test]
    fn choosing_another_device_opens_it() {
        let mut media = LocalMedia::default();
        media.reconcile(BOTH);
        opened(&mut media, DeviceKind::Camera);
        media.select(DeviceKind::Camera, Some("other".into()));
        let open = DeviceOp::Open { microphone: None, camera: Some(Choice(Some("other".into()))) };
        assert_eq!(media.reconcile(BOTH), [open]);
    }

    #[test]
    fn muted_is_told_only_of_a_microphone_that_is_there() {
        let mut media = LocalMedia::default();
        media.mute(true);
        assert_eq!(media.announced().microphone, MicrophoneState::None);
        media.reconcile(BOTH);
        opened(&mut media, DeviceKind::Microphone);
        assert_eq!(media.announced().microphone, MicrophoneState::Muted);
    }

    #[test]
    fn whoever_is_muted_is_heard_while_the_key_is_held() {
        let mut media = LocalMedia::default();
        assert_eq!(media.press(true), None, "heard anyway");
        assert_eq!(media.press(false), None);
        assert_eq!(media.mute(true), Some(DeviceOp::Mute(true)));
        assert_eq!(media.press(true), Some(DeviceOp::Mute(false)));
        assert_eq!(media.press(true), None, "a key that repeats");
        assert_eq!(media.press(false), Some(DeviceOp::Mute(true)));
    }

    #[test]
    fn muting_ends_what_a_held_key_began() {
        let mut media = LocalMedia::default();
        media.mute(true);
        media.press(true);
        assert_eq!(media.mute(true), Some(DeviceOp::Mute(true)));
        assert_eq!(media.press(false), None);
        assert!(media.is_silent());
    }

    #[test]
    fn a_screen_that_was_chosen_too_late_is_not_shown() {
        let mut media = LocalMedia::default();
        assert_eq!(media.reconcile(SCREEN), [DeviceOp::ShareScreen]);
        assert_eq!(media.reconcile(SCREEN), [], "asked twice");
        assert_eq!(media.reconcile(NONE), []);
        media.handle(DeviceEvent::ScreenShared);
        assert_eq!(media.reconcile(NONE), [DeviceOp::StopScreen]);
        assert_eq!(media.announced().screen, ScreenState::Off);
    }
}
