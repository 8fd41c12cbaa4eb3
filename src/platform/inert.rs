//! A platform on which nothing happens.

use leptos::{
    ev::Event,
    html,
    prelude::{AnyView, IntoAny, NodeRef},
};

use super::{NotificationPermission, Shot, StreamKey};
use crate::{
    call::{
        Time,
        control::Size,
        effect::{Effect, Remembered},
        files::Picked,
        input::Input,
    },
    check,
    look::Look,
    settings::Settings,
};

/// What a component may ask of the browser. Cheap to clone.
#[derive(Clone)]
pub struct Platform;

impl Platform {
    pub fn here() -> Self {
        Self
    }

    /// Since the page was loaded.
    pub fn now(&self) -> Time {
        Time::ZERO
    }

    /// From the browser's cryptographic source.
    pub fn random(&self) -> u128 {
        0
    }

    pub fn remembered(&self) -> Remembered {
        Remembered::default()
    }

    /// Whether an earlier visit has left anything behind: preferences, or a seat in this tab.
    pub fn knows_this_person(&self) -> bool {
        false
    }

    /// As the server wrote them into the page.
    pub fn settings(&self) -> Settings {
        Settings::default()
    }

    /// The path of the page's address, such as `/r/k7qm-0xpd-1wzt`.
    pub fn path(&self) -> String {
        "/".into()
    }

    /// Changes the address without loading a page.
    pub fn set_path(&self, _path: &str) {}

    /// Scheme, host and port, such as `https://tincan.example`.
    pub fn origin(&self) -> String {
        String::new()
    }

    /// Whether this is a secure context, in which devices can be opened.
    pub fn is_secure(&self) -> bool {
        true
    }

    /// Shows a stream in a video element for as long as the element is mounted, whenever the stream comes.
    pub fn attach(&self, _stream: StreamKey, _video: NodeRef<html::Video>) {}

    /// Holds the own picture still for a moment, or lets it move again.
    pub fn hold_own_picture(&self, _still: bool) {}

    /// Tells how large a video element is on the screen, for as long as it is mounted.
    pub fn watch_size(&self, _video: NodeRef<html::Video>, _tell: impl Fn(Size) + Clone + 'static) {}

    /// Copies to the clipboard; the result comes to `done`.
    pub fn copy(&self, _text: &str, _done: impl FnOnce(bool) + 'static) {}

    /// Whether the browser has a share sheet (Web Share).
    pub fn can_share(&self) -> bool {
        false
    }

    /// Whether the browser can show others a screen (W3C Screen Capture).
    pub fn can_show_screen(&self) -> bool {
        false
    }

    /// Whether the browser has a person choose a speaker itself, and tells the page of no other.
    pub fn can_ask_for_speaker(&self) -> bool {
        false
    }

    /// Has a person choose a speaker, right after a click; its identifier goes to `done`.
    pub fn ask_for_speaker(&self, _done: impl FnOnce(String) + 'static) {}

    /// Whether the page is used with a finger (Media Queries Level 4, section 6.1).
    pub fn is_touched(&self) -> bool {
        false
    }

    /// Whether the browser can record a call (W3C MediaStream Recording).
    pub fn can_record(&self) -> bool {
        false
    }

    /// Fills the screen with an element, or ends that.
    pub fn toggle_full_screen(&self, _element: NodeRef<html::Main>) {}

    /// Whether the browser has small windows that stay over all others.
    pub fn can_float(&self) -> bool {
        false
    }

    /// Shows a view in one, or where there are no such views, a stream; or closes the one there is.
    pub fn float(&self, _stream: StreamKey, _view: impl FnOnce() -> Erased + 'static) {}

    /// Closes it, if there is one.
    pub fn end_float(&self) {}

    /// Whether the browser lets a page fill the screen: telephones of one maker do not.
    pub fn can_fill_screen(&self) -> bool {
        false
    }

    /// Moves an element away from its place by so many pixels, or back.
    pub fn shift(&self, _element: NodeRef<html::Button>, _by: Option<(i32, i32)>) {}

    /// Lets an element hear of a pointer wherever it goes, until it is let go.
    pub fn capture_pointer(&self, _element: NodeRef<html::Button>, _pointer: i32) {}

    /// The width and height of the page on the screen, in pixels.
    pub fn window_size(&self) -> (i32, i32) {
        (0, 0)
    }

    pub fn share(&self, _title: &str, _url: &str) {}

    /// Gives the person a text as a file.
    pub fn save(&self, _name: &str, _text: &str) {}

    /// Whether a drop or a paste brings files.
    pub fn carries_files(&self, _event: &Event) -> bool {
        false
    }

    /// Takes the files that were chosen, dropped or pasted; they come to `done`, with their previews.
    pub fn pick_files(&self, _event: &Event, _done: impl FnOnce(Vec<Picked>) + 'static) {}

    /// Whether there is a place for a file of so many bytes; the answer goes to `done`.
    pub fn has_room(&self, _size: u64, _done: impl FnOnce(bool) + 'static) {}

    /// Lets the person say where a large file is to go, right after a click, where the browser can. `done` is called
    /// unless they want it nowhere.
    pub fn choose_place(&self, _id: u32, _name: &str, _size: u64, _done: impl FnOnce() + 'static) {}

    /// Takes a picture of what a video element shows of a stream, as large as it comes. The picture goes to `done`;
    /// nothing does when there is nothing to see.
    pub fn photograph(
        &self,
        _stream: StreamKey,
        _look: Look,
        _mirrored: bool,
        _done: impl FnOnce(Option<Photo>) + 'static,
    ) {
    }

    /// Gives the person a picture as a file.
    pub fn save_picture(&self, _shot: &Shot) {}

    /// Calls `press` at every Space or Enter that nothing else on the page has a use for, as long as the reactive
    /// owner lives.
    pub fn on_shutter(&self, _press: impl Fn() + 'static) {}

    /// When the page was loaded, by the clock on the wall: since 1970.
    pub fn loaded_at(&self) -> Time {
        Time::ZERO
    }

    /// A moment in seconds since 1970, as this person writes it; today without the day.
    pub fn moment(&self, _at: u64) -> String {
        String::new()
    }

    /// The time of day at some moment since the page was loaded, as this person writes it.
    pub fn clock(&self, _at: Time) -> String {
        String::new()
    }

    pub fn notification_permission(&self) -> NotificationPermission {
        NotificationPermission::Unsupported
    }

    /// Asks the person; the answer comes to `done`.
    pub fn ask_notification_permission(&self, _done: impl FnOnce(NotificationPermission) + 'static) {}

    pub fn set_title(&self, _title: &str) {}

    /// Opens a `dialog` element as a modal one, or closes it.
    pub fn show_modal(&self, _dialog: NodeRef<html::Dialog>, _open: bool) {}

    /// Calls `tick` every second for as long as the reactive owner lives.
    pub fn every_second(&self, _tick: impl Fn() + 'static) {}

    /// Whether the server answers at all.
    #[expect(clippy::unused_async, reason = "the browser's has to wait")]
    pub async fn reaches_server(&self) -> bool {
        false
    }

    /// Whether a person has already used this page since it was loaded: sounds may play.
    pub fn has_gesture(&self) -> bool {
        true
    }
}

/// A picture that was taken. Dropped, it is gone.
pub struct Photo(pub Shot);

/// Does what the phone asks for.
pub struct Performer;

impl Performer {
    /// `dispatch` hears whatever happens, never from inside a call to the performer. `level` hears the
    /// microphone's level, 0 to 1, about fifteen times a second while it is measured.
    pub fn start(
        _platform: &Platform,
        _dispatch: impl Fn(Input) + 'static,
        _level: impl Fn(f32) + 'static,
    ) -> Self {
        Self
    }

    pub fn perform(&self, _effect: Effect) {}

    /// Sets the one timer: [`Input::Tick`] comes at this time. A new call replaces the earlier one.
    pub fn wake_at(&self, _deadline: Option<Time>) {}
}

/// Does what the doctor asks for.
pub struct Examiner;

impl Examiner {
    /// `dispatch` hears whatever happens, never from inside a call to the examiner.
    pub fn new(_platform: &Platform, _dispatch: impl Fn(check::Input) + 'static) -> Self {
        Self
    }

    /// Whether the browser has WebRTC.
    pub fn can_call(&self) -> bool {
        false
    }

    pub fn perform(&self, _effect: check::Effect) {}

    /// Sets the one timer: [`check::Input::Tick`] comes at this time. A new call replaces the earlier one.
    pub fn wake_at(&self, _deadline: Option<Time>) {}
}

/// A view of any type.
pub type Erased = AnyView;

pub trait IntoFirst {
    /// Erases the type of a view that may be part of the first tree.
    fn into_first(self) -> Erased;
}

pub trait IntoFresh {
    /// Erases the type of a view that is never part of the first tree.
    fn into_fresh(self) -> Erased;
}

impl<V: IntoAny> IntoFirst for V {
    fn into_first(self) -> Erased {
        self.into_any()
    }
}

impl<V: IntoAny> IntoFresh for V {
    fn into_fresh(self) -> Erased {
        self.into_any()
    }
}
