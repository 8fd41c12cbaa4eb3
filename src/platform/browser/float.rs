//! A call in a small window over all others: a page of its own where the browser lets it (Document Picture-in-Picture,
//! WICG), a picture alone elsewhere (Picture-in-Picture, W3C).

use std::{cell::RefCell, rc::Rc};

use leptos::{
    mount::mount_to,
    prelude::{document, window},
    web_sys::HtmlElement,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, HtmlVideoElement, Window};

use super::{erased::Erased, js, listener::EventListener};

const WIDTH: u32 = 320;
const HEIGHT: u32 = 260;

/// The one window there may be.
#[derive(Clone, Default)]
pub struct Float(Rc<RefCell<Option<Floating>>>);

/// Dropped, it is closed.
struct Floating {
    window: Window,
    /// What it shows, for as long as it is shown.
    _view: Box<dyn std::any::Any>,
    _closed: EventListener,
}

impl Drop for Floating {
    fn drop(&mut self) {
        let _ = self.window.close();
    }
}

pub fn can_float() -> bool {
    has_pages() || js::get(&document(), "pictureInPictureEnabled").is_truthy()
}

fn has_pages() -> bool {
    js::has(&window(), "documentPictureInPicture")
}

impl Float {
    /// Opens it from inside a gesture, or closes the one there is.
    pub fn toggle(&self, picture: Option<HtmlVideoElement>, view: impl FnOnce() -> Erased + 'static) {
        if self.0.borrow().is_some() {
            return self.close();
        }
        if has_pages() {
            let float = self.clone();
            spawn_local(async move {
                if let Err(error) = float.open(view).await {
                    js::debug("no small window:", &error);
                }
            });
        } else if let Some(picture) = picture {
            toggle_picture(&picture);
        }
    }

    pub fn close(&self) {
        drop(self.0.take());
        // Whoever hangs up does not want to see what came last.
        if picture_floats() {
            end_picture();
        }
    }

    async fn open(&self, view: impl FnOnce() -> Erased + 'static) -> Result<(), JsValue> {
        let size = js::object(&[("width", WIDTH.into()), ("height", HEIGHT.into())]);
        let opening = js::call(&js::get(&window(), "documentPictureInPicture"), "requestWindow", &[size])?;
        let window: Window = js::settled(Ok(opening.unchecked_into())).await?.unchecked_into();
        let page = window.document().ok_or(JsValue::NULL)?;
        dress(&page)?;
        let body: HtmlElement = page.body().ok_or(JsValue::NULL)?.unchecked_into();
        let view = mount_to(body, view);
        let float = self.clone();
        let closed = EventListener::new(&window, "pagehide", move |_| float.close());
        self.0.replace(Some(Floating { window, _view: Box::new(view), _closed: closed }));
        Ok(())
    }
}

/// It looks as this page does.
fn dress(page: &Document) -> Result<(), JsValue> {
    let (from, to) = (document(), page.document_element().ok_or(JsValue::NULL)?);
    let root = from.document_element().ok_or(JsValue::NULL)?;
    for name in ["lang", "data-theme"] {
        if let Some(value) = root.get_attribute(name) {
            to.set_attribute(name, &value)?;
        }
    }
    page.set_title(&from.title());
    let head = page.head().ok_or(JsValue::NULL)?;
    if let Some(sheet) = from.query_selector("link[rel=stylesheet]")? {
        head.append_child(&page.import_node_with_deep(&sheet, true)?)?;
    }
    Ok(())
}

fn picture_floats() -> bool {
    js::get(&document(), "pictureInPictureElement").is_truthy()
}

fn end_picture() {
    js::ignore(js::call(&document(), "exitPictureInPicture", &[]).map(JsCast::unchecked_into));
}

fn toggle_picture(picture: &HtmlVideoElement) {
    if picture_floats() {
        return end_picture();
    }
    js::ignore(js::call(picture, "requestPictureInPicture", &[]).map(JsCast::unchecked_into));
}
