//! The way in: a nickname, one's own camera beside it, and the doors.

use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{
    BOOTH, CHECK, Route, aside::AsideLink, entrance::Entrance, focus, live::live, logo::Logo,
    nickname_field::NicknameField, preview::PromptPreview, room_code_form::RoomCodeForm, words,
};
use crate::{
    call::{input::Action, view::Link},
    platform::{IntoFirst, IntoFresh},
    protocol::{Room, RoomCode},
    session::Session,
};

#[component]
pub fn Prompt() -> impl IntoView {
    let session = expect_context::<Session>();
    let entrance = Entrance::new(session);
    let heading = NodeRef::new();
    focus::follow(session, heading);
    let doors = match Route::parse(&session.path.get_untracked()) {
        Route::Room(Ok(code)) => view! { <Invited entrance heading code/> }.into_first(),
        Route::Room(Err(broken)) => view! { <Welcome entrance heading broken=Some(broken)/> }.into_first(),
        Route::Home | Route::Booth | Route::Check | Route::NotFound => {
            view! { <Welcome entrance heading/> }.into_first()
        }
    };
    view! {
        <main class="prompt" data-ready=live(move || session.ready.get().to_string())>
            <header class="prompt__head"><Logo/></header>
            <section class="prompt__doors">
                {doors}
                <OnTheWay entrance/>
            </section>
            <PromptPreview/>
            <footer class="prompt__foot">
                <p>
                    "Voice and picture go straight from browser to browser. The server only introduces you, and forgets."
                </p>
                <p><AsideLink path=BOOTH label="Just a picture? The photo booth"/></p>
                <p><AsideLink path=CHECK label=words::CHECK/></p>
            </footer>
        </main>
    }
    .into_first()
}

/// The front page's doors.
#[component]
fn Welcome(
    entrance: Entrance,
    heading: NodeRef<html::H1>,
    #[prop(optional_no_strip)] broken: Option<crate::protocol::RoomCodeError>,
) -> impl IntoView {
    let session = entrance.session;
    let lobby = session.lobby_is_open();
    let start = move || {
        if let Some(room) = session.new_room() {
            entrance.enter(room);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if lobby { entrance.enter(Room::Lobby) } else { start() }
    };
    view! {
        <h1 tabindex="-1" node_ref=heading>"A private phone in your browser"</h1>
        <p class="lead">"Give yourself a nickname, see who is there, and click a name to call."</p>
        <form class="doors" novalidate on:submit=submit>
            <NicknameField entrance/>
            {if lobby {
                view! {
                    <button type="submit" class="button button--accent" disabled=live(move || entrance.is_closed())>
                        "Enter the lobby"
                    </button>
                    <button
                        type="button"
                        class="button"
                        disabled=live(move || entrance.is_closed())
                        on:click=move |_| start()
                    >
                        "Start a private room"
                    </button>
                }.into_first()
            } else {
                view! {
                    <button type="submit" class="button button--accent" disabled=live(move || entrance.is_closed())>
                        "Start a private room"
                    </button>
                }.into_first()
            }}
        </form>
        <RoomCodeForm entrance broken/>
    }
    .into_first()
}

/// An invitation's one door.
#[component]
fn Invited(entrance: Entrance, heading: NodeRef<html::H1>, code: RoomCode) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        entrance.enter(Room::Private(code));
    };
    view! {
        <h1 tabindex="-1" node_ref=heading>"You are invited to a private room"</h1>
        <p class="lead">"Room "<strong class="code">{code.to_string()}</strong></p>
        <p>"Give yourself a nickname, and you will see who is there. Click a name to call."</p>
        <form class="doors" novalidate on:submit=submit>
            <NicknameField entrance/>
            <button type="submit" class="button button--accent" disabled=live(move || entrance.is_closed())>
                "Join the room"
            </button>
        </form>
        <p><a href="/">"Go to the front page instead"</a></p>
    }
    .into_first()
}

/// What happens after a door was chosen, or keeps the page from being of use.
#[component]
fn OnTheWay(entrance: Entrance) -> impl IntoView {
    let session = entrance.session;
    let sentence = move || match (entrance.is_entering(), session.link.get()) {
        (false, _) if session.ready.get() => None,
        (_, link @ (Link::Reconnecting { .. } | Link::Outdated | Link::Refused | Link::Superseded)) => {
            words::link(link)
        }
        (true, _) => Some("Entering…"),
        (false, _) => None,
    };
    view! {
        <div class="on-the-way" role="status">
            {live(move || {
                sentence().map(|sentence| view! {
                    <p>{sentence}</p>
                    <button type="button" class="button button--quiet" on:click=move |_| session.act(Action::LeaveRoom)>
                        "Cancel"
                    </button>
                }.into_fresh())
            })}
        </div>
    }
    .into_first()
}
