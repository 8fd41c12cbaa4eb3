//! The photo booth: the own camera as a mirror, and a strip of pictures that stay in this browser.

mod mirror;
mod strip;

use std::time::Duration;

use leptos::{html, prelude::*};

use self::{mirror::Mirror, strip::Strip};
use super::{
    aside::AsideHead,
    device_picker::DevicePicker,
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{
        input::Action,
        local::{DeviceState, Part},
    },
    look::Look,
    platform::{IntoFresh, Photo, Shot, StreamKey},
    session::Session,
};

/// How many pictures fit on the strip: each is a megabyte or two of this browser's memory.
const STRIP_MOST: usize = 12;

const COUNT_FROM: u32 = 3;

/// What the booth's parts share.
#[derive(Clone, Copy)]
struct Booth {
    session: Session,
    look: RwSignal<Look>,
    mirrored: RwSignal<bool>,
    /// Whether it counts down before it takes a picture.
    waits: RwSignal<bool>,
    counting: RwSignal<Option<u32>>,
    /// Counts what has been counted down: one that was stopped takes no picture.
    turn: StoredValue<u32>,
    strip: RwSignal<Vec<Picture>>,
    /// The pictures themselves, for as long as they are on the strip.
    photos: StoredValue<Vec<(u32, Photo)>, LocalStorage>,
    /// The number of the picture that was taken last.
    newest: RwSignal<u32>,
    /// For who does not see it.
    said: RwSignal<String>,
    /// The camera's picture is there.
    seen: RwSignal<bool>,
    shutter: NodeRef<html::Button>,
}

#[derive(Clone, Debug, PartialEq)]
struct Picture {
    number: u32,
    look: Look,
    shot: Shot,
}

impl Booth {
    fn new(session: Session) -> Self {
        Self {
            session,
            look: RwSignal::new(Look::Plain),
            mirrored: RwSignal::new(true),
            waits: RwSignal::new(false),
            counting: RwSignal::new(None),
            turn: StoredValue::new(0),
            strip: RwSignal::new(Vec::new()),
            photos: StoredValue::new_local(Vec::new()),
            newest: RwSignal::new(0),
            said: RwSignal::new(String::new()),
            seen: RwSignal::new(false),
            shutter: NodeRef::new(),
        }
    }

    fn camera(self) -> DeviceState {
        self.session.local.with(|local| local.camera)
    }

    fn is_full(self) -> bool {
        self.strip.with(Vec::len) >= STRIP_MOST
    }

    fn is_open(self) -> bool {
        self.camera() == DeviceState::On && self.seen.get() && !self.is_full()
    }

    /// Takes a picture, now or in three seconds; while it counts, stops.
    fn press(self) {
        if self.counting.get_untracked().is_some() {
            self.stop();
            self.said.set("Stopped.".into());
        } else if !untrack(|| self.is_open()) {
        } else if self.waits.get_untracked() {
            self.count(COUNT_FROM);
        } else {
            self.take();
        }
    }

    fn count(self, left: u32) {
        self.counting.set(Some(left));
        self.said.set(left.to_string());
        let turn = self.turn.get_value();
        let next = move || {
            // Stopped meanwhile, or nobody is in here any more.
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            if left > 1 {
                self.count(left - 1);
            } else {
                self.stop();
                self.take();
            }
        };
        set_timeout(next, Duration::from_secs(1));
    }

    fn stop(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.counting.set(None);
    }

    fn take(self) {
        let Some(platform) = self.session.platform() else { return };
        let (look, mirrored) = (self.look.get_untracked(), self.mirrored.get_untracked());
        platform.photograph(StreamKey::LocalCamera, look, mirrored, move |photo| self.keep(look, photo));
    }

    /// Whoever has left the booth meanwhile, or has a full strip, has no picture more.
    fn keep(self, look: Look, photo: Option<Photo>) {
        let Some(photo) = photo else {
            let _ = self.said.try_set("That did not work. Try again.".into());
            return;
        };
        if self.strip.try_with_untracked(|strip| strip.len() >= STRIP_MOST).unwrap_or(true) {
            return;
        }
        let number = self.newest.get_untracked().wrapping_add(1);
        self.newest.set(number);
        let picture = Picture { number, look, shot: photo.0.clone() };
        self.photos.update_value(|photos| photos.push((number, photo)));
        self.strip.update(|strip| strip.insert(0, picture));
        self.said.set(format!("Picture {number} taken."));
    }

    fn delete(self, number: u32) {
        self.strip.update(|strip| strip.retain(|picture| picture.number != number));
        self.photos.update_value(|photos| photos.retain(|(photo, _)| *photo != number));
        self.said.set(format!("Picture {number} deleted."));
        // A shutter that waited for a place on the strip is there again with the next frame.
        request_animation_frame(move || {
            if let Some(shutter) = self.shutter.try_get_untracked().flatten() {
                _ = shutter.focus();
            }
        });
    }
}

#[component]
pub fn BoothScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let booth = Booth::new(session);
    // The camera is open for as long as somebody is in here.
    Effect::new(move |_| {
        session.act(Action::Booth(true));
        on_cleanup(move || session.act(Action::Booth(false)));
    });
    if let Some(platform) = session.platform() {
        platform.on_shutter(move || booth.press());
    }
    view! {
        <main class="room" data-ready=live(move || session.ready.get().to_string())>
            <AsideHead title=words::BOOTH/>
            <section class="booth__camera" aria-label="Camera">
                <Mirror booth/>
                <Shutter booth/>
            </section>
            <section class="booth__settings" aria-label="How it looks">
                <Looks booth/>
                <Switch label="As in a mirror" on=booth.mirrored/>
                <Switch label="Count down from three" on=booth.waits/>
                <DevicePicker part=Part::Camera label="Camera"/>
            </section>
            <Strip booth/>
            <p class="visually-hidden" role="status">{live(move || booth.said.get())}</p>
        </main>
    }
    .into_fresh()
}

#[component]
fn Shutter(booth: Booth) -> impl IntoView {
    let counts = memo(move || booth.counting.get().is_some());
    let open = memo(move || booth.is_open());
    let full = memo(move || booth.is_full());
    view! {
        <div class="booth__shutter">
            <button
                type="button"
                class="button button--accent"
                node_ref=booth.shutter
                disabled=live(move || !open.get() && !counts.get())
                on:click=move |_| booth.press()
            >
                <Icon glyph=Glyph::Photo/>
                {live(move || if counts.get() { "Stop" } else { "Take a picture" })}
            </button>
            <p class="booth__hint">
                {live(move || if full.get() {
                    "The strip is full. Save what you like, and delete a picture to take another one."
                } else {
                    "Space and Enter take one too. Pictures stay in this browser until you leave."
                })}
            </p>
        </div>
    }
    .into_fresh()
}

#[component]
fn Looks(booth: Booth) -> impl IntoView {
    let looks = Look::ALL.map(|look| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="look"
                    class="visually-hidden"
                    prop:checked=live(move || booth.look.get() == look)
                    on:change=move |_| booth.look.set(look)
                />
                <span>{words::look(look)}</span>
            </label>
        }
        .into_fresh()
    });
    view! {
        <fieldset class="looks">
            <legend class="visually-hidden">"Look"</legend>
            {looks.into_iter().collect_view()}
        </fieldset>
    }
    .into_fresh()
}

#[component]
fn Switch(label: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="switch">
            <input
                type="checkbox"
                prop:checked=live(move || on.get())
                on:change:target=move |event| on.set(event.target().checked())
            />
            <span>{label}</span>
        </label>
    }
    .into_fresh()
}
