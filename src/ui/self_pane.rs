//! One's own picture during a call, small.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    preview::OwnVideo,
};
use crate::{
    call::{local::DeviceState, status::CallStatus},
    platform::IntoFresh,
    session::Session,
};

/// How long the own picture may wait for the other side's.
const PATIENCE: Duration = Duration::from_millis(700);

/// While the other side's first picture is on its way, the own one does not compete with it.
#[component]
pub fn SelfPane() -> impl IntoView {
    let session = expect_context::<Session>();
    let camera = memo(move || session.local.with(|local| local.camera == DeviceState::On));
    let settled = RwSignal::new(!untrack(|| is_connecting(session)));
    let settle = move || {
        let _ = settled.try_set(true);
    };
    // An effect: there is no time on the server.
    Effect::new(move |_| {
        if let Ok(timeout) = set_timeout_with_handle(settle, PATIENCE) {
            on_cleanup(move || timeout.clear());
        }
    });
    Effect::new(move |_| {
        if session.call.with(|call| call.as_ref().is_some_and(|call| call.setup.is_some())) {
            settle();
        }
    });
    let shown = memo(move || camera.get().then(|| settled.get()));
    let muted = memo(move || session.local.with(|local| local.muted || !local.use_microphone));
    view! {
        <div class="self" data-camera=live(move || if camera.get() { "on" } else { "off" })>
            {live(move || match shown.get() {
                Some(true) => view! { <OwnVideo label="Your picture"/> }.into_fresh(),
                Some(false) => ().into_fresh(),
                None => view! { <p class="self__words"><Icon glyph=Glyph::CameraOff/>"You"</p> }.into_fresh(),
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

fn is_connecting(session: Session) -> bool {
    let status = session.call.with(|call| call.as_ref().map(|call| call.status));
    matches!(status, Some(CallStatus::Connecting(_)))
}
