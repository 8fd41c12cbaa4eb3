//! After a call: why it ended, how long it lasted, and what next.

use leptos::prelude::*;

use super::{
    avatar::Avatar,
    call_screen::name,
    focus,
    icon::{Glyph, Icon},
    live::{live, memo},
    recording::RecordingNote,
    words,
};
use crate::{
    call::{
        input::Action,
        status::{CallStatus, Ended},
    },
    platform::IntoFresh,
    protocol::{Media, PeerId, Status},
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
            <div class="actions">
                <CallAgain name/>
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

/// Works as long as the other side is in the room and free.
#[component]
fn CallAgain(name: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let peer = session
        .call
        .with_untracked(|call| call.as_ref().and_then(|call| call.others.first().map(|other| other.peer)));
    let free = memo(move || peer.is_some_and(|peer| is_free(session, peer)));
    let again = move |_| {
        if let Some(peer) = peer {
            let camera = session.local.with_untracked(|local| local.use_camera);
            session.ring(peer, if camera { Media::Video } else { Media::Voice });
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
    person.is_some_and(|person| {
        person
            .contact
            .with(|contact| !contact.blocked && matches!(contact.status, Status::Available | Status::Away))
    })
}
