//! After a call: why it ended, how long it lasted, and what next.

use leptos::prelude::*;

use super::{
    CHECK,
    avatar::Avatar,
    call_screen::name,
    focus,
    icon::{Glyph, Icon},
    live::{live, memo},
    recording::RecordingNote,
    report, words,
};
use crate::{
    call::{
        attempt::Attempt,
        input::Action,
        status::{CallStatus, Ended},
        view::{CallView, Contact},
    },
    platform::IntoFresh,
    protocol::{Media, PeerId},
    session::Session,
};

#[component]
pub fn EndedScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let heading = NodeRef::new();
    focus::follow(session, heading);
    let name = untrack(|| name(session));
    let (why, lasted) = untrack(|| end(session));
    view! {
        <main class="stage ended" data-phase="ended">
            <Avatar name=name.clone()/>
            <h1 tabindex="-1" node_ref=heading data-testid="call-status">{words::ended(why, &name)}</h1>
            {lasted.map(|lasted| view! { <p>{words::lasted(lasted)}</p> })}
            <RecordingNote/>
            {attempt(why).map(|attempt| view! { <WhyNoPath attempt name=name.clone()/> }.into_fresh())}
            <div class="actions">
                <CallAgain name/>
                {attempt(why).map(|attempt| view! { <OtherWays attempt/> }.into_fresh())}
                <button type="button" class="button" on:click=move |_| session.act(Action::DismissEnded)>
                    "Back to the room"
                </button>
            </div>
        </main>
    }
    .into_fresh()
}

fn end(session: Session) -> (Ended, Option<std::time::Duration>) {
    session.call.with(|call| match call.as_ref().map(|call| call.status) {
        Some(CallStatus::Ended { why, lasted }) => (why, lasted),
        _ => (Ended::Here, None),
    })
}

const fn attempt(why: Ended) -> Option<Attempt> {
    if let Ended::NoPath(attempt) = why { Some(attempt) } else { None }
}

/// What to do, and what each side had to find a path with.
#[component]
fn WhyNoPath(attempt: Attempt, name: String) -> impl IntoView {
    view! {
        <p>{report::way_out(attempt.diagnosis(), &name)}</p>
        <details class="ended__ways">
            <summary class="summary">"What each side had"</summary>
            <dl>
                <dt>"You"</dt>
                <dd>{report::kinds(attempt.ours)}</dd>
                <dt>{name}</dt>
                <dd>{report::kinds(attempt.theirs)}</dd>
            </dl>
        </details>
    }
    .into_fresh()
}

#[component]
fn OtherWays(attempt: Attempt) -> impl IntoView {
    let session = expect_context::<Session>();
    let peer = peer(session);
    let free = memo(move || peer.is_some_and(|peer| is_free(session, peer)));
    let by_relay = move |_| {
        if let Some(peer) = peer {
            session.ring_by_relay(peer, media(session));
        }
    };
    let check = move |_| {
        session.act(Action::DismissEnded);
        session.go_aside(CHECK);
    };
    view! {
        {attempt.may_try_the_relay().then(|| view! {
            <button type="button" class="button" disabled=live(move || !free.get()) on:click=by_relay>
                "Try through the relay"
            </button>
        }.into_fresh())}
        <button type="button" class="button" on:click=check>{words::CHECK}</button>
    }
    .into_fresh()
}

fn peer(session: Session) -> Option<PeerId> {
    let first = |call: &CallView| call.others.first().map(|other| other.peer);
    session.call.with_untracked(|call| call.as_ref().and_then(first))
}

/// As this person goes into calls.
fn media(session: Session) -> Media {
    let camera = session.local.with_untracked(|local| local.use_camera);
    if camera { Media::Video } else { Media::Voice }
}

/// Works as long as the other side is in the room and free.
#[component]
fn CallAgain(name: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let peer = peer(session);
    let free = memo(move || peer.is_some_and(|peer| is_free(session, peer)));
    let again = move |_| {
        if let Some(peer) = peer {
            session.ring(peer, media(session));
        }
    };
    // Always there: a button that comes late would move the others from under the pointer.
    view! {
        <button type="button" class="button button--accept" disabled=live(move || !free.get()) on:click=again>
            <Icon glyph=Glyph::Phone/>
            {format!("Call {name} again")}
        </button>
    }
    .into_fresh()
}

fn is_free(session: Session, peer: PeerId) -> bool {
    let person = session.contacts.with(|people| people.iter().find(|person| person.peer == peer).cloned());
    person.is_some_and(|person| person.contact.with(Contact::is_callable))
}
