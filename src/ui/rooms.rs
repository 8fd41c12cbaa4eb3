//! The screens behind the prompt, by pointer: they are in the file that a first visit does without.

use leptos::prelude::*;

use super::{
    booth::BoothScreen, call_screen::CallScreen, check::CheckScreen, ended::EndedScreen,
    incoming_call::Ringing, room::RoomScreen,
};
use crate::{
    platform::{Erased, IntoFresh},
    protocol::Media,
};

#[derive(Clone, Copy)]
pub struct Rooms {
    pub room: fn() -> Erased,
    pub call: fn() -> Erased,
    pub ended: fn() -> Erased,
    pub booth: fn() -> Erased,
    pub check: fn() -> Erased,
    /// What the dialog shows while somebody calls.
    pub ringing: fn(String, Media) -> Erased,
}

impl Rooms {
    #[must_use]
    pub fn all() -> Self {
        Self {
            room: || view! { <RoomScreen/> }.into_fresh(),
            call: || view! { <CallScreen/> }.into_fresh(),
            ended: || view! { <EndedScreen/> }.into_fresh(),
            booth: || view! { <BoothScreen/> }.into_fresh(),
            check: || view! { <CheckScreen/> }.into_fresh(),
            ringing: |name, media| view! { <Ringing name media/> }.into_fresh(),
        }
    }
}
