//! One's own picture during a call, small.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    preview::OwnVideo,
};
use crate::{call::local::DeviceState, platform::IntoFresh, session::Session};

#[component]
pub fn SelfPane() -> impl IntoView {
    let session = expect_context::<Session>();
    let camera = memo(move || session.local.with(|local| local.camera == DeviceState::On));
    let muted = memo(move || session.local.with(|local| local.muted || !local.use_microphone));
    view! {
        <div class="self" data-camera=live(move || if camera.get() { "on" } else { "off" })>
            {live(move || match camera.get() {
                true => view! { <OwnVideo label="Your picture"/> }.into_fresh(),
                false => view! { <p class="self__words"><Icon glyph=Glyph::CameraOff/>"You"</p> }.into_fresh(),
            })}
            {live(move || muted.get().then(|| view! {
                <span class="self__muted" role="img" aria-label="You are muted">
                    <Icon glyph=Glyph::MicrophoneOff/>
                </span>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}
