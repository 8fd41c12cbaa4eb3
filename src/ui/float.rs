//! The call in a small window over all others.

use leptos::{html, prelude::*};

use super::{
    avatar::Avatar,
    call_controls::{toggle_camera, toggle_microphone},
    icon::{Glyph, Icon},
    live::{live, memo},
    recording::RecordingMarks,
    words,
};
use crate::{
    call::{control::CameraState, input::Action, status::CallStatus},
    platform::{Erased, IntoFresh, StreamKey},
    protocol::PeerId,
    session::Session,
};

/// Whom it shows.
fn other(session: Session) -> Option<(PeerId, String)> {
    let call = session.call.read();
    call.as_ref()?.others.first().map(|other| (other.peer, other.nickname.to_string()))
}

/// Opens the window, or closes it.
pub fn toggle(session: Session) {
    let Some((platform, (peer, name))) = session.platform().zip(untrack(|| other(session))) else { return };
    platform.float(StreamKey::RemoteCamera(peer), move || {
        provide_context(session);
        view! { <Floating peer name/> }.into_fresh()
    });
}

#[component]
pub fn FloatButton() -> impl IntoView {
    let session = expect_context::<Session>();
    let can = session.platform().is_some_and(|platform| platform.can_float());
    can.then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| toggle(session)>
                <Icon glyph=Glyph::Window/>
                "Small window"
            </button>
        }
        .into_fresh()
    })
}

/// The other side, and what one does most.
#[component]
fn Floating(peer: PeerId, name: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let video = NodeRef::<html::Video>::new();
    if let Some(platform) = session.platform() {
        platform.attach(StreamKey::RemoteCamera(peer), video);
    }
    let seen = memo(move || {
        session.call.with(|call| {
            let other = call.as_ref().and_then(|call| call.others.iter().find(|other| other.peer == peer));
            other.is_some_and(|other| other.media.camera == CameraState::On)
        })
    });
    let status = memo(move || session.call.with(|call| call.as_ref().map(|call| call.status)));
    // That all is well goes without saying.
    let trouble = move || status.get().filter(|status| !matches!(status, CallStatus::Connected { .. }));
    let hears = memo(move || session.local.with(|local| local.use_microphone && !local.muted));
    let sees = memo(move || session.local.with(|local| local.use_camera));
    view! {
        <main class="stage float">
            <div class="remote" data-camera=live(move || if seen.get() { "on" } else { "off" })>
                <video aria-label=format!("Picture of {name}") autoplay playsinline node_ref=video></video>
                <Avatar name=name.clone()/>
            </div>
            <header class="float__head">
                <h1>{name}</h1>
                <p role="status">{live(move || trouble().map(words::call_status))}</p>
                <RecordingMarks/>
            </header>
            <div class="float__row" role="group" aria-label="Call controls">
                {switch("Microphone", hears, [Glyph::Microphone, Glyph::MicrophoneOff], move || toggle_microphone(session))}
                {switch("Camera", sees, [Glyph::Camera, Glyph::CameraOff], move || toggle_camera(session))}
                <button
                    type="button"
                    class="control control--hang-up"
                    aria-label="Hang up"
                    on:click=move |_| session.act(Action::HangUp)
                >
                    <Icon glyph=Glyph::HangUp/>
                </button>
            </div>
        </main>
    }
}

fn switch(
    name: &'static str,
    on: Memo<bool>,
    [yes, no]: [Glyph; 2],
    toggle: impl Fn() + Send + 'static,
) -> Erased {
    view! {
        <button
            type="button"
            class="control"
            aria-label=name
            aria-pressed=live(move || on.get().to_string())
            on:click=move |_| toggle()
        >
            {live(move || view! { <Icon glyph=if on.get() { yes } else { no }/> })}
        </button>
    }
    .into_fresh()
}
