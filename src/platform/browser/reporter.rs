//! What one peer connection says, until it is closed.

use js_sys::Promise;
use wasm_bindgen::JsValue;

use super::{
    Dispatch,
    js::{self, Ending},
};
use crate::call::{
    input::{Input, PairEvent},
    pair::PairId,
};

#[derive(Clone)]
pub struct Reporter {
    pub pair: PairId,
    dispatch: Dispatch,
    ending: Ending,
}

/// Why an operation did not come to its end.
pub enum Stop {
    /// The connection was closed meanwhile.
    Closed,
    Failed(JsValue),
}

impl Reporter {
    pub fn new(pair: PairId, dispatch: Dispatch) -> Self {
        Self { pair, dispatch, ending: Ending::new() }
    }

    /// Silent once the connection is closed.
    pub fn report(&self, event: PairEvent) {
        if !self.ending.is_over() {
            (self.dispatch)(Input::Pair { pair: self.pair, event });
        }
    }

    pub fn close(&self) {
        self.ending.finish();
    }

    /// A promise that settles at the latest when the connection is closed.
    pub fn or_closed(&self, promise: &Promise) -> Promise {
        self.ending.or(promise)
    }

    pub async fn wait(&self, promise: &Promise) -> Result<JsValue, Stop> {
        let result = js::settled(Ok(self.or_closed(promise))).await;
        if self.ending.is_over() { Err(Stop::Closed) } else { result.map_err(Stop::Failed) }
    }
}
