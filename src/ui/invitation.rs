//! How others get into this room: its link, to copy, to share, or to show.

use leptos::prelude::*;

use super::{
    copy_button::CopyButton,
    icon::{Glyph, Icon},
    qr::Qr,
};
use crate::{
    platform::IntoFresh,
    protocol::Room,
    session::{Session, address},
};

#[component]
pub fn Invitation(room: Room) -> impl IntoView {
    let session = expect_context::<Session>();
    let platform = session.platform();
    let origin = platform.as_ref().map(|platform| platform.origin()).unwrap_or_default();
    let link = format!("{origin}{}", address(&room));
    let hint = match room {
        Room::Lobby => "Everybody who opens this page can come into the lobby.",
        Room::Private(_) => "Whoever has this link can come in. Nobody else knows the room.",
    };
    let share = platform.filter(|platform| platform.can_share()).map(|platform| {
        let link = link.clone();
        view! {
            <button type="button" class="button" on:click=move |_| platform.share("Call me on Tincan", &link)>
                <Icon glyph=Glyph::Share/>
                "Share"
            </button>
        }
    });
    view! {
        <section class="card invitation" aria-labelledby="invite">
            <h2 id="invite">"Invite somebody"</h2>
            <p>{hint}</p>
            <input
                class="link"
                type="text"
                readonly
                aria-label="Link to this room"
                value=link.clone()
                on:focus:target=|event| event.target().select()
            />
            <div class="actions">
                <CopyButton label="Copy link" class="button button--accent" text=Box::new({
                    let link = link.clone();
                    move || link.clone()
                })/>
                {share}
            </div>
            <details class="qr-code">
                <summary class="summary">"Show as a QR code"</summary>
                <Qr link label="QR code of the link to this room"/>
            </details>
        </section>
    }
    .into_fresh()
}
