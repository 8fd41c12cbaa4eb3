//! Tincan: a private phone for the browser. One crate, two programs: with the feature `ssr` the server, with
//! `hydrate` the front end. ARCHITECTURE.md is the map.

#![recursion_limit = "256"] // Views are deeply nested types.

pub mod call;
pub mod check;
pub mod look;
pub mod platform;
pub mod protocol;
pub mod rest;
pub mod session;
pub mod settings;
pub mod ui;

#[cfg(feature = "ssr")]
pub mod server;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(ui::App);
}
