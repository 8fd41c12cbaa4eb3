//! The words on the browser's tab. They flash while somebody calls.

use leptos::prelude::*;

use super::words;
use crate::{
    call::{status::CallStatus, view::CallView},
    session::Session,
};

pub fn keep(session: Session) {
    let title = Memo::new(move |_| title(session));
    Effect::new(move |_| {
        let title = title.get();
        if let Some(platform) = session.platform() {
            platform.set_title(&title);
        }
    });
}

fn title(session: Session) -> String {
    let room = session.me().map(|me| me.room);
    let resting = words::title(room.as_ref());
    session.call.with(|call| match call {
        Some(CallView { status: CallStatus::Incoming { .. }, others, .. }) => {
            let flash = session.now.get().as_secs() % 2 == 0;
            let caller = others.first().filter(|_| flash);
            caller.map_or(resting, |caller| format!("📞 {} is calling", caller.nickname))
        }
        Some(CallView { others, status, .. }) if !matches!(status, CallStatus::Ended { .. }) => {
            others.first().map_or(resting, |other| format!("{} · Tincan", other.nickname))
        }
        _ => resting,
    })
}
