//! One of the others: who, what they are doing, and the buttons to call.

use leptos::prelude::*;

use super::{
    avatar::Avatar,
    icon::{Glyph, Icon},
    live::live,
    words,
};
use crate::{
    call::{input::Action, view::Contact},
    platform::IntoFresh,
    protocol::{Media, Status},
    session::{Person, Session},
};

#[component]
pub fn ContactRow(person: Person) -> impl IntoView {
    let contact = RwSignal::from(person.contact);
    let name = Signal::derive(move || contact.with(|contact| contact.nickname.to_string()));
    let more = RwSignal::new(false);
    view! {
        <li
            class="contact"
            data-testid="contact"
            data-status=live(move || contact.with(|contact| status_name(contact.status)))
            data-returning=live(move || contact.with(|contact| contact.returning.then_some("")))
            data-blocked=live(move || contact.with(|contact| contact.blocked.then_some("")))
        >
            <Avatar name/>
            <p class="contact__who">
                <span class="contact__name">{name}</span>
                <span class="contact__status">{live(move || contact.with(status_words))}</span>
            </p>
            <CallButton contact media=Media::Voice/>
            <CallButton contact media=Media::Video/>
            <button
                type="button"
                class="round round--quiet"
                aria-expanded=live(move || more.get().to_string())
                aria-label=live(move || format!("More about {}", name.get()))
                on:click=move |_| more.update(|more| *more = !*more)
            >
                <Icon glyph=Glyph::More/>
            </button>
            {live(move || more.get().then(|| view! { <More contact/> }.into_fresh()))}
        </li>
    }
    .into_fresh()
}

#[component]
fn CallButton(contact: RwSignal<Contact>, media: Media) -> impl IntoView {
    let session = expect_context::<Session>();
    let (glyph, class, how) = match media {
        Media::Voice => (Glyph::Phone, "round", "with voice"),
        Media::Video => (Glyph::Camera, "round round--call", "with video"),
    };
    view! {
        <button
            type="button"
            class=class
            aria-label=live(move || contact.with(|contact| format!("Call {} {how}", contact.nickname)))
            title=live(move || contact.with(|contact| format!("Call {} {how}", contact.nickname)))
            disabled=live(move || contact.with(|contact| !contact.is_callable()))
            on:click=move |_| session.ring(contact.with_untracked(|contact| contact.peer), media)
        >
            <Icon glyph/>
        </button>
    }
    .into_fresh()
}

/// What one does rarely.
#[component]
fn More(contact: RwSignal<Contact>) -> impl IntoView {
    let session = expect_context::<Session>();
    let toggle = move |_| {
        session.act(contact.with_untracked(|contact| match contact.blocked {
            true => Action::Unblock(contact.nickname.to_string()),
            false => Action::Block(contact.peer),
        }));
    };
    let label = live(move || {
        contact.with(|contact| {
            let verb = if contact.blocked { "Unblock" } else { "Block" };
            format!("{verb} {}", contact.nickname)
        })
    });
    view! {
        <div class="contact__more">
            <button type="button" class="button" on:click=toggle>
                <Icon glyph=Glyph::Ban/>
                {label}
            </button>
            <p>"Somebody you block cannot make this device ring: their calls are declined at once. They are not told why."</p>
        </div>
    }
    .into_fresh()
}

fn status_words(contact: &Contact) -> &'static str {
    match contact {
        Contact { blocked: true, .. } => "Blocked by you",
        Contact { returning: true, .. } => "Coming back…",
        Contact { status, .. } => words::status(*status),
    }
}

/// As on the wire.
const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Available => "available",
        Status::Ringing => "ringing",
        Status::InCall => "in_call",
        Status::Away => "away",
        Status::DoNotDisturb => "do_not_disturb",
    }
}
