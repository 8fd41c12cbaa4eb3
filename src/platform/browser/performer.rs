//! Does what the phone asks for.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::window;
use wasm_bindgen_futures::spawn_local;

use super::{
    Dispatch, Platform,
    files::Files,
    listener::EventListener,
    media::Media,
    media_keys::MediaKeys,
    notify::Notifier,
    output::Output,
    page::{self, Alarm},
    pairs::Pairs,
    recorder::Recorder,
    seat::SeatKeeper,
    shell,
    socket::Socket,
    sounds::Sounds,
    storage::PREFERENCES,
    streams::Streams,
    wake_lock::WakeLock,
};
use crate::call::{
    Time,
    effect::Effect,
    input::{Input, SocketEvent, SocketId},
};

/// The WebSocket close code for a connection that never was (RFC 6455, section 7.4.1).
const CLOSE_ABNORMAL: u16 = 1006;

pub struct Performer(Rc<Inner>);

struct Inner {
    dispatch: Dispatch,
    socket: RefCell<Option<Socket>>,
    pairs: Rc<Pairs>,
    media: Media,
    streams: Rc<Streams>,
    files: Rc<Files>,
    recorder: Rc<Recorder>,
    sounds: Sounds,
    notifier: Notifier,
    keys: MediaKeys,
    wake_lock: WakeLock,
    seat: Rc<SeatKeeper>,
    alarm: Rc<Alarm>,
    gesture: Cell<Option<[EventListener; 3]>>,
    _page: [EventListener; 4],
}

impl Performer {
    /// `dispatch` hears whatever happens, never from inside a call to the performer. `level` hears the
    /// microphone's level, 0 to 1, about fifteen times a second while it is measured.
    pub fn start(
        platform: &Platform,
        dispatch: impl Fn(Input) + 'static,
        level: impl Fn(f32) + 'static,
    ) -> Self {
        let dispatch: Dispatch = Rc::new(dispatch);
        let (streams, files) = (platform.streams.clone(), platform.files.clone());
        files.report_to(dispatch.clone());
        let output: Rc<Output> = Rc::default();
        let pairs = Rc::new(Pairs::new(dispatch.clone(), streams.clone(), files.clone(), output.clone()));
        let media =
            Media::new(dispatch.clone(), Rc::new(level), pairs.clone(), streams.clone(), output.clone());
        let inner = Rc::new(Inner {
            socket: RefCell::default(),
            pairs,
            media,
            files,
            recorder: Recorder::start(&dispatch, &streams),
            streams,
            sounds: Sounds::new(output),
            notifier: Notifier::default(),
            keys: MediaKeys::default(),
            wake_lock: WakeLock::default(),
            seat: SeatKeeper::start(dispatch.clone()),
            alarm: Rc::default(),
            gesture: Cell::default(),
            _page: page::listen(&dispatch),
            dispatch,
        });
        let gesture = Rc::downgrade(&inner);
        inner.gesture.set(Some(page::on_first_gesture(move || {
            gesture.upgrade().iter().for_each(|inner| inner.gesture());
        })));
        spawn_local(shell::keep());
        Self(inner)
    }

    pub fn perform(&self, effect: Effect) {
        let inner = &self.0;
        match effect {
            Effect::OpenSocket(id) => inner.open_socket(id),
            Effect::CloseSocket(id) => inner.close_socket(id),
            Effect::Send(frame) => inner.socket.borrow().iter().for_each(|socket| socket.send(&frame)),
            Effect::Pair { pair, op } => inner.pairs.perform(pair, op),
            Effect::Device(op) => inner.media.perform(op),
            Effect::File(op) => inner.files.perform(op),
            Effect::Record(op) => inner.recorder.perform(op),
            Effect::Sound(sound) => inner.sounds.play(sound),
            Effect::Notify(notification) => inner.notifier.notify(notification.as_ref()),
            Effect::Remember(remembered) => PREFERENCES.write(&remembered),
            Effect::KeepSeat(seat) => inner.seat.keep(seat.as_ref()),
            Effect::Measure { name, from, to } => page::measure(name, from, to),
            Effect::Play => inner.play(),
            Effect::Prefer(preferences) => page::set_theme(preferences.theme),
            Effect::OnTheKeys(call) => inner.keys.show(call.as_ref(), &inner.dispatch),
            Effect::KeepAwake(awake) => inner.wake_lock.keep(awake),
            Effect::Reload => drop(window().location().reload()),
        }
    }

    /// Sets the one timer: [`Input::Tick`] comes at this time. A new call replaces the earlier one.
    pub fn wake_at(&self, deadline: Option<Time>) {
        self.0.alarm.set(deadline, &self.0.dispatch);
    }
}

impl Inner {
    fn open_socket(&self, id: SocketId) {
        drop(self.socket.take());
        let socket = Socket::open(id, &self.dispatch);
        if socket.is_none() {
            let dispatch = self.dispatch.clone();
            let event = SocketEvent::Closed { code: CLOSE_ABNORMAL };
            spawn_local(async move { dispatch(Input::Socket { socket: id, event }) });
        }
        self.socket.replace(socket);
    }

    fn close_socket(&self, id: SocketId) {
        let is_newest = self.socket.borrow().as_ref().is_some_and(|socket| socket.id == id);
        if is_newest {
            drop(self.socket.take());
        }
    }

    fn play(&self) {
        self.streams.play();
        self.pairs.play();
    }

    fn gesture(&self) {
        drop(self.gesture.take());
        self.sounds.gesture();
        self.media.gesture();
    }
}
