//! The call on a headset's buttons and a phone's lock screen (W3C Media Session).

use std::cell::RefCell;

use leptos::prelude::window;
use wasm_bindgen::{JsValue, closure::Closure};

use super::{Dispatch, js};
use crate::call::{
    effect::OnTheKeys,
    input::{Action, Input},
};

/// What is pressed there, and what a person means by it.
type Key = Closure<dyn FnMut()>;

#[derive(Default)]
pub struct MediaKeys(RefCell<Vec<Key>>);

const KEYS: [&str; 3] = ["hangup", "togglemicrophone", "togglecamera"];

impl MediaKeys {
    pub fn show(&self, call: Option<&OnTheKeys>, dispatch: &Dispatch) {
        let session = js::get(&window().navigator(), "mediaSession");
        if !session.is_object() {
            return;
        }
        let state = if call.is_some() { "playing" } else { "none" };
        js::set(&session, "playbackState", &state.into());
        let title = call.map(|call| js::object(&[("title", call.with.as_str().into())]));
        let metadata = title.and_then(|title| js::construct("MediaMetadata", &[title]).ok());
        js::set(&session, "metadata", &metadata.unwrap_or(JsValue::NULL));
        let tell = |method: &str, arguments: &[JsValue]| {
            // A browser that does not know a key says so.
            if let Err(error) = js::call(&session, method, arguments) {
                js::debug("not on the keys:", &error);
            }
        };
        let actions =
            call.map(|call| [Action::HangUp, Action::Mute(!call.muted), Action::Camera(!call.camera)]);
        let keys = actions.into_iter().flatten().map(|action| {
            let dispatch = dispatch.clone();
            Key::new(move || dispatch(Input::Person(action.clone())))
        });
        let keys: Vec<Key> = keys.collect();
        for (place, name) in KEYS.into_iter().enumerate() {
            let handler = keys.get(place).map_or(JsValue::NULL, |key| key.as_ref().clone());
            tell("setActionHandler", &[name.into(), handler]);
        }
        if let Some(call) = call {
            tell("setMicrophoneActive", &[(!call.muted).into()]);
            tell("setCameraActive", &[call.camera.into()]);
        }
        // The earlier ones go when nothing names them any more.
        self.0.replace(keys);
    }
}
