//! The buttons of a call.

use leptos::{html, prelude::*};

use super::{
    call_photo::{Album, PhotoButton},
    chat::{ChatButton, Draft},
    device_picker::DevicePickers,
    files::{FileButton, Picker},
    float::FloatButton,
    icon::{Glyph, Icon},
    live::{live, memo},
    recording::RecordButton,
    self_pane::Arrangement,
    settings::SettingsButton,
};
use crate::{
    call::{
        input::Action,
        local::{DeviceState, Sharing, can_flip},
    },
    platform::IntoFresh,
    session::Session,
};

/// What the microphone's button does, and the key M. Unmuting somebody who is just listening opens it.
pub fn toggle_microphone(session: Session) {
    let heard = session.local.with_untracked(|local| local.use_microphone && !local.muted);
    session.act(Action::Mute(heard));
}

/// What the camera's button does, and the key V.
pub fn toggle_camera(session: Session) {
    session.act(Action::Camera(!session.local.with_untracked(|local| local.use_camera)));
}

/// What the screen's button does, and the key S.
pub fn toggle_screen(session: Session) {
    if session.platform().is_some_and(|platform| platform.can_show_screen()) {
        session.act(Action::ShareScreen(session.local.with_untracked(|local| local.sharing == Sharing::Off)));
    }
}

/// What is behind *More*, and under keys.
#[derive(Clone, Copy)]
pub struct Extras {
    pub arrangement: Arrangement,
    pub album: Album,
    /// Fills the screen.
    pub stage: NodeRef<html::Main>,
    /// The list of keys is shown.
    pub keys: RwSignal<bool>,
}

impl Extras {
    pub fn fill_screen(self, session: Session) {
        if let Some(platform) = session.platform() {
            platform.toggle_full_screen(self.stage);
        }
    }
}

#[component]
pub fn CallControls(
    /// Still calling: there is nothing to hang up yet.
    #[prop(into)]
    outgoing: Signal<bool>,
    draft: Draft,
    extras: Extras,
    picker: Picker,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let hears = memo(move || session.local.with(|local| local.use_microphone && !local.muted));
    let sees = memo(move || session.local.with(|local| local.use_camera));
    let more = RwSignal::new(false);
    let microphone = move || if hears.get() { Glyph::Microphone } else { Glyph::MicrophoneOff };
    let camera = move || if sees.get() { Glyph::Camera } else { Glyph::CameraOff };
    let shows = session.platform().is_some_and(|platform| platform.can_show_screen());
    view! {
        <div class="controls">
            {live(move || more.get().then(|| view! { <More extras/> }.into_fresh()))}
            <div class="controls__row" role="group" aria-label="Call controls">
                <button
                    type="button"
                    class="control"
                    aria-pressed=live(move || hears.get().to_string())
                    title="Microphone (M)"
                    on:click=move |_| toggle_microphone(session)
                >
                    {live(move || view! { <Icon glyph=microphone()/> })}
                    <span>"Microphone"</span>
                </button>
                <button
                    type="button"
                    class="control"
                    aria-pressed=live(move || sees.get().to_string())
                    title="Camera (V)"
                    on:click=move |_| toggle_camera(session)
                >
                    {live(move || view! { <Icon glyph=camera()/> })}
                    <span>"Camera"</span>
                </button>
                {live(move || (shows && !outgoing.get()).then(|| view! { <ScreenButton/> }.into_fresh()))}
                {live(move || (!outgoing.get()).then(|| view! { <ChatButton draft/><FileButton picker/> }.into_fresh()))}
                <button
                    type="button"
                    class="control"
                    title="Devices, views and keys"
                    aria-expanded=live(move || more.get().to_string())
                    on:click=move |_| more.update(|more| *more = !*more)
                >
                    <Icon glyph=Glyph::More/>
                    <span>"More"</span>
                </button>
                <button
                    type="button"
                    class="control control--hang-up"
                    on:click=move |_| session.act(Action::HangUp)
                >
                    <Icon glyph=Glyph::HangUp/>
                    <span>{live(move || if outgoing.get() { "Cancel" } else { "Hang up" })}</span>
                </button>
            </div>
        </div>
    }
    .into_fresh()
}

/// Pressed while the screen is shown, or the browser asks which.
#[component]
fn ScreenButton() -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.local.with(|local| local.sharing != Sharing::Off));
    let glyph = move || if shown.get() { Glyph::ScreenOff } else { Glyph::Screen };
    view! {
        <button
            type="button"
            class="control control--screen"
            aria-pressed=live(move || shown.get().to_string())
            title="Screen (S)"
            on:click=move |_| toggle_screen(session)
        >
            {live(move || view! { <Icon glyph=glyph()/> })}
            <span>"Screen"</span>
        </button>
    }
    .into_fresh()
}

/// Where there is a camera on the other side.
#[component]
fn FlipButton() -> impl IntoView {
    let session = expect_context::<Session>();
    let touched = session.platform().is_some_and(|platform| platform.is_touched());
    let flips = memo(move || {
        session
            .local
            .with(|local| local.camera == DeviceState::On && can_flip(local.facing, &local.devices, touched))
    });
    live(move || {
        flips.get().then(|| {
            view! {
                <button type="button" class="button" on:click=move |_| session.act(Action::FlipCamera)>
                    <Icon glyph=Glyph::Flip/>
                    "Flip camera"
                </button>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

#[component]
fn More(extras: Extras) -> impl IntoView {
    let session = expect_context::<Session>();
    let Arrangement { hidden, .. } = extras.arrangement;
    let fills = session.platform().is_some_and(|platform| platform.can_fill_screen());
    view! {
        <div class="more">
            <DevicePickers/>
            <div class="more__row">
                <FlipButton/>
                <PhotoButton album=extras.album/>
                <RecordButton/>
                <button type="button" class="button" on:click=move |_| extras.arrangement.hide_or_show()>
                    {live(move || view! { <Icon glyph=if hidden.get() { Glyph::Eye } else { Glyph::EyeOff }/> })}
                    {live(move || if hidden.get() { "Show my picture" } else { "Hide my picture" })}
                </button>
                {fills.then(|| view! {
                    <button type="button" class="button" on:click=move |_| extras.fill_screen(session)>
                        <Icon glyph=Glyph::Fill/>
                        "Full screen"
                    </button>
                }.into_fresh())}
                <FloatButton/>
                <button type="button" class="button" on:click=move |_| extras.keys.set(true)>"Keys (?)"</button>
                <SettingsButton/>
            </div>
        </div>
    }
    .into_fresh()
}
