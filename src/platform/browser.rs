//! The real platform: thin shells around the browser's handles. **They decide nothing, and whatever they hold
//! ends when they are dropped.**

mod arrivals;
mod capture;
mod channel;
mod clipboard;
mod device_list;
mod frame;
mod fresh;
mod ice;
mod inflate;
mod js;
mod lines;
mod listener;
mod media;
mod meter;
mod notify;
mod page;
mod pairs;
mod path;
mod peer;
mod reporter;
mod seat;
mod socket;
mod sounds;
mod speaker;
mod storage;
mod streams;
mod track;

pub use fresh::IntoFresh;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{
    html,
    prelude::{Effect as Reaction, Get, NodeRef, StoredValue, document, window},
};
use wasm_bindgen_futures::spawn_local;

use self::{
    listener::{EventListener, Timer},
    media::Media,
    notify::Notifier,
    page::Alarm,
    pairs::Pairs,
    seat::SeatKeeper,
    socket::Socket,
    sounds::Sounds,
    storage::PREFERENCES,
    streams::Streams,
};
use super::{NotificationPermission, StreamKey};
use crate::{
    call::{
        Time,
        effect::{Effect, Remembered},
        input::{Input, SocketEvent, SocketId},
    },
    settings::Settings,
};

type Dispatch = Rc<dyn Fn(Input)>;
type Level = Rc<dyn Fn(f32)>;

/// The WebSocket close code for a connection that never was (RFC 6455, section 7.4.1).
const CLOSE_ABNORMAL: u16 = 1006;

/// A handle to the page's browser. Cheap to clone.
#[derive(Clone)]
pub struct Platform(Rc<Inner>);

struct Inner {
    dispatch: Dispatch,
    socket: RefCell<Option<Socket>>,
    pairs: Rc<Pairs>,
    media: Media,
    streams: Rc<Streams>,
    sounds: Sounds,
    notifier: Notifier,
    seat: Rc<SeatKeeper>,
    alarm: Rc<Alarm>,
    gesture: Cell<Option<[EventListener; 3]>>,
    _page: [EventListener; 4],
}

impl Platform {
    /// `dispatch` hears whatever happens, never from inside a call to the platform. `level` hears the
    /// microphone's level, 0 to 1, about fifteen times a second while it is open.
    pub fn start(dispatch: impl Fn(Input) + 'static, level: impl Fn(f32) + 'static) -> Self {
        let dispatch: Dispatch = Rc::new(dispatch);
        let streams = Rc::<Streams>::default();
        let pairs = Rc::new(Pairs::new(dispatch.clone(), streams.clone()));
        let media = Media::new(dispatch.clone(), Rc::new(level), pairs.clone(), streams.clone());
        let inner = Rc::new(Inner {
            socket: RefCell::default(),
            pairs,
            media,
            streams,
            sounds: Sounds::default(),
            notifier: Notifier::default(),
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
        Self(inner)
    }

    /// Since the page was loaded.
    pub fn now(&self) -> Time {
        page::now()
    }

    pub fn perform(&self, effect: Effect) {
        let inner = &self.0;
        match effect {
            Effect::OpenSocket(id) => inner.open_socket(id),
            Effect::CloseSocket(id) => inner.close_socket(id),
            Effect::Send(frame) => inner.socket.borrow().iter().for_each(|socket| socket.send(&frame)),
            Effect::Pair { pair, op } => inner.pairs.perform(pair, op),
            Effect::Device(op) => inner.media.perform(op),
            Effect::Sound(sound) => inner.sounds.play(sound),
            Effect::Notify(notification) => inner.notifier.notify(notification.as_ref()),
            Effect::Remember(remembered) => PREFERENCES.write(&remembered),
            Effect::KeepSeat(seat) => inner.seat.keep(seat.as_ref()),
            Effect::Measure { name, from, to } => page::measure(name, from, to),
            Effect::Play => inner.play(),
            Effect::Reload => drop(window().location().reload()),
        }
    }

    /// Sets the one timer: [`Input::Tick`] comes at this time. A new call replaces the earlier one.
    pub fn wake_at(&self, deadline: Option<Time>) {
        self.0.alarm.set(deadline, &self.0.dispatch);
    }

    /// From the browser's cryptographic source.
    pub fn random(&self) -> u128 {
        page::random()
    }

    pub fn remembered(&self) -> Remembered {
        PREFERENCES.read().unwrap_or_default()
    }

    /// As the server wrote them into the page.
    pub fn settings(&self) -> Settings {
        page::settings()
    }

    /// The path of the page's address, such as `/r/k7qm-0xpd-1wzt`.
    pub fn path(&self) -> String {
        page::path()
    }

    /// Changes the address without loading a page.
    pub fn set_path(&self, path: &str) {
        page::set_path(path);
    }

    /// Scheme, host and port, such as `https://tincan.example`.
    pub fn origin(&self) -> String {
        window().location().origin().unwrap_or_default()
    }

    /// Whether this is a secure context, in which devices can be opened.
    pub fn is_secure(&self) -> bool {
        window().is_secure_context()
    }

    /// Shows a stream in a video element for as long as the element is mounted, whenever the stream comes.
    pub fn attach(&self, stream: StreamKey, video: NodeRef<html::Video>) {
        let streams = self.0.streams.clone();
        // What a reaction stores lives until it runs again or its owner is disposed of.
        Reaction::new(move |_| {
            video.get().map(|video| StoredValue::new_local(streams.attach(stream, video)))
        });
    }

    /// Copies to the clipboard; the result comes to `done`.
    pub fn copy(&self, text: &str, done: impl FnOnce(bool) + 'static) {
        let copied = clipboard::copy(text.to_owned());
        spawn_local(async move { done(copied.await) });
    }

    /// Whether the browser has a share sheet (Web Share).
    pub fn can_share(&self) -> bool {
        page::can_share()
    }

    pub fn share(&self, title: &str, url: &str) {
        page::share(title, url);
    }

    pub fn notification_permission(&self) -> NotificationPermission {
        notify::permission()
    }

    /// Asks the person; the answer comes to `done`.
    pub fn ask_notification_permission(&self, done: impl FnOnce(NotificationPermission) + 'static) {
        spawn_local(async move { done(notify::ask().await) });
    }

    pub fn set_title(&self, title: &str) {
        document().set_title(title);
    }

    /// Opens a `dialog` element as a modal one, or closes it.
    pub fn show_modal(&self, dialog: NodeRef<html::Dialog>, open: bool) {
        let Some(dialog) = dialog.get() else { return };
        match (open, dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    }

    /// Calls `tick` every second for as long as the reactive owner lives.
    pub fn every_second(&self, tick: impl Fn() + 'static) {
        StoredValue::new_local(Timer::every(Duration::from_secs(1), tick));
    }

    /// Whether a person has already used this page since it was loaded: sounds may play.
    pub fn has_gesture(&self) -> bool {
        page::has_gesture()
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
