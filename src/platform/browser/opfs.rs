//! The origin's private file system (WHATWG File System): a disk of the browser's that nobody sees.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

use super::js;

/// Fails where there is none, as in an insecure context.
pub async fn root() -> Result<JsValue, JsValue> {
    js::wait(&js::get(&window().navigator(), "storage"), "getDirectory", &[]).await
}

/// A folder in a folder, made when it is not there.
pub async fn folder(parent: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    js::wait(parent, "getDirectoryHandle", &[name.into(), creating()]).await
}

/// A file in a folder, made when it is not there.
pub async fn file(folder: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    js::wait(folder, "getFileHandle", &[name.into(), creating()]).await
}

/// What is in a folder, as far as the browser tells.
pub async fn names(folder: &JsValue) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(list) = js::call(folder, "keys", &[]) else { return names };
    while let Ok(step) = js::wait(&list, "next", &[]).await {
        let Some(name) = js::get(&step, "value").as_string() else { break };
        names.push(name);
    }
    names
}

/// Removes a file or a folder, with all that is in it.
pub fn remove(folder: &JsValue, name: &str) {
    let all = js::object(&[("recursive", true.into())]);
    js::ignore(js::call(folder, "removeEntry", &[name.into(), all]).map(JsCast::unchecked_into));
}

fn creating() -> JsValue {
    js::object(&[("create", true.into())])
}
