//! What a person has chosen, dropped or pasted.

use js_sys::{Array, Promise};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, File};

use crate::{
    call::files::preview::{PREVIEW_SIDE, Preview},
    platform::browser::js,
};

/// More than anybody means to pick.
const MOST: usize = 32;
/// A larger picture takes too long to look at.
const PREVIEWED_MOST: f64 = 30e6;

/// Whether it brings files, with a drop or a paste.
pub fn carries(event: &Event) -> bool {
    let kinds = Array::from(&js::get(&transfer(event), "types"));
    let has = |kind: &str| kinds.iter().any(|known| known.as_string().as_deref() == Some(kind));
    // A piece of a document is on the clipboard as a text and as a picture of it: the text is meant.
    has("Files") && !(event.type_() == "paste" && has("text/plain"))
}

/// The files that it brings, which are there for as long as it is heard.
pub fn chosen(event: &Event) -> Vec<File> {
    let field = event.target().map(JsValue::from).unwrap_or_default();
    let mut list = js::get(&transfer(event), "files");
    if list.is_undefined() {
        list = js::get(&field, "files");
    }
    let files = Array::from(&list).iter().take(MOST).filter_map(|file| file.dyn_into().ok()).collect();
    if js::has(&field, "files") {
        // The same one may be chosen once more.
        js::set(&field, "value", &"".into());
    }
    files
}

fn transfer(event: &Event) -> JsValue {
    let dropped = js::get(event, "dataTransfer");
    if dropped.is_object() { dropped } else { js::get(event, "clipboardData") }
}

/// A small picture, if it is a picture.
pub async fn preview(file: &File) -> Option<Preview> {
    if !file.type_().starts_with("image/") || file.size() > PREVIEWED_MOST {
        return None;
    }
    draw(file).await.inspect_err(|error| js::debug("no preview:", error)).ok().flatten()
}

async fn draw(file: &File) -> Result<Option<Preview>, JsValue> {
    let making = js::call(&js_sys::global(), "createImageBitmap", &[file.into()])?;
    let picture = js::settled(Ok(Promise::resolve(&making))).await?;
    let side = |name: &str| js::get(&picture, name).as_f64().unwrap_or_default();
    let (width, height) = fitting(side("width"), side("height"));
    let canvas = document().create_element("canvas")?;
    js::set(&canvas, "width", &width.into());
    js::set(&canvas, "height", &height.into());
    let brush = js::call(&canvas, "getContext", &["2d".into()])?;
    let area = [0.into(), 0.into(), width.into(), height.into()];
    // Where there is nothing, there is paper.
    js::set(&brush, "fillStyle", &"white".into());
    js::call(&brush, "fillRect", &area)?;
    js::set(&brush, "imageSmoothingQuality", &"high".into());
    let [left, top, ..] = area.clone();
    js::call(&brush, "drawImage", &[picture.clone(), left, top, width.into(), height.into()])?;
    js::call(&picture, "close", &[])?;
    let pixels = js::get(&js::call(&brush, "getImageData", &area)?, "data");
    Ok(Preview::of(width, height, &js_sys::Uint8ClampedArray::from(pixels).to_vec()))
}

/// In the same shape, as far as a preview can have it.
fn fitting(width: f64, height: f64) -> (u32, u32) {
    let most = f64::from(PREVIEW_SIDE);
    let scale = most / width.max(height).max(1.0);
    let step = |pixels: f64, step: f64| ((pixels * scale / step).round() * step).clamp(step, most) as u32;
    (step(width, 4.0), step(height, 1.0))
}
