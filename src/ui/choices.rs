//! What to go in with: camera and microphone, voice only, or neither.

use leptos::prelude::*;

use super::live::live;

use crate::{call::input::Action, platform::IntoFirst, session::Session};

#[component]
pub fn Choices() -> impl IntoView {
    view! {
        <fieldset class="segments">
            <legend class="visually-hidden">"Go in with"</legend>
            <Choice label="Camera and microphone" microphone=true camera=true/>
            <Choice label="Voice only" microphone=true camera=false/>
            <Choice label="Just listen" microphone=false camera=false/>
        </fieldset>
    }
    .into_first()
}

#[component]
fn Choice(label: &'static str, microphone: bool, camera: bool) -> impl IntoView {
    let session = expect_context::<Session>();
    let chosen = live(move || {
        session
            .local
            .with(|local| local.use_camera == camera && (camera || local.use_microphone == microphone))
    });
    view! {
        <label class="segment">
            <input
                type="radio"
                name="devices"
                class="visually-hidden"
                checked=chosen.clone()
                prop:checked=chosen
                disabled=live(move || !session.ready.get())
                on:change=move |_| session.act(Action::ChooseDevices { microphone, camera })
            />
            <span>{label}</span>
        </label>
    }
    .into_first()
}
