//! Giving the person a file.

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::js;

/// The media type of what is not to be opened.
pub const BYTES: &str = "application/octet-stream";

pub fn text(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = js::object(&[("type", "text/plain;charset=utf-8".into())]);
    blob(name, &js::construct("Blob", &[Array::of1(&text.into()).into(), kind])?)
}

/// As a download: where it goes is the browser's and the person's business.
pub fn blob(name: &str, blob: &JsValue) -> Result<(), JsValue> {
    let urls = js::get(&js_sys::global(), "URL");
    let url = js::call(&urls, "createObjectURL", std::slice::from_ref(blob))?;
    let link: HtmlElement = document().create_element("a")?.unchecked_into();
    js::set(&link, "href", &url);
    js::set(&link, "download", &name.into());
    link.click();
    js::call(&urls, "revokeObjectURL", &[url]).map(drop)
}
