//! This person's own microphone and camera.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Promise;
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStreamTrack;

use super::{
    Dispatch, Level,
    audible::Sounding,
    capture::{self, Request, choose_screen, is_denied},
    device_list::DeviceList,
    js,
    lines::Line,
    meter::Meter,
    output::Output,
    pairs::Pairs,
    streams::Streams,
    track::OpenTrack,
};
use crate::{
    call::{
        effect::DeviceOp,
        input::{DeviceEvent, Input},
        local::{DeviceKind, DeviceProblem},
        preferences::Processing,
    },
    platform::StreamKey,
};

/// The open devices. Dropped, they are closed.
pub struct Media(Rc<Inner>);

struct Inner {
    dispatch: Dispatch,
    level: Level,
    pairs: Rc<Pairs>,
    streams: Rc<Streams>,
    output: Rc<Output>,
    microphone: Slot,
    camera: Slot,
    screen: RefCell<Option<Screen>>,
    /// What this person says, where it is written down.
    voice: RefCell<Option<Sounding>>,
    meter: RefCell<Option<Meter>>,
    measured: Cell<bool>,
    muted: Cell<bool>,
    list: DeviceList,
}

/// What this person shows.
struct Screen {
    _picture: OpenTrack,
    _sound: Option<OpenTrack>,
    _sounding: Option<Sounding>,
}

#[derive(Default)]
struct Slot {
    open: RefCell<Option<OpenTrack>>,
    /// Counts openings and closings: an opening that was overtaken stops what it got and says nothing.
    turn: Cell<u32>,
    /// The newest opening is under way.
    opening: Cell<bool>,
}

impl Media {
    pub fn new(
        dispatch: Dispatch,
        level: Level,
        pairs: Rc<Pairs>,
        streams: Rc<Streams>,
        output: Rc<Output>,
    ) -> Self {
        let inner = Inner {
            list: DeviceList::new(dispatch.clone()),
            dispatch,
            level,
            pairs,
            streams,
            output,
            microphone: Slot::default(),
            camera: Slot::default(),
            screen: RefCell::default(),
            voice: RefCell::default(),
            meter: RefCell::default(),
            measured: Cell::default(),
            muted: Cell::default(),
        };
        Self(Rc::new(inner))
    }

    pub fn perform(&self, op: DeviceOp) {
        match op {
            DeviceOp::Open { microphone, camera, processing } => {
                self.open(Request { microphone, camera, processing });
            }
            DeviceOp::Close(kind) => self.0.close(kind),
            DeviceOp::Mute(muted) => self.0.mute(muted),
            DeviceOp::ShareScreen => self.share_screen(),
            DeviceOp::StopScreen => self.0.stop_screen(),
            DeviceOp::Measure(measured) => {
                self.0.measured.set(measured);
                self.0.measure(self.0.microphone.open.borrow().as_ref().map(|open| &open.track));
            }
            DeviceOp::List => self.0.list.tell(),
            DeviceOp::PlayOn(speaker) => self.0.output.choose(speaker),
        }
    }

    /// A person has used the page: the level can be measured now.
    pub fn gesture(&self) {
        if let Some(meter) = self.0.meter.borrow().as_ref() {
            meter.resume();
        }
    }

    fn share_screen(&self) {
        let choosing = choose_screen();
        let inner = Rc::downgrade(&self.0);
        spawn_local(async move {
            let chosen = choosing.await;
            if let Some(inner) = inner.upgrade() {
                inner.chosen(chosen);
            }
        });
    }

    fn open(&self, request: Request) {
        let turns: Vec<_> = request.kinds().map(|kind| self.0.slot(kind).open()).collect();
        let inner = Rc::downgrade(&self.0);
        spawn_local(async move {
            for ((kind, capture), turn) in request.capture().await.into_iter().zip(turns) {
                let capture = capture.map(OpenTrack::new);
                let Some(inner) = inner.upgrade() else { continue };
                inner.captured(kind, turn, &request, capture).await;
            }
        });
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.0.stop_screen();
        self.0.close(DeviceKind::Microphone);
        self.0.close(DeviceKind::Camera);
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
        if slot.turn.get() == turn && slot.stands_in_the_way(&capture, request.processing) {
            drop(capture);
            self.release(kind);
            capture = self.again(kind, request).await;
        }
        if slot.turn.get() != turn {
            return;
        }
        slot.opening.set(false);
        match capture {
            Ok(open) => self.opened(kind, turn, open).await,
            Err(problem) => {
                self.release(kind);
                self.report(DeviceEvent::Failed { kind, problem });
            }
        }
    }

    async fn again(&self, kind: DeviceKind, request: &Request) -> Result<OpenTrack, DeviceProblem> {
        let capture = request.only(kind).capture().await.pop().map(|(_, capture)| capture);
        capture.unwrap_or(Err(DeviceProblem::Other)).map(OpenTrack::new)
    }

    async fn opened(self: Rc<Self>, kind: DeviceKind, turn: u32, mut open: OpenTrack) {
        let (id, facing, track) = (open.device(), open.facing(), Clone::clone(&open.track));
        if kind == DeviceKind::Microphone {
            open.track.set_enabled(!self.muted.get());
        }
        let (ended, of) = (Rc::downgrade(&self), Clone::clone(&track));
        open.on_ended(move || {
            if let Some(inner) = ended.upgrade() {
                spawn_local(inner.ended(kind, Clone::clone(&of)));
            }
        });
        let placed = self.place(kind, Some(&open.track));
        let old = self.slot(kind).open.replace(Some(open));
        let _ = js::settled(Ok(placed)).await;
        drop(old);
        if self.slot(kind).turn.get() == turn {
            self.report(DeviceEvent::Opened { kind, id, facing });
        }
        self.list.refresh();
    }

    /// The promise settles when every connection sends this track.
    fn place(&self, kind: DeviceKind, track: Option<&MediaStreamTrack>) -> Promise {
        match (kind, track) {
            (DeviceKind::Microphone, _) => {
                self.measure(track);
                let voice = track.map(|track| self.streams.audible.add(track));
                drop(self.voice.replace(voice));
            }
            (DeviceKind::Camera, Some(track)) => drop(self.streams.show(StreamKey::LocalCamera, track, None)),
            (DeviceKind::Camera, None) => self.streams.hide(StreamKey::LocalCamera),
        }
        self.pairs.send(kind.into(), track)
    }

    fn measure(&self, track: Option<&MediaStreamTrack>) {
        self.meter.take();
        let track = track.filter(|_| self.measured.get());
        self.meter.replace(track.and_then(|track| Meter::start(track, self.level.clone())));
    }

    fn chosen(self: Rc<Self>, chosen: Option<(MediaStreamTrack, Option<MediaStreamTrack>)>) {
        let Some((picture, sound)) = chosen else { return self.report(DeviceEvent::ScreenStopped) };
        js::ignore(Ok(self.pairs.send(Line::Screen, Some(&picture))));
        js::ignore(Ok(self.pairs.send(Line::ScreenSound, sound.as_ref())));
        drop(self.streams.show(StreamKey::LocalScreen, &picture, None));
        let sounding = sound.as_ref().map(|sound| self.streams.audible.add(sound));
        let mut picture = OpenTrack::new(picture);
        let ended = Rc::downgrade(&self);
        picture.on_ended(move || {
            if let Some(inner) = ended.upgrade() {
                // Not from inside of the track's own event: this drops the track.
                spawn_local(async move {
                    inner.stop_screen();
                    inner.report(DeviceEvent::ScreenStopped);
                });
            }
        });
        let sound = sound.map(OpenTrack::new);
        self.screen.replace(Some(Screen { _picture: picture, _sound: sound, _sounding: sounding }));
        self.report(DeviceEvent::ScreenShared);
    }

    fn stop_screen(&self) {
        if let Some(screen) = self.screen.take() {
            js::ignore(Ok(self.pairs.send(Line::Screen, None)));
            js::ignore(Ok(self.pairs.send(Line::ScreenSound, None)));
            self.streams.hide(StreamKey::LocalScreen);
            drop(screen);
        }
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

    /// Unplugged, or its permission taken back: the track does not say which, but the permission does.
    async fn ended(self: Rc<Self>, kind: DeviceKind, track: MediaStreamTrack) {
        if self.slot(kind).open.borrow().as_ref().is_none_or(|open| open.track != track) {
            return;
        }
        if self.slot(kind).opening.get() {
            // Some browsers end one camera for the next, which reports for itself.
            return self.release(kind);
        }
        self.close(kind);
        let turn = self.slot(kind).turn.get();
        let problem = if is_denied(kind).await { DeviceProblem::Denied } else { DeviceProblem::Unplugged };
        if self.slot(kind).turn.get() == turn {
            self.report(DeviceEvent::Failed { kind, problem });
        }
    }
}

impl Slot {
    /// Some hardware gives one device only after the other is closed. And browsers open a microphone once more as it is open
    /// already, whatever was asked for.
    fn stands_in_the_way(&self, next: &Result<OpenTrack, DeviceProblem>, processing: Processing) -> bool {
        match (&*self.open.borrow(), next) {
            (Some(open), Ok(next)) => {
                open.device() == next.device() && capture::is_processed_otherwise(&next.track, processing)
            }
            (Some(_), Err(problem)) => *problem == DeviceProblem::InUse,
            (None, _) => false,
        }
    }

    fn open(&self) -> u32 {
        let turn = self.next_turn();
        self.opening.set(true);
        turn
    }

    fn next_turn(&self) -> u32 {
        self.opening.set(false);
        self.turn.set(self.turn.get() + 1);
        self.turn.get()
    }
}
