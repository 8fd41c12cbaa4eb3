//! Copying text.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, HtmlTextAreaElement};

use super::js;

pub async fn copy(text: String) -> bool {
    let clipboard = js::get(&window().navigator(), "clipboard");
    let written = js::call(&clipboard, "writeText", &[text.as_str().into()]);
    js::settled(written.map(JsCast::unchecked_into)).await.is_ok() || copy_by_selection(&text).is_some()
}

/// The old way, which also works without a secure context: selects the text in a field nobody sees.
fn copy_by_selection(text: &str) -> Option<()> {
    let focused = document().active_element();
    let field: HtmlTextAreaElement = document().create_element("textarea").ok()?.unchecked_into();
    field.set_value(text);
    field.set_read_only(true);
    for (property, value) in [("position", "fixed"), ("opacity", "0")] {
        let _ = field.style().set_property(property, value);
    }
    // Nothing outside of an open dialog can be selected.
    let dialog = document().query_selector("dialog[open]").ok().flatten();
    let parent = dialog.or_else(|| document().body().map(Into::into))?;
    parent.append_child(&field).ok()?;
    field.select();
    let copied = js::call(&document(), "execCommand", &[JsValue::from_str("copy")]);
    field.remove();
    if let Some(Ok(element)) = focused.map(|element| element.dyn_into::<HtmlElement>()) {
        let _ = element.focus();
    }
    copied.is_ok_and(|copied| copied.is_truthy()).then_some(())
}
