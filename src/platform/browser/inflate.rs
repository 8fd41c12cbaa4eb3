//! Raw DEFLATE (RFC 1951) by the browser's own means.

use js_sys::{Array, ArrayBuffer, Promise, RangeError};
use wasm_bindgen::{JsCast, JsValue};

use super::js;
use crate::protocol::MAX_MESSAGE_BYTES;

/// DEFLATE makes nothing more than 1032 times smaller: what is longer than this is not even looked at, and what is
/// inflated has a bound.
const MOST_BYTES: usize = MAX_MESSAGE_BYTES;

pub fn is_possible() -> bool {
    decompressor().is_ok()
}

/// # Errors
/// When it is too long, or no DEFLATE.
pub async fn inflate(packed: ArrayBuffer) -> Result<String, JsValue> {
    if packed.byte_length() as usize > MOST_BYTES {
        return Err(RangeError::new("It is too long.").into());
    }
    let packed = js::construct("Blob", &[Array::of1(&packed).into()])?;
    let text = js::call(&js::call(&packed, "stream", &[])?, "pipeThrough", &[decompressor()?])?;
    let text = js::call(&js::construct("Response", &[text])?, "text", &[])?;
    let text = js::settled(text.dyn_into::<Promise>()).await?;
    Ok(text.as_string().unwrap_or_default())
}

fn decompressor() -> Result<JsValue, JsValue> {
    js::construct("DecompressionStream", &["deflate-raw".into()])
}
