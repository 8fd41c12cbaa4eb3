//! What this page is made of, kept so that it opens without the server (W3C Service Workers).

use js_sys::Array;
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

use super::js;

const WORKER: &str = "/sw.js";

/// In a browser that has no such thing, or does not want to, nothing is kept.
pub async fn keep() {
    let container = js::get(&window().navigator(), "serviceWorker");
    if !container.is_object() {
        return;
    }
    let options = js::object(&[("updateViaCache", "none".into())]);
    let registered = js::call(&container, "register", &[WORKER.into(), options]).map(JsCast::unchecked_into);
    if let Err(error) = js::settled(registered).await {
        return js::debug("no service worker:", &error);
    }
    let ready = js::get(&container, "ready").unchecked_into();
    if let Ok(registration) = js::settled(Ok(ready)).await {
        let told = js::call(&js::get(&registration, "active"), "postMessage", &[parts().into()]);
        told.err().iter().for_each(|error| js::debug("the service worker was not told:", error));
    }
}

/// The addresses of everything that this page has loaded.
fn parts() -> Array {
    let performance = js::get(&js_sys::global(), "performance");
    let entries = js::call(&performance, "getEntriesByType", &["resource".into()]).unwrap_or(JsValue::NULL);
    let entries: Array = entries.dyn_into().unwrap_or_default();
    entries.iter().map(|entry| js::get(&entry, "name")).collect()
}
