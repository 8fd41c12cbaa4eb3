//! Does what the doctor asks for, and holds what it has opened.

mod gathering;
mod models;
mod rehearsal;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::global;
use leptos::prelude::window;
use wasm_bindgen_futures::spawn_local;

use self::{gathering::Gathering, rehearsal::Rehearsal};
use super::{
    Platform,
    capture::Request,
    js,
    listener::{EventListener, Timer},
    meter::Meter,
    output::Output,
    page,
    socket::Socket,
    sounds::Chime,
    storage::PREFERENCES,
    streams::Streams,
    track::OpenTrack,
};
use crate::{
    call::{
        Time,
        control::Size,
        effect::{Choice, Remembered},
        input::{Input as CallInput, SocketId},
        local::{DeviceKind, DeviceProblem},
    },
    check::{Effect, Input},
    platform::StreamKey,
};

type Dispatch = Rc<dyn Fn(Input)>;

/// Dropped, everything is closed and silent.
pub struct Examiner(Rc<Inner>);

struct Inner {
    dispatch: Dispatch,
    streams: Rc<Streams>,
    /// Counts openings and closings of the devices: what comes after its turn is closed again.
    turn: Cell<u32>,
    camera: RefCell<Option<OpenTrack>>,
    microphone: RefCell<Option<(OpenTrack, Option<Meter>)>>,
    chime: RefCell<Option<Chime>>,
    socket: RefCell<Option<Socket>>,
    gatherings: RefCell<Vec<Gathering>>,
    rehearsal: RefCell<Option<Rehearsal>>,
    alarm: RefCell<Option<Timer>>,
    _hide: EventListener,
}

impl Examiner {
    /// `dispatch` hears whatever happens, never from inside a call to the examiner.
    pub fn new(platform: &Platform, dispatch: impl Fn(Input) + 'static) -> Self {
        let dispatch: Dispatch = Rc::new(dispatch);
        let leaving = dispatch.clone();
        let inner = Inner {
            dispatch,
            streams: platform.streams.clone(),
            turn: Cell::default(),
            camera: RefCell::default(),
            microphone: RefCell::default(),
            chime: RefCell::default(),
            socket: RefCell::default(),
            gatherings: RefCell::default(),
            rehearsal: RefCell::default(),
            alarm: RefCell::default(),
            _hide: EventListener::new(&window(), "pagehide", move |_| leaving(Input::Stop)),
        };
        Self(Rc::new(inner))
    }

    /// Whether the browser has WebRTC.
    pub fn can_call(&self) -> bool {
        js::has(&global(), "RTCPeerConnection")
    }

    pub fn perform(&self, effect: Effect) {
        let inner = &self.0;
        match effect {
            Effect::OpenDevices => inner.open_devices(),
            Effect::CloseDevices => inner.close_devices(),
            Effect::PlayTone => inner.play_tone(),
            Effect::OpenSocket => inner.open_socket(),
            Effect::Send(frame) => inner.socket.borrow().iter().for_each(|socket| socket.send(&frame)),
            Effect::CloseSocket => drop(inner.socket.take()),
            Effect::Gather { probe, ice } => {
                let gathering = Gathering::begin(probe, &ice, &inner.dispatch);
                inner.gatherings.borrow_mut().extend(gathering);
            }
            Effect::EndGathering => drop(inner.gatherings.take()),
            Effect::Call { way, ice } => {
                inner.rehearsal.replace(Rehearsal::begin(way, &ice, &inner.dispatch));
            }
            Effect::EndCall => drop(inner.rehearsal.take()),
        }
    }

    /// Sets the one timer: [`Input::Tick`] comes at this time. A new call replaces the earlier one.
    pub fn wake_at(&self, deadline: Option<Time>) {
        let tick = |deadline: Time| {
            let dispatch = self.0.dispatch.clone();
            Timer::once(deadline.saturating_sub(page::now()), move || dispatch(Input::Tick))
        };
        drop(self.0.alarm.replace(deadline.map(tick)));
    }
}

impl Drop for Examiner {
    fn drop(&mut self) {
        self.0.close_devices();
        self.0.chime.take();
        self.0.socket.take();
        self.0.gatherings.take();
        self.0.rehearsal.take();
        self.0.alarm.take();
    }
}

impl Inner {
    fn open_devices(self: &Rc<Self>) {
        let turn = self.next_turn();
        let Remembered { microphone, camera, preferences, .. } = PREFERENCES.read().unwrap_or_default();
        let choice = |id: Option<String>| Some(id.map_or(Choice::Any, Choice::Device));
        let request = Request {
            microphone: choice(microphone),
            camera: choice(camera),
            processing: preferences.processing,
        };
        let inner = Rc::downgrade(self);
        spawn_local(async move {
            for (kind, capture) in request.capture().await {
                let capture = capture.map(OpenTrack::new);
                if let Some(inner) = inner.upgrade().filter(|inner| inner.turn.get() == turn) {
                    inner.captured(kind, capture);
                }
            }
        });
    }

    fn captured(&self, kind: DeviceKind, capture: Result<OpenTrack, DeviceProblem>) {
        let opened = capture.map(|open| match kind {
            DeviceKind::Camera => self.show(open),
            DeviceKind::Microphone => self.listen(open),
        });
        (self.dispatch)(Input::Device(kind, opened));
    }

    fn show(&self, open: OpenTrack) {
        let (dispatch, settings) = (self.dispatch.clone(), open.track.get_settings());
        let side = |side: Option<i32>| side.and_then(|side| u32::try_from(side).ok()).unwrap_or_default();
        let size = Size { width: side(settings.get_width()), height: side(settings.get_height()) };
        let seen = Rc::new(move || dispatch(Input::Pictured(size)));
        drop(self.streams.show(StreamKey::Examined, &open.track, Some(seen)));
        self.camera.replace(Some(open));
    }

    fn listen(&self, open: OpenTrack) {
        let dispatch = self.dispatch.clone();
        let meter = Meter::start(&open.track, Rc::new(move |level| dispatch(Input::Level(level))));
        meter.iter().for_each(Meter::resume);
        self.microphone.replace(Some((open, meter)));
    }

    fn close_devices(&self) {
        self.next_turn();
        if let Some(open) = self.camera.take() {
            self.streams.hide(StreamKey::Examined);
            drop(open);
        }
        self.microphone.take();
    }

    fn next_turn(&self) -> u32 {
        self.turn.set(self.turn.get() + 1);
        self.turn.get()
    }

    /// On the speaker that this person has chosen.
    fn play_tone(&self) {
        let output: Rc<Output> = Rc::default();
        let Remembered { speaker, .. } = PREFERENCES.read().unwrap_or_default();
        output.choose(speaker);
        self.chime.replace(Chime::play(&output));
    }

    fn open_socket(&self) {
        let dispatch = self.dispatch.clone();
        let dispatch: super::Dispatch = Rc::new(move |input| {
            if let CallInput::Socket { event, .. } = input {
                dispatch(Input::Socket(event));
            }
        });
        self.socket.replace(Socket::open(SocketId::default(), &dispatch));
    }
}
