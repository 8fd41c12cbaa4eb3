//! Which camera and which microphone.

use leptos::prelude::*;

use super::live::{live, memo};

use crate::{
    call::{
        input::Action,
        local::{DeviceInfo, DeviceKind},
    },
    platform::{IntoFirst, IntoFresh},
    session::Session,
};

#[component]
pub fn DevicePickers() -> impl IntoView {
    view! {
        <div class="pickers">
            <DevicePicker kind=DeviceKind::Camera label="Camera"/>
            <DevicePicker kind=DeviceKind::Microphone label="Microphone"/>
        </div>
    }
    .into_first()
}

/// Nothing as long as the browser does not say which devices there are.
#[component]
pub fn DevicePicker(kind: DeviceKind, label: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let devices = memo(move || session.local.with(|local| named(&local.devices, kind)));
    let selected = move || {
        session.local.with(|local| match kind {
            DeviceKind::Camera => local.selected_camera.clone(),
            DeviceKind::Microphone => local.selected_microphone.clone(),
        })
    };
    let select = move |id: String| {
        session.act(Action::SelectDevice { kind, id: (!id.is_empty()).then_some(id) });
    };
    let options = move || {
        let chosen = selected();
        let option = |device: DeviceInfo| {
            let selected = chosen.as_ref() == Some(&device.id);
            view! { <option value=device.id selected=selected>{device.label}</option> }
        };
        devices.get().into_iter().map(option).collect_view()
    };
    live(move || {
        (!devices.with(Vec::is_empty)).then(|| {
            view! {
                <label class="field picker">
                    <span>{label}</span>
                    <select on:change:target=move |event| select(event.target().value())>
                        <option value="" selected=live(move || selected().is_none())>"The browser’s choice"</option>
                        {options}
                    </select>
                </label>
            }
            .into_fresh()
        })
    })
    .into_first()
}

/// The devices of one kind whose names the browser tells.
fn named(devices: &[DeviceInfo], kind: DeviceKind) -> Vec<DeviceInfo> {
    let known =
        |device: &&DeviceInfo| device.kind == kind && !device.id.is_empty() && !device.label.is_empty();
    devices.iter().filter(known).cloned().collect()
}
