//! What a rehearsal sends: a picture that moves and a tone that nobody hears, so that it needs no device.

use std::{cell::Cell, time::Duration};

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AudioContext, MediaStream, MediaStreamTrack};

use crate::platform::browser::{js, listener::Timer};

const FRAME: Duration = Duration::from_millis(66);
const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;
const FRAMES_A_TURN: u32 = 60;

/// Dropped, they end.
pub struct Models {
    pub stream: MediaStream,
    pub tone: MediaStreamTrack,
    context: AudioContext,
    _brush: Timer,
}

impl Models {
    pub fn pose() -> Result<Self, JsValue> {
        let canvas: JsValue = document().create_element("canvas")?.into();
        js::set(&canvas, "width", &WIDTH.into());
        js::set(&canvas, "height", &HEIGHT.into());
        let brush = js::call(&canvas, "getContext", &["2d".into()])?;
        let frame = Cell::new(0);
        let timer = Timer::every(FRAME, move || {
            frame.set((frame.get() + 1) % FRAMES_A_TURN);
            draw(&brush, frame.get());
        });
        let context = AudioContext::new()?;
        js::ignore(context.resume());
        let stream = MediaStream::new()?;
        stream.add_track(&first(&js::call(&canvas, "captureStream", &[])?)?);
        let tone = hum(&context)?;
        stream.add_track(&tone);
        Ok(Self { stream, tone, context, _brush: timer })
    }
}

impl Drop for Models {
    fn drop(&mut self) {
        for track in self.stream.get_tracks() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        js::ignore(self.context.close());
    }
}

/// Every picture differs from the last one in all of its parts: encoders leave out what stays.
fn draw(brush: &JsValue, frame: u32) {
    for (place, offset) in [0, 20, 40].into_iter().enumerate() {
        let hue = (frame + offset) * 360 / FRAMES_A_TURN;
        js::set(brush, "fillStyle", &format!("hsl({hue} 60% 50%)").into());
        let width = WIDTH / 3;
        let area = [place as u32 * width, 0, width, HEIGHT].map(JsValue::from);
        let _ = js::call(brush, "fillRect", &area);
    }
}

fn hum(context: &AudioContext) -> Result<MediaStreamTrack, JsValue> {
    let tone = js::call(context, "createOscillator", &[])?;
    let end = js::call(context, "createMediaStreamDestination", &[])?;
    js::call(&tone, "connect", std::slice::from_ref(&end))?;
    js::call(&tone, "start", &[])?;
    first(&js::get(&end, "stream"))
}

fn first(stream: &JsValue) -> Result<MediaStreamTrack, JsValue> {
    let tracks = js::call(stream, "getTracks", &[])?;
    js::get(&tracks, "0").dyn_into()
}
