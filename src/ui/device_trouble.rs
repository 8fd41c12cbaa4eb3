//! A camera or microphone that does not work: what is wrong, and the ways out.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    words::{self, Devices},
};
use crate::{
    call::{
        input::Action,
        local::{DeviceKind, DeviceProblem, DeviceState},
        view::LocalView,
    },
    platform::IntoFresh,
    session::Session,
};

/// What is wrong with the devices that are wanted, if anything.
#[must_use]
pub fn trouble(local: &LocalView) -> Option<(Devices, DeviceProblem)> {
    match (local.camera, local.microphone) {
        (DeviceState::Failed(camera), DeviceState::Failed(microphone)) if camera == microphone => {
            Some((Devices::Both, camera))
        }
        (DeviceState::Failed(camera), _) => Some((Devices::One(DeviceKind::Camera), camera)),
        (_, DeviceState::Failed(microphone)) => Some((Devices::One(DeviceKind::Microphone), microphone)),
        _ => None,
    }
}

#[component]
pub fn DeviceTrouble(devices: Devices, problem: DeviceProblem) -> impl IntoView {
    let session = expect_context::<Session>();
    let without = move |_| {
        let microphone = devices == Devices::One(DeviceKind::Camera);
        session.act(Action::ChooseDevices { microphone, camera: false });
    };
    let glyph = match devices {
        Devices::One(DeviceKind::Microphone) => Glyph::MicrophoneOff,
        _ => Glyph::CameraOff,
    };
    view! {
        <div class="trouble" role="alert">
            <Icon glyph/>
            <p class="trouble__what">{words::trouble(devices, problem)}</p>
            <p>{words::remedy(problem)}</p>
            <div class="actions">
                <TryAgain problem/>
                <button type="button" class="button button--quiet" on:click=without>"Go in without"</button>
            </div>
        </div>
    }
    .into_fresh()
}

/// Opens what is wanted and failed once more, where that can help.
#[component]
pub fn TryAgain(problem: DeviceProblem) -> impl IntoView {
    let session = expect_context::<Session>();
    (problem != DeviceProblem::Insecure).then(|| {
        view! {
            <button type="button" class="button" on:click=move |_| session.act(Action::RetryDevices)>"Try again"</button>
        }
        .into_fresh()
    })
}
