//! What a call tells whoever is in it, above its buttons.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    device_trouble::{TryAgain, trouble},
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{
        input::Action,
        local::{DeviceState, Sharing},
    },
    platform::IntoFresh,
    session::Session,
};

/// The level of somebody who talks, and not of a room.
const VOICE: f32 = 0.32;
/// How long the hint stays after the last word.
const HINT: Duration = Duration::from_secs(3);

#[component]
pub fn TapToHear(name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let wanted = memo(move || session.call.with(|call| call.as_ref().is_some_and(|call| call.tap_to_hear)));
    live(move || {
        wanted.get().then(|| {
            view! {
                <button type="button" class="button button--accent" on:click=move |_| session.act(Action::TapToHear)>
                    <Icon glyph=Glyph::Speaker/>
                    {live(move || format!("Tap to hear {}", name.get()))}
                </button>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

/// A device that fails during the call does not end it.
#[component]
pub fn Trouble() -> impl IntoView {
    let session = expect_context::<Session>();
    let trouble = memo(move || session.local.with(trouble));
    live(move || {
        trouble.get().map(|(devices, problem)| {
            let words = [words::trouble(devices, problem), ". ", words::remedy(problem)].concat();
            view! {
                <div class="badge badge--trouble" role="alert">
                    <Icon glyph=Glyph::Warning/>
                    <p>{words}</p>
                    <TryAgain problem/>
                </div>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

/// Nobody should forget that others see the screen.
#[component]
pub fn Showing() -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.local.with(|local| local.sharing == Sharing::On));
    view! {
        <div role="status">
            {live(move || shown.get().then(|| view! {
                <div class="badge badge--showing">
                    <Icon glyph=Glyph::Screen/>
                    <p>"You are showing your screen."</p>
                    <button type="button" class="button" on:click=move |_| session.act(Action::ShareScreen(false))>"Stop showing"</button>
                </div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

/// For who talks and does not know that nobody hears it.
#[component]
pub fn MutedHint() -> impl IntoView {
    let session = expect_context::<Session>();
    let hint = RwSignal::new(false);
    let silent = memo(move || {
        session.local.with(|local| local.muted && !local.pressed && local.microphone == DeviceState::On)
    });
    let loud = memo(move || silent.get() && session.level.get() > VOICE);
    Effect::new(move |_| {
        if loud.get() {
            hint.set(true);
        } else if let Ok(timeout) = set_timeout_with_handle(move || _ = hint.try_set(false), HINT) {
            on_cleanup(move || timeout.clear());
        }
    });
    view! {
        <div role="status">
            {live(move || (hint.get() && silent.get()).then(|| view! {
                <div class="badge badge--muted"><Icon glyph=Glyph::MicrophoneOff/>"You are muted. Hold the space bar to talk."</div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}
