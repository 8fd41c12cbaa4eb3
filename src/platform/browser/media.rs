//! This person's own microphone and camera.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MediaDeviceInfo, MediaDeviceKind, MediaStreamTrack};

use super::{
    Dispatch, Level,
    capture::{self, Request},
    js,
    listener::EventListener,
    meter::Meter,
    pairs::Pairs,
    streams::Streams,
};
use crate::{
    call::{
        effect::DeviceOp,
        input::{DeviceEvent, Input},
        local::{DeviceInfo, DeviceKind, DeviceProblem},
    },
    platform::StreamKey,
};

/// The open devices. Dropped, they are closed.
pub struct Media {
    inner: Rc<Inner>,
    /// From the first listing on.
    changes: RefCell<Option<EventListener>>,
}

struct Inner {
    dispatch: Dispatch,
    level: Level,
    pairs: Rc<Pairs>,
    streams: Rc<Streams>,
    microphone: Slot,
    camera: Slot,
    meter: RefCell<Option<Meter>>,
    muted: Cell<bool>,
    listed: Cell<bool>,
}

#[derive(Default)]
struct Slot {
    open: RefCell<Option<OpenTrack>>,
    /// Counts openings and closings: an opening that was overtaken stops what it got and says nothing.
    turn: Cell<u32>,
}

/// A running track. Dropped, it is stopped, and the device's lamp goes out with the last one.
struct OpenTrack {
    track: MediaStreamTrack,
    _ended: Option<EventListener>,
}

impl Drop for OpenTrack {
    fn drop(&mut self) {
        self.track.stop();
    }
}

impl Media {
    pub fn new(dispatch: Dispatch, level: Level, pairs: Rc<Pairs>, streams: Rc<Streams>) -> Self {
        let inner = Inner {
            dispatch,
            level,
            pairs,
            streams,
            microphone: Slot::default(),
            camera: Slot::default(),
            meter: RefCell::default(),
            muted: Cell::default(),
            listed: Cell::default(),
        };
        Self { inner: Rc::new(inner), changes: RefCell::default() }
    }

    pub fn perform(&self, op: DeviceOp) {
        match op {
            DeviceOp::Open { microphone, camera } => self.open(Request { microphone, camera }),
            DeviceOp::Close(kind) => self.inner.close(kind),
            DeviceOp::Mute(muted) => self.inner.mute(muted),
            DeviceOp::List => self.list(),
        }
    }

    /// A person has used the page: the level can be measured now.
    pub fn gesture(&self) {
        if let Some(meter) = self.inner.meter.borrow().as_ref() {
            meter.resume();
        }
    }

    fn open(&self, request: Request) {
        let turns = [DeviceKind::Microphone, DeviceKind::Camera].map(|kind| {
            let slot = self.inner.slot(kind);
            if request.kinds().any(|asked| asked == kind) { slot.next_turn() } else { slot.turn.get() }
        });
        let inner = Rc::downgrade(&self.inner);
        spawn_local(async move {
            for (kind, capture) in request.capture().await {
                let capture = capture.map(OpenTrack::new);
                let Some(inner) = inner.upgrade() else { continue };
                inner.captured(kind, turns[kind as usize], &request, capture).await;
            }
        });
    }

    fn list(&self) {
        self.inner.listed.set(true);
        let inner = Rc::downgrade(&self.inner);
        spawn_local(list(inner.clone()));
        let mut changes = self.changes.borrow_mut();
        if let (None, Some(devices)) = (changes.as_ref(), capture::devices()) {
            let listener =
                EventListener::new(&devices, "devicechange", move |_| spawn_local(list(inner.clone())));
            changes.replace(listener);
        }
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.inner.close(DeviceKind::Microphone);
        self.inner.close(DeviceKind::Camera);
    }
}

impl Inner {
    fn slot(&self, kind: DeviceKind) -> &Slot {
        match kind {
            DeviceKind::Microphone => &self.microphone,
            DeviceKind::Camera => &self.camera,
        }
    }

    fn report(&self, event: DeviceEvent) {
        (self.dispatch)(Input::Device(event));
    }

    async fn captured(
        self: Rc<Self>,
        kind: DeviceKind,
        turn: u32,
        request: &Request,
        mut capture: Result<OpenTrack, DeviceProblem>,
    ) {
        let slot = self.slot(kind);
        if matches!(capture, Err(DeviceProblem::InUse))
            && slot.turn.get() == turn
            && slot.open.borrow().is_some()
        {
            // Some hardware gives one device only after the other is closed.
            self.release(kind);
            capture = self.again(kind, request).await;
        }
        if slot.turn.get() != turn {
            return;
        }
        match capture {
            Ok(open) => self.opened(kind, turn, open).await,
            Err(problem) => {
                self.release(kind);
                self.report(DeviceEvent::Failed { kind, problem });
            }
        }
    }

    async fn again(&self, kind: DeviceKind, request: &Request) -> Result<OpenTrack, DeviceProblem> {
        let choice = match kind {
            DeviceKind::Microphone => &request.microphone,
            DeviceKind::Camera => &request.camera,
        };
        let request = Request::one(kind, choice.clone().unwrap_or_default());
        let capture = request.capture().await.pop().map(|(_, capture)| capture);
        capture.unwrap_or(Err(DeviceProblem::Other)).map(OpenTrack::new)
    }

    async fn opened(self: Rc<Self>, kind: DeviceKind, turn: u32, mut open: OpenTrack) {
        let id = open.track.get_settings().get_device_id();
        if kind == DeviceKind::Microphone {
            open.track.set_enabled(!self.muted.get());
        }
        open.listen(kind, Rc::downgrade(&self));
        let placed = self.place(kind, Some(&open.track));
        let old = self.slot(kind).open.replace(Some(open));
        let _ = js::settled(Ok(placed)).await;
        drop(old);
        if self.slot(kind).turn.get() == turn {
            self.report(DeviceEvent::Opened { kind, id });
        }
        if self.listed.get() {
            // Their names may be known only now.
            list(Rc::downgrade(&self)).await;
        }
    }

    /// The promise settles when every connection sends this track.
    fn place(&self, kind: DeviceKind, track: Option<&MediaStreamTrack>) -> Promise {
        match (kind, track) {
            (DeviceKind::Microphone, _) => {
                self.meter.take();
                self.meter.replace(track.and_then(|track| Meter::start(track, self.level.clone())));
            }
            (DeviceKind::Camera, Some(track)) => drop(self.streams.show(StreamKey::LocalCamera, track, None)),
            (DeviceKind::Camera, None) => self.streams.hide(StreamKey::LocalCamera),
        }
        self.pairs.send(kind, track)
    }

    fn close(&self, kind: DeviceKind) {
        self.slot(kind).next_turn();
        self.release(kind);
    }

    fn release(&self, kind: DeviceKind) {
        if let Some(open) = self.slot(kind).open.take() {
            js::ignore(Ok(self.place(kind, None)));
            drop(open);
        }
    }

    fn mute(&self, muted: bool) {
        self.muted.set(muted);
        if let Some(open) = self.microphone.open.borrow().as_ref() {
            open.track.set_enabled(!muted);
        }
    }

    /// Unplugged, or its permission taken back.
    fn ended(&self, kind: DeviceKind) {
        self.close(kind);
        self.report(DeviceEvent::Ended { kind });
    }
}

impl Slot {
    fn next_turn(&self) -> u32 {
        self.turn.set(self.turn.get() + 1);
        self.turn.get()
    }
}

impl OpenTrack {
    fn new(track: MediaStreamTrack) -> Self {
        Self { track, _ended: None }
    }

    fn listen(&mut self, kind: DeviceKind, inner: Weak<Inner>) {
        self._ended = Some(EventListener::new(&self.track, "ended", move |_| {
            if let Some(inner) = inner.upgrade() {
                inner.ended(kind);
            }
        }));
    }
}

async fn list(inner: Weak<Inner>) {
    let Some(devices) = capture::devices() else { return };
    let Ok(found) = js::settled(devices.enumerate_devices()).await else { return };
    let Some(inner) = inner.upgrade() else { return };
    let found = found.unchecked_into::<Array>().into_iter();
    let listed = found.filter_map(|device| device_info(device.unchecked_ref())).collect();
    inner.report(DeviceEvent::Listed(listed));
}

fn device_info(device: &MediaDeviceInfo) -> Option<DeviceInfo> {
    let kind = match device.kind() {
        MediaDeviceKind::Audioinput => DeviceKind::Microphone,
        MediaDeviceKind::Videoinput => DeviceKind::Camera,
        _ => return None,
    };
    Some(DeviceInfo { kind, id: device.device_id(), label: device.label() })
}
