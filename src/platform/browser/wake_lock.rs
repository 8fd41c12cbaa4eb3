//! Keeps the screen on although nobody touches it (W3C Screen Wake Lock).

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::{js, listener::EventListener};

/// Whatever it holds ends with it.
#[derive(Default)]
pub struct WakeLock(RefCell<Option<Held>>);

struct Held {
    lock: Rc<RefCell<Lock>>,
    _visible: EventListener,
}

#[derive(Default)]
struct Lock {
    /// The newest `WakeLockSentinel`.
    sentinel: JsValue,
    is_over: bool,
}

impl WakeLock {
    pub fn keep(&self, awake: bool) {
        let held = awake.then(|| {
            let lock = Rc::<RefCell<Lock>>::default();
            spawn_local(take(lock.clone()));
            let again = lock.clone();
            // The browser lets go of it whenever the page is out of sight.
            let visible = EventListener::new(&document(), "visibilitychange", move |_| {
                if !document().hidden() {
                    spawn_local(take(again.clone()));
                }
            });
            Held { lock, _visible: visible }
        });
        self.0.replace(held);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut lock = self.lock.borrow_mut();
        lock.is_over = true;
        release(&std::mem::take(&mut lock.sentinel));
    }
}

/// Nothing is lost where the browser has no such thing, or the battery is low.
async fn take(lock: Rc<RefCell<Lock>>) {
    let manager = js::get(&window().navigator(), "wakeLock");
    let asked = js::call(&manager, "request", &["screen".into()]).map(JsCast::unchecked_into);
    let Ok(sentinel) = js::settled(asked).await else { return };
    let mut lock = lock.borrow_mut();
    let unwanted = if lock.is_over { sentinel } else { std::mem::replace(&mut lock.sentinel, sentinel) };
    release(&unwanted);
}

fn release(sentinel: &JsValue) {
    if sentinel.is_object() {
        js::ignore(js::call(sentinel, "release", &[]).map(JsCast::unchecked_into));
    }
}
