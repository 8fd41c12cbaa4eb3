//! A worker of the recorder's own: its clock goes on in a page that nobody looks at, and it can write to the disk at
//! once.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    call::recording::scene::FRAMES,
    platform::browser::{files::Bell, js, listener::EventListener},
};

const SCRIPT: &str = include_str!("helper.js");

/// Dropped, it ends; a file that it has open is closed as it is.
pub struct Helper {
    worker: JsValue,
    url: String,
    heard: Rc<Heard>,
    _listeners: [EventListener; 2],
}

#[derive(Default)]
struct Heard {
    opened: Cell<bool>,
    closed: Cell<bool>,
    /// The name of an exception.
    failed: RefCell<Option<String>>,
    bell: Bell,
}

impl Helper {
    /// `draw` is called for every picture, and `broke` with the name of the exception when something cannot be written.
    pub fn start(draw: impl Fn() + 'static, broke: impl Fn(&str) + 'static) -> Result<Self, JsValue> {
        let kind = js::object(&[("type", "text/javascript".into())]);
        let script = js::construct("Blob", &[Array::of1(&SCRIPT.into()).into(), kind])?;
        let url = js::call(&urls(), "createObjectURL", &[script])?.as_string().unwrap_or_default();
        let worker = js::construct("Worker", &[url.as_str().into()])?;
        let heard = Rc::new(Heard::default());
        let (answers, failures, speaker) = (heard.clone(), heard.clone(), worker.clone());
        let broke = Rc::new(broke);
        let broke_too = broke.clone();
        let listeners = [
            EventListener::new(worker.unchecked_ref(), "message", move |event| {
                let said = js::get(&event, "data");
                if js::has(&said, "beat") {
                    draw();
                    post(&speaker, "drawn", true.into());
                } else if let Some(name) = js::get(&said, "failed").as_string() {
                    answers.fail(&name, &*broke);
                } else {
                    let told = if js::has(&said, "opened") { &answers.opened } else { &answers.closed };
                    told.set(true);
                    answers.bell.ring();
                }
            }),
            EventListener::new(worker.unchecked_ref(), "error", move |_| failures.fail("Error", &*broke_too)),
        ];
        Ok(Self { worker, url, heard, _listeners: listeners })
    }

    /// Draws from now on, so many times a second as a recording has pictures.
    pub fn beat(&self) {
        post(&self.worker, "beat", (1000 / FRAMES).into());
    }

    /// Makes a file to write to.
    pub async fn open(&self, folder: &str, name: &str) -> Result<(), String> {
        post(&self.worker, "open", js::object(&[("folder", folder.into()), ("name", name.into())]));
        self.answered(|heard| &heard.opened).await
    }

    /// A part, a `Blob`, behind those before.
    pub fn write(&self, part: JsValue) {
        post(&self.worker, "write", part);
    }

    /// All that was written is in the file then.
    pub async fn close(&self) {
        self.heard.failed.take();
        post(&self.worker, "close", true.into());
        if let Err(error) = self.answered(|heard| &heard.closed).await {
            js::debug("not closed:", &error.into());
        }
    }

    async fn answered(&self, answer: fn(&Heard) -> &Cell<bool>) -> Result<(), String> {
        let heard = &self.heard;
        let look = || match heard.failed.borrow().clone() {
            Some(failed) => Some(Err(failed)),
            None => answer(heard).get().then_some(Ok(())),
        };
        heard.bell.wait(look).await
    }
}

impl Heard {
    fn fail(&self, name: &str, broke: &dyn Fn(&str)) {
        self.failed.replace(Some(name.to_owned()));
        self.bell.ring();
        if self.opened.get() && !self.closed.get() {
            broke(name);
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = js::call(&self.worker, "terminate", &[]);
        let _ = js::call(&urls(), "revokeObjectURL", &[self.url.as_str().into()]);
    }
}

fn post(worker: &JsValue, what: &str, details: JsValue) {
    if let Err(error) = js::call(worker, "postMessage", &[js::object(&[(what, details)])]) {
        js::debug("the helper was not told:", &error);
    }
}

fn urls() -> JsValue {
    js::get(&js_sys::global(), "URL")
}
