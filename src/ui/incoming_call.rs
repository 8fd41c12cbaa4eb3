//! Somebody calls: a dialog over the room.

use leptos::{
    ev::{Event, KeyboardEvent},
    html,
    prelude::*,
    task::spawn_local,
};

use super::{
    avatar::Avatar,
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{input::Action, status::CallStatus, view::CallView},
    platform::{IntoFirst, IntoFresh},
    protocol::Media,
    session::Session,
};

/// Who calls, and how.
type Caller = (String, Media);

/// Always there, so that closing gives the focus back to where it was.
#[component]
pub fn IncomingCall() -> impl IntoView {
    let session = expect_context::<Session>();
    let dialog = NodeRef::<html::Dialog>::new();
    let caller = memo(move || session.call.with(|call| call.as_ref().and_then(caller)));
    let show = move || {
        if let Some(platform) = session.platform() {
            platform.show_modal(dialog, caller.with(Option::is_some));
        }
    };
    // The screen changes first: closing would give the focus to something that is just going, for which the browser has to
    // lay out the page.
    Effect::new(move |_| {
        caller.track();
        spawn_local(async move { untrack(show) });
    });
    // Escape must not decline by accident; a browser that insists on closing is asked again.
    let stay = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
        }
    };
    view! {
        <dialog
            class="incoming"
            closedby="none"
            aria-labelledby="caller"
            aria-describedby="caller-wish"
            node_ref=dialog
            on:keydown=stay
            on:cancel=|event: Event| event.prevent_default()
            on:close=move |_| untrack(show)
        >
            {live(move || {
                caller.get().zip(session.rooms.get()).map(|((name, media), rooms)| (rooms.ringing)(name, media))
            })}
        </dialog>
    }
    .into_first()
}

fn caller(call: &CallView) -> Option<Caller> {
    let CallStatus::Incoming { media } = call.status else { return None };
    call.others.first().map(|other| (other.nickname.to_string(), media))
}

#[component]
pub fn Ringing(name: String, media: Media) -> impl IntoView {
    let session = expect_context::<Session>();
    session.keep_time();
    // Picked up, it stops at once: the screen changes a moment later, when the browser has made the answer.
    let answered = RwSignal::new(false);
    let accept = move |media| {
        answered.set(true);
        session.act(Action::Accept { media });
    };
    view! {
        <div class="ringing" data-answered=live(move || answered.get().then_some("yes"))><Avatar name=name.clone()/></div>
        <h2 id="caller" tabindex="-1" autofocus>{format!("{name} is calling")}</h2>
        <p id="caller-wish">{words::incoming(media)}</p>
        <div class="incoming__answers">
            <button type="button" class="answer answer--accept" on:click=move |_| accept(Media::Video)>
                <span class="round"><Icon glyph=Glyph::Camera/></span>
                "Accept with video"
            </button>
            <button type="button" class="answer answer--accept" on:click=move |_| accept(Media::Voice)>
                <span class="round"><Icon glyph=Glyph::Phone/></span>
                "Accept with voice"
            </button>
            <button type="button" class="answer answer--decline" on:click=move |_| session.act(Action::Decline)>
                <span class="round"><Icon glyph=Glyph::HangUp/></span>
                "Decline"
            </button>
        </div>
    }
    .into_fresh()
}
