//! Giving the person a file.

use js_sys::Array;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::js;

/// The media type of what is not to be opened.
pub const BYTES: &str = "application/octet-stream";

/// A text, as a download.
pub fn text(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = js::object(&[("type", "text/plain;charset=utf-8".into())]);
    blob(name, &js::construct("Blob", &[Array::of1(&text.into()).into(), kind])?)
}

/// Bytes, as a download.
pub fn blob(name: &str, blob: &JsValue) -> Result<(), JsValue> {
    let urls = js::get(&js_sys::global(), "URL");
    let url = js::call(&urls, "createObjectURL", std::slice::from_ref(blob))?;
    file(name, &url.as_string().unwrap_or_default())?;
    js::call(&urls, "revokeObjectURL", &[url]).map(drop)
}

/// What is at an address of the page's own, as a download: where it goes is the browser's and the person's business.
pub fn file(name: &str, url: &str) -> Result<(), JsValue> {
    let link: HtmlElement = document().create_element("a")?.unchecked_into();
    js::set(&link, "href", &url.into());
    js::set(&link, "download", &name.into());
    link.click();
    Ok(())
}
