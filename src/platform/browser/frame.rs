//! The first picture of a video element.

use std::rc::Rc;

use leptos::prelude::document;
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::HtmlVideoElement;

use super::{js, listener::EventListener};

/// Waits for the first picture for as long as it lives.
pub struct FirstFrame {
    video: HtmlVideoElement,
    /// As `requestVideoFrameCallback` gave it; older browsers have none.
    handle: Option<JsValue>,
    _drawn: Closure<dyn Fn()>,
    _loaded: EventListener,
}

impl FirstFrame {
    /// `seen` may be called more than once.
    pub fn new(video: &HtmlVideoElement, seen: Rc<dyn Fn()>) -> Self {
        let drawn: Closure<dyn Fn()> = Closure::new({
            let seen = seen.clone();
            move || seen()
        });
        let handle = js::call(video, "requestVideoFrameCallback", &[drawn.as_ref().clone()]).ok();
        let exact = handle.is_some();
        // Nothing is drawn in a hidden page; there, what could be drawn counts.
        let loaded = EventListener::new(video, "loadeddata", move |_| {
            if !exact || document().hidden() {
                seen();
            }
        });
        Self { video: video.clone(), handle, _drawn: drawn, _loaded: loaded }
    }
}

impl Drop for FirstFrame {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            let _ = js::call(&self.video, "cancelVideoFrameCallback", &[handle]);
        }
    }
}
