//! The transceivers of a peer connection. Both sides know them by their position and never by a stream.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use web_sys::{MediaStreamTrack, RtcPeerConnection, RtcRtpTransceiver};

use super::js;
use crate::call::local::DeviceKind;

/// The kinds by position: microphone, camera, screen, screen sound.
const KINDS: [&str; 4] = ["audio", "video", "video", "audio"];

/// This page's own tracks: what every connection sends.
#[derive(Default)]
pub struct Outgoing {
    microphone: RefCell<Option<MediaStreamTrack>>,
    camera: RefCell<Option<MediaStreamTrack>>,
}

impl Outgoing {
    fn slot(&self, kind: DeviceKind) -> &RefCell<Option<MediaStreamTrack>> {
        match kind {
            DeviceKind::Microphone => &self.microphone,
            DeviceKind::Camera => &self.camera,
        }
    }

    pub fn set(&self, kind: DeviceKind, track: Option<&MediaStreamTrack>) {
        self.slot(kind).replace(track.cloned());
    }
}

pub struct Lines {
    transceivers: RefCell<Vec<RtcRtpTransceiver>>,
    outgoing: Rc<Outgoing>,
}

impl Lines {
    pub fn new(outgoing: Rc<Outgoing>) -> Self {
        Self { transceivers: RefCell::default(), outgoing }
    }

    /// The offerer's part; only it makes transceivers.
    pub fn create(&self, connection: &RtcPeerConnection) {
        let created = KINDS.map(|kind| connection.add_transceiver_with_str(kind));
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
        let offered: Vec<_> = offered.filter(|line| line.mid().is_some()).take(KINDS.len()).collect();
        for transceiver in &offered {
            // By name, for it throws when the offer has rejected this line.
            js::set(transceiver, "direction", &"sendrecv".into());
        }
        self.transceivers.replace(offered);
        self.fill();
    }

    fn fill(&self) {
        for kind in [DeviceKind::Microphone, DeviceKind::Camera] {
            if let Some(track) = self.outgoing.slot(kind).borrow().as_ref() {
                self.send(kind, Some(track)).map(Ok).into_iter().for_each(js::ignore);
            }
        }
    }

    /// Sends another track, or none. `None` as long as there are no transceivers: they will take what is
    /// there when they come.
    pub fn send(&self, kind: DeviceKind, track: Option<&MediaStreamTrack>) -> Option<Promise> {
        let transceivers = self.transceivers.borrow();
        transceivers.get(position(kind)).map(|line| line.sender().replace_track(track))
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

    /// What comes from the other side.
    pub fn remote(&self, kind: DeviceKind) -> Option<MediaStreamTrack> {
        self.transceivers.borrow().get(position(kind)).map(|line| line.receiver().track())
    }

    pub fn stop(&self) {
        for transceiver in self.transceivers.borrow().iter() {
            transceiver.receiver().track().stop();
        }
    }
}

fn position(kind: DeviceKind) -> usize {
    match kind {
        DeviceKind::Microphone => 0,
        DeviceKind::Camera => 1,
    }
}
