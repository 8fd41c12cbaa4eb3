//! The calls that this device remembers, out of the way until somebody looks for one.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{
        history::{Outcome, PastCall},
        input::Action,
    },
    platform::IntoFresh,
    protocol::{Media, PeerId},
    session::Session,
};

#[component]
pub fn RecentCalls() -> impl IntoView {
    let session = expect_context::<Session>();
    let any = memo(move || session.history.with(|calls| !calls.is_empty()));
    let words = move || if session.keeps_history.get() { "No calls yet." } else { "No calls are kept." };
    view! {
        <details class="card history">
            <summary class="summary">"Recent calls"</summary>
            {live(move || match any.get() {
                true => view! { <Calls/> }.into_fresh(),
                false => view! { <p>{live(words)}</p> }.into_fresh(),
            })}
            <KeepCalls/>
        </details>
    }
    .into_fresh()
}

#[component]
pub fn KeepCalls() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <label class="switch">
            <input
                type="checkbox"
                prop:checked=live(move || session.keeps_history.get())
                on:change:target=move |event| session.act(Action::KeepHistory(event.target().checked()))
            />
            <span>"Keep a list of calls on this device"</span>
        </label>
    }
    .into_fresh()
}

#[component]
fn Calls() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        // It scrolls: the keyboard has to get there.
        <ul class="history__calls" tabindex="0" aria-label="Recent calls">
            <For each=move || session.history.get() key=|past| (past.call, past.outcome) let:past>
                <Past past/>
            </For>
        </ul>
        <button type="button" class="button button--quiet" on:click=move |_| session.act(Action::ClearHistory)>
            "Clear the list"
        </button>
    }
    .into_fresh()
}

#[component]
fn Past(past: PastCall) -> impl IntoView {
    let session = expect_context::<Session>();
    let PastCall { with: name, outgoing, at, outcome, .. } = past;
    let glyph = if outgoing { Glyph::Out } else { Glyph::In };
    let when = session.platform().map(|platform| platform.moment(at)).unwrap_or_default();
    let here = {
        let name = name.clone();
        memo(move || present(session, &name))
    };
    let call_back = move |_| {
        if let Some(peer) = here.get_untracked() {
            let camera = session.local.with_untracked(|local| local.use_camera);
            session.ring(peer, if camera { Media::Video } else { Media::Voice });
        }
    };
    let label = format!("Call {name} back");
    view! {
        <li class="history__call" data-missed=(outcome == Outcome::Missed).then_some("")>
            <Icon glyph/>
            <p>
                <strong>{name}</strong>
                <span>{words::outcome(outcome, outgoing)}" · "{when}</span>
            </p>
            {live(move || here.get().map(|_| view! {
                <button type="button" class="round" aria-label=label.clone() title="Call back" on:click=call_back>
                    <Icon glyph=Glyph::Phone/>
                </button>
            }.into_fresh()))}
        </li>
    }
    .into_fresh()
}

/// Whoever has that nickname in this room now, and can be called.
fn present(session: Session, name: &str) -> Option<PeerId> {
    session.contacts.with(|people| {
        let person = people.iter().find(|person| {
            person.contact.with(|contact| contact.nickname.as_str() == name && contact.is_callable())
        });
        person.map(|person| person.peer)
    })
}
