//! People who cannot make this device ring.

use leptos::prelude::*;

use super::live::{live, memo};

use crate::{call::input::Action, platform::IntoFresh, session::Session};

#[component]
pub fn BlockedPeople() -> impl IntoView {
    let session = expect_context::<Session>();
    let any = memo(move || session.blocked.with(|blocked| !blocked.is_empty()));
    live(move || {
        any.get().then(|| {
            view! {
                <details class="card blocked">
                    <summary class="summary">"Blocked people"</summary>
                    <ul>
                        <For each=move || session.blocked.get() key=String::clone let:name>
                            <li class="blocked__person">
                                <span>{name.clone()}</span>
                                <Unblock name/>
                            </li>
                        </For>
                    </ul>
                </details>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

#[component]
fn Unblock(name: String) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <button
            type="button"
            class="button"
            aria-label=format!("Unblock {name}")
            on:click=move |_| session.act(Action::Unblock(name.clone()))
        >
            "Unblock"
        </button>
    }
    .into_fresh()
}
