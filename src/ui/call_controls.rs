//! The buttons of a call.

use leptos::prelude::*;

use super::{
    chat::{ChatButton, Draft},
    device_picker::DevicePickers,
    icon::{Glyph, Icon},
    live::{live, memo},
};
use crate::{call::input::Action, platform::IntoFresh, session::Session};

/// What the microphone's button does, and the key M. Unmuting somebody who is just listening opens it.
pub fn toggle_microphone(session: Session) {
    let heard = session.local.with_untracked(|local| local.use_microphone && !local.muted);
    session.act(Action::Mute(heard));
}

/// What the camera's button does, and the key V.
pub fn toggle_camera(session: Session) {
    session.act(Action::Camera(!session.local.with_untracked(|local| local.use_camera)));
}

#[component]
pub fn CallControls(
    /// Still calling: there is nothing to hang up yet.
    #[prop(into)]
    outgoing: Signal<bool>,
    draft: Draft,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let hears = memo(move || session.local.with(|local| local.use_microphone && !local.muted));
    let sees = memo(move || session.local.with(|local| local.use_camera));
    let devices = RwSignal::new(false);
    let microphone = move || if hears.get() { Glyph::Microphone } else { Glyph::MicrophoneOff };
    let camera = move || if sees.get() { Glyph::Camera } else { Glyph::CameraOff };
    view! {
        <div class="controls">
            {live(move || devices.get().then(|| view! { <div class="controls__devices"><DevicePickers/></div> }.into_fresh()))}
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
                <button
                    type="button"
                    class="control"
                    aria-expanded=live(move || devices.get().to_string())
                    on:click=move |_| devices.update(|devices| *devices = !*devices)
                >
                    <Icon glyph=Glyph::Sliders/>
                    <span>"Devices"</span>
                </button>
                {live(move || (!outgoing.get()).then(|| view! { <ChatButton draft/> }.into_fresh()))}
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
