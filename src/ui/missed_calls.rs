//! Calls that rang in vain.

use leptos::prelude::*;

use super::live::{live, memo};

use super::icon::{Glyph, Icon};
use crate::{
    call::{input::Action, view::Missed},
    platform::IntoFresh,
    protocol::Media,
    session::Session,
};

#[component]
pub fn MissedCalls() -> impl IntoView {
    let session = expect_context::<Session>();
    let any = memo(move || session.missed.with(|missed| !missed.is_empty()));
    live(move || {
        any.get().then(|| {
            view! {
                <section class="card missed" aria-labelledby="missed">
                    <h2 id="missed">"Missed calls"</h2>
                    <ul>
                        <For each=move || session.missed.get() key=|missed| missed.id let:missed>
                            <MissedCall missed/>
                        </For>
                    </ul>
                </section>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

#[component]
fn MissedCall(missed: Missed) -> impl IntoView {
    let session = expect_context::<Session>();
    let Missed { id, peer, nickname, media, outgoing } = missed;
    let name = nickname.to_string();
    let (glyph, words) = match outgoing {
        true => (Glyph::Out, "did not answer"),
        false => (Glyph::In, "called you"),
    };
    let how = match media {
        Media::Voice => Glyph::Phone,
        Media::Video => Glyph::Camera,
    };
    let call_back = move |_| {
        session.act(Action::DismissMissed { id });
        session.ring(peer, media);
    };
    view! {
        <li class="missed__call">
            <Icon glyph/>
            <p><strong>{name.clone()}</strong>" "{words}</p>
            <button
                type="button"
                class="round"
                aria-label=format!("Call {name} back")
                title="Call back"
                on:click=call_back
            >
                <Icon glyph=how/>
            </button>
            <button
                type="button"
                class="round round--quiet"
                aria-label=format!("Dismiss the missed call with {name}")
                on:click=move |_| session.act(Action::DismissMissed { id })
            >
                <Icon glyph=Glyph::Close/>
            </button>
        </li>
    }
    .into_fresh()
}
