//! What a first visit does without: the phone with all that it does in the browser, and the screens behind the
//! prompt. In a page built with the feature `split` they are a file of their own, which comes when somebody is about to use them.
//!
//! **Nobody but [`load`] may call what is in here by name**: whatever the first file calls, it has to contain.

use leptos::wasm_split::SplitLoaderError;

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
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(rest, wasm_split_path = leptos::wasm_split, fallible)]
pub fn load() -> Result<Rest, SplitLoaderError> {
    Ok(rest())
}

/// In a page of one file it is there already.
#[cfg(not(feature = "split"))]
#[expect(clippy::unused_async, reason = "stands in for what has to be waited for")]
pub async fn load() -> Result<Rest, SplitLoaderError> {
    Ok(rest())
}
