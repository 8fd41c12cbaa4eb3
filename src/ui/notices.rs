//! What a person in the room should know now: trouble with the connection, a new name, bells that are silent, a new device.

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    new_device::NewDevice,
    words,
};
use crate::{
    call::{
        input::Action,
        view::{Link, Me},
    },
    platform::{IntoFresh, NotificationPermission},
    session::Session,
};

#[component]
pub fn Notices() -> impl IntoView {
    view! {
        <div class="notices">
            <LinkNotice/>
            <Renamed/>
            <Silent/>
            <NewDevice class="notice"/>
            <NotificationOffer/>
        </div>
    }
    .into_fresh()
}

/// The connection to the server, when there is something to say of it.
#[component]
pub fn LinkNotice() -> impl IntoView {
    let session = expect_context::<Session>();
    let words = memo(move || words::link(session.link.get()));
    let again = move |_| {
        if let Some(Me { room, nickname, .. }) = untrack(|| session.me()) {
            session.act(Action::Enter { room, nickname: nickname.to_string() });
        }
    };
    view! {
        <div role="status">
            {live(move || words.get().map(|words| view! {
                <p class="notice notice--trouble"><Icon glyph=Glyph::Warning/><span>{words}</span></p>
            }.into_fresh()))}
            {live(move || (session.link.get() == Link::Refused).then(|| view! {
                <button type="button" class="button" on:click=again>"Try again"</button>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

#[component]
fn Renamed() -> impl IntoView {
    let session = expect_context::<Session>();
    let new_name = memo(move || session.me().filter(|me| me.renamed).map(|me| me.nickname.to_string()));
    live(move || {
        new_name.get().map(|name| {
            view! {
                <p class="notice" role="status">
                    "Somebody else has your nickname now. Here you are "<strong>{name}</strong>"."
                </p>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

/// After a reload the page may not make a sound before it is touched.
#[component]
fn Silent() -> impl IntoView {
    let session = expect_context::<Session>();
    let silent = RwSignal::new(session.platform().is_some_and(|platform| !platform.has_gesture()));
    live(move || {
        silent.get().then(|| {
            listen_for_a_gesture(session, silent);
            view! {
                <button type="button" class="notice notice--button" on:click=move |_| silent.set(false)>
                    <Icon glyph=Glyph::Bell/>
                    "Tap to let it ring"
                </button>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

/// Any touch of the page will do, not only that of the notice.
fn listen_for_a_gesture(session: Session, silent: RwSignal<bool>) {
    if let Some(platform) = session.platform() {
        let page = platform.clone();
        platform.every_second(move || {
            if page.has_gesture() {
                silent.set(false);
            }
        });
    }
}

#[component]
fn NotificationOffer() -> impl IntoView {
    let session = expect_context::<Session>();
    let platform = session.platform();
    let permission =
        RwSignal::new(platform.map(|platform| platform.notification_permission()).unwrap_or_default());
    let ask = move |_| {
        if let Some(platform) = session.platform() {
            platform.ask_notification_permission(move |answer| _ = permission.try_set(answer));
        }
    };
    live(move || {
        (permission.get() == NotificationPermission::NotAsked).then(|| {
            view! {
                <div class="notice">
                    <Icon glyph=Glyph::Bell/>
                    <p>"Hear about calls while you look at another tab."</p>
                    <button type="button" class="button" on:click=ask>"Allow notifications"</button>
                </div>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}
