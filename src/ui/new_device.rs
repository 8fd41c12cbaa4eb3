//! Something was plugged in: whether it is to be used.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{call::input::Action, platform::IntoFresh, session::Session};

#[component]
pub fn NewDevice(class: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let name = memo(move || session.local.with(|local| local.plugged.clone()));
    let answer = move |used| session.act(Action::UsePlugged(used));
    view! {
        <div role="status">
            {live(move || name.get().map(|name| view! {
                <div class=class>
                    <Icon glyph=Glyph::Plug/>
                    <p>{words::plugged_in(&name)}</p>
                    <button type="button" class="button" on:click=move |_| answer(true)>"Use it"</button>
                    <button type="button" class="button button--quiet" on:click=move |_| answer(false)>"Not now"</button>
                </div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}
