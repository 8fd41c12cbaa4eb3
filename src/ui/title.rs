//! The words on the browser's tab. They flash while somebody calls.

use leptos::prelude::*;

use super::{Route, words};
use crate::{
    call::{status::CallStatus, view::CallView},
    session::Session,
};

pub fn keep(session: Session) {
    let title = Memo::new(move |before: Option<&String>| title(session, before));
    Effect::new(move |_| {
        let title = title.get();
        if let Some(platform) = session.platform() {
            platform.set_title(&title);
        }
    });
}

/// Somebody who calls stands in every other title.
fn title(session: Session, before: Option<&String>) -> String {
    let room = session.me().map(|me| me.room);
    let resting = match session.path.with(|path| Route::parse(path)) {
        Route::Booth => words::tab(words::BOOTH),
        Route::Check => words::tab(words::CHECK),
        _ => words::title(room.as_ref()),
    };
    session.call.with(|call| match call {
        Some(CallView { status: CallStatus::Incoming { .. }, others, .. }) => {
            session.now.track();
            let caller = others.first().filter(|_| before.is_none_or(|before| *before == resting));
            caller.map_or(resting, |caller| format!("📞 {} is calling", caller.nickname))
        }
        Some(CallView { others, status, .. }) if !matches!(status, CallStatus::Ended { .. }) => {
            others.first().map_or(resting, |other| words::tab(&other.nickname))
        }
        _ => resting,
    })
}
