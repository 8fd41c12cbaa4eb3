//! What the browser calls back: listeners and timers that end when they are dropped. Dropping one from inside
//! its own callback is fine.

use std::time::Duration;

use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Hears one kind of event for as long as it lives.
pub struct EventListener {
    target: EventTarget,
    name: &'static str,
    callback: Closure<dyn Fn(Event)>,
}

impl EventListener {
    pub fn new(target: &EventTarget, name: &'static str, callback: impl Fn(Event) + 'static) -> Self {
        let callback: Closure<dyn Fn(Event)> = Closure::new(callback);
        let _ = target.add_event_listener_with_callback(name, callback.as_ref().unchecked_ref());
        Self { target: target.clone(), name, callback }
    }
}

impl Drop for EventListener {
    fn drop(&mut self) {
        let callback = self.callback.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.name, callback);
    }
}

/// Calls back once, or again and again, for as long as it lives.
pub struct Timer {
    handle: i32,
    _callback: Closure<dyn Fn()>,
}

impl Timer {
    pub fn once(after: Duration, callback: impl Fn() + 'static) -> Self {
        let callback: Closure<dyn Fn()> = Closure::new(callback);
        let function = callback.as_ref().unchecked_ref();
        let handle = window().set_timeout_with_callback_and_timeout_and_arguments_0(function, millis(after));
        Self { handle: handle.unwrap_or_default(), _callback: callback }
    }

    pub fn every(period: Duration, callback: impl Fn() + 'static) -> Self {
        let callback: Closure<dyn Fn()> = Closure::new(callback);
        let function = callback.as_ref().unchecked_ref();
        let handle =
            window().set_interval_with_callback_and_timeout_and_arguments_0(function, millis(period));
        Self { handle: handle.unwrap_or_default(), _callback: callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // Timeouts and intervals share their handles (HTML, section 8.6).
        window().clear_timeout_with_handle(self.handle);
    }
}

/// Rounded up: a timer that fires too early would fire for nothing.
fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}
