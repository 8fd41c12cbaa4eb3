//! Pages that need nobody else: how one gets there, and what they show before they are loaded.

use leptos::{ev::MouseEvent, prelude::*};

use super::{
    focus,
    icon::{Glyph, Icon},
    live::live,
    logo::Logo,
    words,
};
use crate::{
    platform::{IntoFirst, IntoFresh},
    session::Session,
};

/// A link, for a page that does not run yet; in one that does, nothing has to be loaded but what is behind it.
#[component]
pub fn AsideLink(path: &'static str, label: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let go = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            session.go_aside(path);
        }
    };
    view! { <a href=path on:click=go>{label}</a> }.into_first()
}

#[component]
pub fn AsideDoor(title: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    Effect::new(move |_| session.prepare());
    view! {
        <main class="plain-page">
            <Logo/>
            <div class="empty" role="status">
                <h1>{title}</h1>
                <p>{live(move || words::link(session.link.get()).unwrap_or("One moment…"))}</p>
            </div>
        </main>
    }
    .into_first()
}

/// Where one is, and the way back.
#[component]
pub fn AsideHead(title: &'static str) -> impl IntoView {
    let session = expect_context::<Session>();
    let heading = NodeRef::new();
    focus::follow(session, heading);
    view! {
        <header class="room__head">
            <Logo/>
            <h1 tabindex="-1" node_ref=heading>{title}</h1>
            <button type="button" class="button button--quiet" on:click=move |_| session.come_back()>
                <Icon glyph=Glyph::Door/>
                "Leave"
            </button>
        </header>
    }
    .into_fresh()
}
