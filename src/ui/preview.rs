//! One's own picture and voice before others get them.

use leptos::{html, prelude::*};

use super::{
    choices::Choices,
    device_picker::DevicePickers,
    device_trouble::{DeviceTrouble, trouble},
    icon::{Glyph, Icon},
    level_meter::LevelMeter,
    live::{live, memo},
    words::Devices,
};
use crate::{
    call::{
        input::Action,
        local::{DeviceProblem, DeviceState, Facing},
    },
    platform::{IntoFirst, IntoFresh, StreamKey},
    session::Session,
};

/// Beside the nickname: what to go in with, and how it looks.
#[component]
pub fn PromptPreview() -> impl IntoView {
    view! {
        <section class="preview" aria-label="Preview of camera and microphone">
            <Choices/>
            <OwnPicture/>
            <Level/>
            <DevicePickers/>
        </section>
    }
    .into_first()
}

/// In the room: off until somebody wants to look.
#[component]
pub fn RoomPreview() -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.local.with(|local| local.preview));
    view! {
        <section class="preview">
            <button
                type="button"
                class="button button--wide"
                aria-expanded=live(move || shown.get().to_string())
                on:click=move |_| session.act(Action::Preview(!shown.get_untracked()))
            >
                <Icon glyph=Glyph::Sliders/>
                "Your camera and microphone"
            </button>
            {live(move || shown.get().then(|| view! {
                <Choices/>
                <OwnPicture/>
                <Level/>
                <DevicePickers/>
            }.into_fresh()))}
        </section>
    }
    .into_fresh()
}

#[component]
fn Level() -> impl IntoView {
    let session = expect_context::<Session>();
    let heard = memo(move || session.local.with(|local| local.microphone == DeviceState::On));
    live(move || {
        heard.get().then(|| {
            view! { <div class="level"><Icon glyph=Glyph::Microphone/><LevelMeter level=session.level/></div> }.into_fresh()
        })
    })
    .into_first()
}

/// What there is to see of the own camera.
#[derive(Clone, Copy, PartialEq)]
enum Picture {
    /// Not known before the page runs.
    Moment,
    /// Nobody has asked for the camera yet.
    Unasked,
    Opening,
    On,
    /// Not wanted.
    Off {
        microphone: bool,
    },
    Trouble(Devices, DeviceProblem),
}

fn picture(session: Session) -> Picture {
    if !session.ready.get() {
        return Picture::Moment;
    }
    let secure = session.platform().is_none_or(|platform| platform.is_secure());
    session.local.with(|local| {
        let wanted = local.use_microphone || local.use_camera;
        if let Some((devices, problem)) = trouble(local) {
            return Picture::Trouble(devices, problem);
        }
        match local.camera {
            _ if wanted && !secure => Picture::Trouble(Devices::Both, DeviceProblem::Insecure),
            DeviceState::On => Picture::On,
            DeviceState::Opening => Picture::Opening,
            _ if local.microphone == DeviceState::Opening => Picture::Opening,
            _ if local.use_camera => Picture::Unasked,
            _ if local.use_microphone && local.microphone == DeviceState::Off => Picture::Unasked,
            _ => Picture::Off { microphone: local.use_microphone },
        }
    })
}

#[component]
fn OwnPicture() -> impl IntoView {
    let session = expect_context::<Session>();
    let picture = memo(move || picture(session));
    let ask = move |_| {
        let (microphone, camera) =
            session.local.with_untracked(|local| (local.use_microphone, local.use_camera));
        session.act(Action::ChooseDevices { microphone, camera });
    };
    view! {
        <div class="picture">
            {live(move || match picture.get() {
                Picture::Moment => view! { <p class="picture__words">"One moment…"</p> }.into_first(),
                Picture::Unasked => view! {
                    <div class="picture__words">
                        <p>"See and hear yourself before others do."</p>
                        <button type="button" class="button" on:click=ask>"Turn on"</button>
                    </div>
                }.into_fresh(),
                Picture::Opening => view! {
                    <p class="picture__words" role="status">
                        "Your browser asks whether this page may use it. Please allow it there."
                    </p>
                }.into_fresh(),
                Picture::On => view! { <OwnVideo label="Your camera"/> }.into_fresh(),
                Picture::Off { microphone: true } => view! {
                    <p class="picture__words">"Your camera stays off. Others will hear you."</p>
                }.into_fresh(),
                Picture::Off { microphone: false } => view! {
                    <p class="picture__words">
                        "Others will neither see nor hear you. You can turn both on during a call."
                    </p>
                }.into_fresh(),
                Picture::Trouble(devices, problem) => view! { <DeviceTrouble devices problem/> }.into_fresh(),
            })}
        </div>
    }
    .into_first()
}

/// The own camera, as in a mirror; one that looks away from the person is no mirror.
#[component]
pub fn OwnVideo(label: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let video = NodeRef::<html::Video>::new();
    if let Some(platform) = session.platform() {
        platform.attach(StreamKey::LocalCamera, video);
    }
    let facing = move || session.local.with(|local| (local.facing == Some(Facing::Back)).then_some("back"));
    view! {
        <video
            class="own-video"
            data-testid="self-video"
            data-facing=live(facing)
            aria-label=label
            autoplay
            playsinline
            muted
            prop:muted=true
            node_ref=video
        ></video>
    }
    .into_fresh()
}
