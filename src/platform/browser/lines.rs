//! The transceivers of a peer connection. Both sides know them by their position and never by a stream.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStreamTrack, RtcPeerConnection, RtcRtpReceiver, RtcRtpTransceiver};

use super::js;
use crate::call::{encoding::Encoding, local::DeviceKind};

/// What a transceiver carries, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Microphone,
    Camera,
    Screen,
    ScreenSound,
}

impl Line {
    const ALL: [Self; 4] = [Self::Microphone, Self::Camera, Self::Screen, Self::ScreenSound];

    const fn kind(self) -> &'static str {
        match self {
            Self::Microphone | Self::ScreenSound => "audio",
            Self::Camera | Self::Screen => "video",
        }
    }
}

impl From<DeviceKind> for Line {
    fn from(kind: DeviceKind) -> Self {
        match kind {
            DeviceKind::Microphone => Self::Microphone,
            DeviceKind::Camera => Self::Camera,
        }
    }
}

/// This page's own tracks: what every connection sends.
#[derive(Default)]
pub struct Outgoing {
    tracks: [RefCell<Option<MediaStreamTrack>>; Line::ALL.len()],
}

impl Outgoing {
    fn track(&self, line: Line) -> Option<MediaStreamTrack> {
        self.tracks.get(line as usize)?.borrow().clone()
    }

    pub fn set(&self, line: Line, track: Option<&MediaStreamTrack>) {
        if let Some(slot) = self.tracks.get(line as usize) {
            slot.replace(track.cloned());
        }
    }
}

pub struct Lines {
    transceivers: RefCell<Vec<RtcRtpTransceiver>>,
    outgoing: Rc<Outgoing>,
    encoding: Cell<Encoding>,
}

impl Lines {
    pub fn new(outgoing: Rc<Outgoing>) -> Self {
        Self { transceivers: RefCell::default(), outgoing, encoding: Cell::default() }
    }

    /// The offerer's part; only it makes transceivers.
    pub fn create(&self, connection: &RtcPeerConnection) {
        let created = Line::ALL.map(|line| connection.add_transceiver_with_str(line.kind()));
        self.transceivers.replace(created.into());
        self.fill();
    }

    /// The answerer's part, after the first offer: takes over what the offerer made. Later offers bring no
    /// further ones.
    pub fn adopt(&self, connection: &RtcPeerConnection) {
        if !self.transceivers.borrow().is_empty() {
            return;
        }
        let offered = connection.get_transceivers().into_iter().map(RtcRtpTransceiver::unchecked_from_js);
        let offered: Vec<_> = offered.filter(|line| line.mid().is_some()).take(Line::ALL.len()).collect();
        for transceiver in &offered {
            // By name, for it throws when the offer has rejected this line.
            js::set(transceiver, "direction", &"sendrecv".into());
        }
        self.transceivers.replace(offered);
        self.fill();
    }

    fn fill(&self) {
        for line in Line::ALL {
            if let Some(track) = self.outgoing.track(line) {
                self.send(line, Some(&track)).map(Ok).into_iter().for_each(js::ignore);
            }
        }
        if self.encoding.get() != Encoding::default() {
            self.limit();
        }
    }

    /// From now on, or from when there are transceivers.
    pub fn encode(&self, encoding: Encoding) {
        self.encoding.set(encoding);
        self.limit();
    }

    /// W3C WebRTC, section 5.2.7.
    fn limit(&self) {
        let Some(sender) =
            self.transceivers.borrow().get(Line::Camera as usize).map(RtcRtpTransceiver::sender)
        else {
            return;
        };
        let Encoding { bitrate_most, frames_most, scale_down } = self.encoding.get();
        let wanted = [
            ("maxBitrate", bitrate_most.map(f64::from)),
            ("maxFramerate", frames_most.map(f64::from)),
            ("scaleResolutionDownBy", (scale_down > 1.0).then_some(scale_down)),
        ];
        let set = js::call(&sender, "getParameters", &[]).and_then(|parameters| {
            for encoding in Array::from(&js::get(&parameters, "encodings")) {
                for (name, value) in wanted {
                    // By name: what is not wanted must not be there.
                    match value {
                        Some(value) => js::set(&encoding, name, &value.into()),
                        None => {
                            drop(Reflect::delete_property::<JsValue>(encoding.unchecked_ref(), &name.into()))
                        }
                    }
                }
            }
            js::call(&sender, "setParameters", &[parameters])
        });
        js::ignore(set.map(JsCast::unchecked_into));
    }

    /// Sends another track, or none. `None` as long as there are no transceivers: they will take what is
    /// there when they come.
    pub fn send(&self, line: Line, track: Option<&MediaStreamTrack>) -> Option<Promise> {
        let transceivers = self.transceivers.borrow();
        transceivers.get(line as usize).map(|transceiver| transceiver.sender().replace_track(track))
    }

    /// Sends a picture that stands by itself, where the browser does so when asked (W3C WebRTC Extensions, section
    /// 5.5). The others wait for the other side's browser to ask, which may take it three seconds.
    pub fn refresh(&self) {
        let key_frame = js::object(&[("keyFrame", true.into())]);
        let options = js::object(&[("encodingOptions", Array::of1(&key_frame).into())]);
        for line in self.transceivers.borrow().iter() {
            let sender = line.sender();
            if sender.track().is_some_and(|track| track.kind() == "video") {
                let set = js::call(&sender, "getParameters", &[]).and_then(|parameters| {
                    js::call(&sender, "setParameters", &[parameters, options.clone()])
                });
                js::ignore(set.map(JsCast::unchecked_into));
            }
        }
    }

    /// What goes to the other side.
    pub fn own(&self, line: Line) -> Option<MediaStreamTrack> {
        self.transceivers.borrow().get(line as usize).and_then(|transceiver| transceiver.sender().track())
    }

    /// What a line is called in descriptions and statistics.
    pub fn mid(&self, line: Line) -> Option<String> {
        self.transceivers.borrow().get(line as usize).and_then(RtcRtpTransceiver::mid)
    }

    /// What comes from the other side.
    pub fn remote(&self, line: Line) -> Option<MediaStreamTrack> {
        self.receiver(line).map(|receiver| receiver.track())
    }

    pub fn receiver(&self, line: Line) -> Option<RtcRtpReceiver> {
        self.transceivers.borrow().get(line as usize).map(RtcRtpTransceiver::receiver)
    }

    pub fn stop(&self) {
        for transceiver in self.transceivers.borrow().iter() {
            transceiver.receiver().track().stop();
        }
    }
}
