//! The camera, as in a mirror.

use leptos::prelude::*;

use super::Booth;
use crate::{
    call::local::{DeviceKind, DeviceProblem, DeviceState},
    look::Look,
    platform::IntoFresh,
    ui::{
        device_trouble::TryAgain,
        icon::{Glyph, Icon},
        live::{live, memo},
        preview::OwnVideo,
        words,
    },
};

#[component]
pub fn Mirror(booth: Booth) -> impl IntoView {
    let camera = memo(move || booth.camera());
    view! {
        <div class="booth__mirror" data-mirrored=live(move || booth.mirrored.get().then_some(""))>
            {live(move || match camera.get() {
                DeviceState::On => {
                    on_cleanup(move || _ = booth.seen.try_set(false));
                    view! {
                        <div
                            class=live(move || class_of(booth.look.get()))
                            on:loadeddata:capture=move |_| booth.seen.set(true)
                        >
                            <OwnVideo label="Your camera"/>
                        </div>
                    }
                    .into_fresh()
                }
                DeviceState::Off => view! { <p class="booth__words">"One moment…"</p> }.into_fresh(),
                DeviceState::Opening => view! {
                    <p class="booth__words" role="status">
                        "Your browser asks whether this page may use the camera. Please allow it there."
                    </p>
                }.into_fresh(),
                DeviceState::Failed(problem) => view! { <Trouble problem/> }.into_fresh(),
            })}
            {live(move || booth.counting.get().map(|left| view! {
                <p class="booth__count" aria-hidden="true">{left}</p>
            }.into_fresh()))}
            // Each picture has a flash of its own.
            <For each=move || flash(booth) key=|number| *number let:_number>
                <div class="booth__flash" aria-hidden="true"></div>
            </For>
        </div>
    }
    .into_fresh()
}

/// The number of the last picture.
fn flash(booth: Booth) -> Option<u32> {
    Some(booth.newest.get()).filter(|number| *number > 0)
}

#[component]
fn Trouble(problem: DeviceProblem) -> impl IntoView {
    let camera = words::Devices::One(DeviceKind::Camera);
    view! {
        <div class="trouble" role="alert">
            <Icon glyph=Glyph::CameraOff/>
            <p class="trouble__what">{words::trouble(camera, problem)}</p>
            <p>{words::remedy(problem)}</p>
            <div class="actions"><TryAgain problem/></div>
        </div>
    }
    .into_fresh()
}

const fn class_of(look: Look) -> &'static str {
    match look {
        Look::Plain => "look--plain",
        Look::Mono => "look--mono",
        Look::Sepia => "look--sepia",
        Look::Warm => "look--warm",
        Look::Cool => "look--cool",
        Look::Blur => "look--blur",
    }
}
