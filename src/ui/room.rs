//! The room: people first, then the ways to invite more.

use leptos::prelude::*;

use super::{
    BOOTH, CHECK,
    availability::Myself,
    blocked_people::BlockedPeople,
    contact_list::ContactList,
    focus,
    history::RecentCalls,
    icon::{Glyph, Icon},
    invitation::Invitation,
    live::{live, memo},
    logo::Logo,
    missed_calls::MissedCalls,
    notices::Notices,
    preview::RoomPreview,
    recording::{LeftRecordings, RecordingNote},
    settings::SettingsButton,
    words,
};
use crate::{
    call::{input::Action, view::Link},
    platform::IntoFresh,
    session::Session,
};

#[component]
pub fn RoomScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let heading = NodeRef::new();
    focus::follow(session, heading);
    let room = memo(move || session.me().map(|me| me.room));
    let stale = move || !matches!(session.link.get(), Link::Online);
    let title = live(move || room.with(|room| room.as_ref().map(words::room).unwrap_or_default()));
    view! {
        <main class="room" data-stale=live(move || stale().then_some(""))>
            <header class="room__head">
                <Logo/>
                <h1 tabindex="-1" node_ref=heading>{title}</h1>
                <SettingsButton class="button button--quiet button--terse"/>
                <button type="button" class="button button--quiet" on:click=move |_| session.act(Action::LeaveRoom)>
                    <Icon glyph=Glyph::Door/>
                    "Leave"
                </button>
            </header>
            <Myself/>
            <div class="room__main">
                <Notices/>
                <RecordingNote/>
                <LeftRecordings/>
                <MissedCalls/>
                <ContactList/>
            </div>
            <aside class="room__side" aria-label="This room">
                {live(move || room.get().map(|room| view! { <Invitation room/> }.into_fresh()))}
                <RoomPreview/>
                <button type="button" class="button button--wide" on:click=move |_| session.go_aside(BOOTH)>
                    <Icon glyph=Glyph::Photo/>
                    {words::BOOTH}
                </button>
                <button type="button" class="button button--wide" on:click=move |_| session.go_aside(CHECK)>
                    <Icon glyph=Glyph::Check/>
                    {words::CHECK}
                </button>
                <RecentCalls/>
                <BlockedPeople/>
            </aside>
        </main>
    }
    .into_fresh()
}
