//! The devices that the browser knows.

use std::{cell::RefCell, time::Duration};

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MediaDeviceInfo, MediaDeviceKind};

use super::{
    Dispatch, capture, js,
    listener::{EventListener, Timer},
    output,
};
use crate::call::{
    input::{DeviceEvent, Input},
    local::{DeviceInfo, Part},
};

/// One list for all the devices that were opened together, when whoever waits for a face has it.
const SOON: Duration = Duration::from_millis(400);

/// Tells of the devices, from the first question on.
pub struct DeviceList {
    dispatch: Dispatch,
    changes: RefCell<Option<EventListener>>,
    soon: RefCell<Option<Timer>>,
}

impl DeviceList {
    pub fn new(dispatch: Dispatch) -> Self {
        Self { dispatch, changes: RefCell::default(), soon: RefCell::default() }
    }

    /// Lists the devices now and whenever they change.
    pub fn tell(&self) {
        let Some(devices) = capture::devices() else { return };
        let dispatch = self.dispatch.clone();
        let listener =
            EventListener::new(&devices, "devicechange", move |_| spawn_local(list(dispatch.clone())));
        self.changes.replace(Some(listener));
        spawn_local(list(self.dispatch.clone()));
    }

    /// After a person has allowed a device: its name may be known only now.
    pub fn refresh(&self) {
        if self.changes.borrow().is_some() {
            let dispatch = self.dispatch.clone();
            self.soon.replace(Some(Timer::once(SOON, move || spawn_local(list(dispatch.clone())))));
        }
    }
}

async fn list(dispatch: Dispatch) {
    let Some(devices) = capture::devices() else { return };
    let Ok(found) = js::settled(devices.enumerate_devices()).await else { return };
    let found = found.unchecked_into::<Array>().into_iter();
    let listed = found.filter_map(|device| device_info(device.unchecked_ref())).collect();
    dispatch(Input::Device(DeviceEvent::Listed(listed)));
}

fn device_info(device: &MediaDeviceInfo) -> Option<DeviceInfo> {
    let part = match device.kind() {
        MediaDeviceKind::Audioinput => Part::Microphone,
        MediaDeviceKind::Videoinput => Part::Camera,
        MediaDeviceKind::Audiooutput if output::is_choosable() => Part::Speaker,
        _ => return None,
    };
    Some(DeviceInfo { part, id: device.device_id(), label: device.label(), group: device.group_id() })
}
