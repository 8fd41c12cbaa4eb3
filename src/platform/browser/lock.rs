//! Names that this page holds, so that other pages know what is in use (W3C Web Locks).

use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::js;

/// Asked for, and held from when it is granted for as long as the page is there.
pub struct Lock {
    _granted: Closure<dyn Fn() -> Promise>,
}

impl Lock {
    /// `granted` is called once nobody else holds it; never where there are no locks.
    pub fn hold(name: &str, granted: impl Fn() + 'static) -> Self {
        let forever = Promise::new(&mut |_, _| {});
        let granted: Closure<dyn Fn() -> Promise> = Closure::new(move || {
            granted();
            forever.clone()
        });
        let held = js::call(&locks(), "request", &[name.into(), granted.as_ref().clone()]);
        js::ignore(held.map(JsCast::unchecked_into));
        Self { _granted: granted }
    }
}

/// `undefined` in an insecure context.
pub fn locks() -> JsValue {
    js::get(&window().navigator(), "locks")
}
