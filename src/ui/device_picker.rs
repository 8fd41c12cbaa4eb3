//! Which camera, which microphone and which speaker.

use leptos::prelude::*;

use super::live::{live, memo};

use crate::{
    call::{
        input::Action,
        local::{DeviceInfo, Part},
    },
    platform::{IntoFirst, IntoFresh},
    session::Session,
};

#[component]
pub fn DevicePickers() -> impl IntoView {
    view! {
        <div class="pickers">
            <DevicePicker part=Part::Camera label="Camera"/>
            <DevicePicker part=Part::Microphone label="Microphone"/>
            <DevicePicker part=Part::Speaker label="Speaker"/>
        </div>
    }
    .into_first()
}

/// Nothing as long as the browser does not say which devices there are.
#[component]
pub fn DevicePicker(part: Part, label: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let devices = memo(move || session.local.with(|local| named(&local.devices, part)));
    let selected = move || {
        session.local.with(|local| match part {
            Part::Camera => local.selected_camera.clone(),
            Part::Microphone => local.selected_microphone.clone(),
            Part::Speaker => local.selected_speaker.clone(),
        })
    };
    let select = move |id: String| {
        session.act(Action::SelectDevice { part, id: (!id.is_empty()).then_some(id) });
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

/// The devices for one purpose whose names the browser tells.
fn named(devices: &[DeviceInfo], part: Part) -> Vec<DeviceInfo> {
    let known = |device: &&DeviceInfo| device.part == part && device.is_named();
    devices.iter().filter(known).cloned().collect()
}
