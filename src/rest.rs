//! What a first visit does without: the phone with all that it does in the browser, and the screens behind the
//! prompt. In the page they are a file of their own, which comes when somebody is about to use them.
//!
//! **Nobody but [`load`] may call what is in here by name**: whatever the first file calls, it has to contain.

use leptos::wasm_split::{SplitLoaderError, wasm_split};

use crate::{
    platform::Platform,
    session::{Engine, Hear, Session},
    ui::Rooms,
};

#[derive(Clone, Copy)]
pub struct Rest {
    pub start: fn(Session, Platform) -> Hear,
    pub rooms: Rooms,
}

#[must_use]
pub fn rest() -> Rest {
    Rest { start: Engine::start, rooms: Rooms::all() }
}

/// Fails when the server is gone, or has another version of the file.
#[wasm_split(rest, wasm_split_path = leptos::wasm_split, fallible)]
pub fn load() -> Result<Rest, SplitLoaderError> {
    Ok(rest())
}
