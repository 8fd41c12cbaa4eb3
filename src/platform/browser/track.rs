//! One open device.

use web_sys::MediaStreamTrack;

use super::listener::EventListener;
use crate::call::local::Facing;

/// A running track. Dropped, it is stopped; the device's lamp goes out with its last track.
pub struct OpenTrack {
    pub track: MediaStreamTrack,
    _ended: Option<EventListener>,
}

impl OpenTrack {
    pub fn new(track: MediaStreamTrack) -> Self {
        Self { track, _ended: None }
    }

    /// Hears of a device that was unplugged or forbidden; stopping the track is not told.
    pub fn on_ended(&mut self, callback: impl Fn() + 'static) {
        self._ended = Some(EventListener::new(&self.track, "ended", move |_| callback()));
    }

    /// Of a camera, where the browser tells.
    pub fn facing(&self) -> Option<Facing> {
        match self.track.get_settings().get_facing_mode()?.as_str() {
            "user" => Some(Facing::Front),
            "environment" => Some(Facing::Back),
            _ => None,
        }
    }

    /// As [`DeviceInfo::id`](crate::call::local::DeviceInfo::id).
    pub fn device(&self) -> Option<String> {
        self.track.get_settings().get_device_id()
    }
}

impl Drop for OpenTrack {
    fn drop(&mut self) {
        self.track.stop();
    }
}
