//! Which screen is shown: one for each state.

use leptos::prelude::*;

use super::{
    Route,
    aside::AsideDoor,
    incoming_call::IncomingCall,
    live::{live, memo},
    not_found::NotFound,
    prompt::Prompt,
    title, words,
};
use crate::{
    call::{status::CallStatus, view::Entry},
    platform::IntoFirst,
    session::Session,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    NotFound,
    Prompt,
    Room,
    Call,
    Ended,
    Booth,
    Check,
}

#[component]
pub fn Screens() -> impl IntoView {
    let session = expect_context::<Session>();
    let screen = memo(move || choose(session));
    title::keep(session);
    // Whoever is in a room has them.
    let rooms = move || session.rooms.get();
    view! {
        <div class="screen">
            {live(move || match screen.get() {
                Screen::NotFound => view! { <NotFound/> }.into_first(),
                Screen::Prompt => view! { <Prompt/> }.into_first(),
                Screen::Room => rooms().map(|rooms| (rooms.room)()).into_first(),
                Screen::Call => rooms().map(|rooms| (rooms.call)()).into_first(),
                Screen::Booth => match rooms() {
                    Some(rooms) => (rooms.booth)(),
                    None => view! { <AsideDoor title=words::BOOTH/> }.into_first(),
                },
                Screen::Check => match rooms() {
                    Some(rooms) => (rooms.check)(),
                    None => view! { <AsideDoor title=words::CHECK/> }.into_first(),
                },
                Screen::Ended => rooms().map(|rooms| (rooms.ended)()).into_first(),
            })}
        </div>
        <IncomingCall/>
    }
    .into_first()
}

/// A call comes first; one that still rings here is a dialog over the room.
fn choose(session: Session) -> Screen {
    let status = session.call.with(|call| call.as_ref().map(|call| call.status));
    match status {
        Some(CallStatus::Ended { .. }) => Screen::Ended,
        Some(CallStatus::Incoming { .. }) | None => without_call(session),
        Some(_) => Screen::Call,
    }
}

fn without_call(session: Session) -> Screen {
    let inside = session.entry.with(|entry| matches!(entry, Entry::Entered(_)));
    match session.path.with(|path| Route::parse(path)) {
        // Whoever goes there from a room is still in it, and can be called.
        Route::Booth => Screen::Booth,
        Route::Check => Screen::Check,
        _ if inside => Screen::Room,
        Route::NotFound => Screen::NotFound,
        Route::Home | Route::Room(_) => Screen::Prompt,
    }
}
