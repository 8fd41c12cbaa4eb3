//! The real platform: thin shells around the browser's handles. **They decide nothing, and whatever they hold
//! ends when they are dropped.**

mod arrivals;
mod audible;
mod capture;
mod channel;
mod clipboard;
mod device_list;
mod ear;
mod erased;
mod examiner;
mod files;
mod float;
mod frame;
mod ice;
mod inflate;
mod js;
mod lines;
mod listener;
mod lock;
mod media;
mod media_keys;
mod meter;
mod notify;
mod opfs;
mod output;
mod page;
mod pairs;
mod pane;
mod path;
mod peer;
mod performer;
mod photo;
mod recorder;
mod remote;
mod reporter;
mod save;
mod seat;
mod shell;
mod socket;
mod sounds;
mod speaker;
mod stats;
mod storage;
mod streams;
mod track;
mod wake_lock;

pub use erased::{Erased, IntoFirst, IntoFresh};
pub use examiner::Examiner;
pub use performer::Performer;
pub use photo::Photo;

use std::{rc::Rc, time::Duration};

use leptos::{
    ev::Event,
    html,
    prelude::{Effect, Get, GetUntracked, NodeRef, StoredValue, document, window},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use self::{
    files::Files,
    listener::Timer,
    storage::{PREFERENCES, SEAT},
    streams::Streams,
};
use super::{NotificationPermission, Shot, StreamKey};
use crate::{
    call::{Time, control::Size, effect::Remembered, files::Picked, input::Input},
    look::Look,
    settings::Settings,
};

type Dispatch = Rc<dyn Fn(Input)>;
type Level = Rc<dyn Fn(f32)>;

/// What a component may ask of the browser. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    streams: Rc<Streams>,
    files: Rc<Files>,
    float: float::Float,
}

impl Platform {
    pub fn here() -> Self {
        Self { streams: Rc::default(), files: Rc::default(), float: float::Float::default() }
    }

    /// Since the page was loaded.
    pub fn now(&self) -> Time {
        page::now()
    }

    /// From the browser's cryptographic source.
    pub fn random(&self) -> u128 {
        page::random()
    }

    pub fn remembered(&self) -> Remembered {
        PREFERENCES.read().unwrap_or_default()
    }

    /// Whether an earlier visit has left anything behind: preferences, or a seat in this tab.
    pub fn knows_this_person(&self) -> bool {
        PREFERENCES.is_used() || SEAT.is_used()
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
        let streams = self.streams.clone();
        // What a reaction stores lives until it runs again or its owner is disposed of.
        Effect::new(move |_| video.get().map(|video| StoredValue::new_local(streams.attach(stream, video))));
    }

    /// Holds the own picture still for a moment, or lets it move again.
    pub fn hold_own_picture(&self, still: bool) {
        self.streams.hold_own(still);
    }

    /// Tells how large a video element is on the screen, for as long as it is mounted.
    pub fn watch_size(&self, video: NodeRef<html::Video>, tell: impl Fn(Size) + Clone + 'static) {
        Effect::new(move |_| {
            video.get().map(|video| StoredValue::new_local(pane::Pane::watch(&video, tell.clone())))
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

    /// Whether the browser can show others a screen (W3C Screen Capture).
    pub fn can_show_screen(&self) -> bool {
        capture::can_show_screen()
    }

    /// Whether the browser has a person choose a speaker itself, and tells the page of no other.
    pub fn can_ask_for_speaker(&self) -> bool {
        output::can_ask()
    }

    /// Has a person choose a speaker, right after a click; its identifier goes to `done`.
    pub fn ask_for_speaker(&self, done: impl FnOnce(String) + 'static) {
        let asked = output::ask();
        spawn_local(async move { asked.await.map(done).unwrap_or_default() });
    }

    /// Whether the page is used with a finger (Media Queries Level 4, section 6.1).
    pub fn is_touched(&self) -> bool {
        page::is_touched()
    }

    /// Whether the browser can record a call (W3C MediaStream Recording).
    pub fn can_record(&self) -> bool {
        recorder::can_record()
    }

    /// Fills the screen with an element, or ends that.
    pub fn toggle_full_screen(&self, element: NodeRef<html::Main>) {
        if let Some(element) = element.get_untracked() {
            page::toggle_full_screen(&element);
        }
    }

    /// Moves an element away from its place by so many pixels, or back.
    pub fn shift(&self, element: NodeRef<html::Button>, by: Option<(i32, i32)>) {
        let Some(element) = element.get_untracked() else { return };
        // Said by script: the page's policy forbids it in an attribute.
        let style = web_sys::HtmlElement::style(&element);
        let translate = by.map(|(x, y)| format!("{x}px {y}px")).unwrap_or_default();
        let _ = style.set_property("translate", &translate);
    }

    /// Lets an element hear of a pointer wherever it goes, until it is let go.
    pub fn capture_pointer(&self, element: NodeRef<html::Button>, pointer: i32) {
        if let Some(element) = element.get_untracked() {
            let _ = element.set_pointer_capture(pointer);
        }
    }

    /// The width and height of the page on the screen, in pixels.
    pub fn window_size(&self) -> (i32, i32) {
        let size =
            |size: Result<JsValue, JsValue>| size.ok().and_then(|size| size.as_f64()).unwrap_or_default();
        (size(window().inner_width()) as i32, size(window().inner_height()) as i32)
    }

    /// Whether the browser lets a page fill the screen: telephones of one maker do not.
    pub fn can_fill_screen(&self) -> bool {
        page::can_fill_screen()
    }

    /// Whether the browser has small windows that stay over all others.
    pub fn can_float(&self) -> bool {
        float::can_float()
    }

    /// Shows a view in one, or where there are no such views, a stream; or closes the one there is.
    pub fn float(&self, stream: StreamKey, view: impl FnOnce() -> Erased + 'static) {
        self.float.toggle(self.streams.picture(stream), view);
    }

    /// Closes it, if there is one.
    pub fn end_float(&self) {
        self.float.close();
    }

    pub fn share(&self, title: &str, url: &str) {
        page::share(title, url);
    }

    /// Gives the person a text as a file.
    pub fn save(&self, name: &str, text: &str) {
        if let Err(error) = save::text(name, text) {
            js::debug("not saved:", &error);
        }
    }

    /// Whether a drop or a paste brings files.
    pub fn carries_files(&self, event: &Event) -> bool {
        files::carries(event)
    }

    /// Takes the files that were chosen, dropped or pasted; they come to `done`, with their previews.
    pub fn pick_files(&self, event: &Event, done: impl FnOnce(Vec<Picked>) + 'static) {
        let (files, chosen) = (self.files.clone(), files::chosen(event));
        if !chosen.is_empty() {
            spawn_local(async move { done(files.pick(chosen).await) });
        }
    }

    /// Whether there is a place for a file of so many bytes; the answer goes to `done`.
    pub fn has_room(&self, size: u64, done: impl FnOnce(bool) + 'static) {
        let files = self.files.clone();
        spawn_local(async move { done(files.has_room(size).await) });
    }

    /// Lets the person say where a large file is to go, right after a click, where the browser can. `done` is called
    /// unless they want it nowhere.
    pub fn choose_place(&self, id: u32, name: &str, size: u64, done: impl FnOnce() + 'static) {
        let (files, name) = (self.files.clone(), name.to_owned());
        spawn_local(async move {
            if files.choose_place(id, &name, size).await {
                done();
            }
        });
    }

    /// Takes a picture of what a video element shows of a stream, as large as it comes. The picture goes to `done`;
    /// nothing does when there is nothing to see.
    pub fn photograph(
        &self,
        stream: StreamKey,
        look: Look,
        mirrored: bool,
        done: impl FnOnce(Option<Photo>) + 'static,
    ) {
        let photo = self.streams.picture(stream).map(|video| Photo::take(&video, look, mirrored));
        spawn_local(async move {
            done(match photo {
                Some(photo) => photo.await.inspect_err(|error| js::debug("no picture:", error)).ok(),
                None => None,
            });
        });
    }

    /// Gives the person a picture as a file.
    pub fn save_picture(&self, shot: &Shot) {
        if let Err(error) = save::file(&shot.name, &shot.url) {
            js::debug("not saved:", &error);
        }
    }

    /// Calls `press` at every Space or Enter that nothing else on the page has a use for, as long as the reactive
    /// owner lives.
    pub fn on_shutter(&self, press: impl Fn() + 'static) {
        StoredValue::new_local(page::on_shutter(press));
    }

    /// When the page was loaded, by the clock on the wall: since 1970.
    pub fn loaded_at(&self) -> Time {
        page::loaded_at()
    }

    /// A moment in seconds since 1970, as this person writes it; today without the day.
    pub fn moment(&self, at: u64) -> String {
        page::moment(at)
    }

    /// The time of day at some moment since the page was loaded, as this person writes it.
    pub fn clock(&self, at: Time) -> String {
        page::clock(at)
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

    /// Whether the server answers at all.
    pub async fn reaches_server(&self) -> bool {
        page::reaches_server().await
    }

    /// Whether a person has already used this page since it was loaded: sounds may play.
    pub fn has_gesture(&self) -> bool {
        page::has_gesture()
    }
}
