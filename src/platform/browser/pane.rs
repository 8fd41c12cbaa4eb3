//! How large something is on the screen.

use leptos::prelude::window;
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::HtmlVideoElement;

use super::js;
use crate::call::control::Size;

/// In pixels of the screen: finer than this nobody needs to know it.
const GRAIN: f64 = 64.0;

/// Dropped, it watches no longer.
pub struct Pane {
    observer: Option<JsValue>,
    _callback: Closure<dyn FnMut()>,
}

impl Pane {
    /// Tells the size now and whenever it changes (W3C Resize Observer).
    pub fn watch(video: &HtmlVideoElement, tell: impl Fn(Size) + 'static) -> Self {
        let watched = video.clone();
        let callback: Closure<dyn FnMut()> = Closure::new(move || tell(size(&watched)));
        let observer = js::construct("ResizeObserver", &[callback.as_ref().clone()]).ok();
        if let Some(observer) = &observer {
            let _ = js::call(observer, "observe", &[video.into()]);
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            let _ = js::call(observer, "disconnect", &[]);
        }
    }
}

fn size(video: &HtmlVideoElement) -> Size {
    let dots = window().device_pixel_ratio();
    let pixels = |length: i32| ((f64::from(length) * dots / GRAIN).ceil() * GRAIN) as u32;
    Size { width: pixels(video.client_width()), height: pixels(video.client_height()) }
}
