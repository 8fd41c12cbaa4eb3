//! JavaScript by name, for the little that `web-sys` lacks or keeps behind a compiler flag; promises; and the
//! browser's words for what went wrong. Nothing in here throws.

use std::{cell::Cell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;

/// `undefined` when there is no such property, or no such object.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

pub fn has(object: &JsValue, name: &str) -> bool {
    !get(object, name).is_undefined()
}

pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new().into();
    fields.iter().for_each(|(name, value)| set(&object, name, value));
    object
}

pub fn call(object: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = get(object, method).dyn_into()?;
    function.apply(object, &arguments.iter().collect::<Array>())
}

/// `new Class(…arguments)`.
pub fn construct(class: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let class: Function = get(&js_sys::global(), class).dyn_into()?;
    Reflect::construct(&class, &arguments.iter().collect::<Array>())
}

/// The name of an exception, such as `NotAllowedError`.
pub fn name(error: &JsValue) -> String {
    get(error, "name").as_string().unwrap_or_default()
}

/// An exception in the browser's words.
pub fn words(error: &JsValue) -> String {
    let message = get(error, "message").as_string().unwrap_or_default();
    [name(error), message].join(": ")
}

pub fn debug(what: &str, error: &JsValue) {
    web_sys::console::debug_2(&what.into(), error);
}

pub fn warn(what: &str, error: &str) {
    web_sys::console::warn_2(&what.into(), &error.into());
}

thread_local! {
    /// One for all promises that nobody waits for, so that each costs nothing and none is leaked.
    static UNHEARD: Closure<dyn FnMut(JsValue)> = Closure::new(|error| debug("not done:", &error));
}

/// Lets an operation run whose end changes nothing here. Without this, its failure would be an error on the
/// console.
pub fn ignore(operation: Result<Promise, JsValue>) {
    match operation {
        Ok(promise) => UNHEARD.with(|unheard| drop(promise.catch(unheard))),
        Err(error) => debug("not done:", &error),
    }
}

/// Waits for a promise that is sure to settle.
pub async fn settled(operation: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(operation?).await
}

/// Calls what gives a promise, and waits for it.
pub async fn wait(object: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    settled(call(object, method, arguments).map(|promise| Promise::resolve(&promise))).await
}

/// The end of something that has operations under way. The promises of a closed peer connection never settle;
/// whoever waited for one would wait, and keep its memory, for ever.
#[derive(Clone)]
pub struct Ending(Rc<Inner>);

struct Inner {
    over: Cell<bool>,
    promise: Promise,
    resolve: Cell<Option<Function>>,
}

impl Ending {
    pub fn new() -> Self {
        let mut resolve = None;
        let promise = Promise::new(&mut |resolved, _| resolve = Some(resolved));
        Self(Rc::new(Inner { over: Cell::new(false), promise, resolve: Cell::new(resolve) }))
    }

    pub fn is_over(&self) -> bool {
        self.0.over.get()
    }

    pub fn finish(&self) {
        self.0.over.set(true);
        if let Some(resolve) = self.0.resolve.take() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// A promise that settles at the latest with the end.
    pub fn or(&self, promise: &Promise) -> Promise {
        Promise::race(&Array::of2(promise, &self.0.promise))
    }
}
