//! How others get into this room: its link, to copy, to share, or to show.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::live,
    qr::Qr,
};
use crate::{
    platform::IntoFresh,
    protocol::Room,
    session::{Session, address},
};

const COPIED_FOR: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, PartialEq)]
enum Copying {
    Idle,
    Copied,
    Failed,
}

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
                <CopyButton link=link.clone()/>
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

#[component]
fn CopyButton(link: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let copying = RwSignal::new(Copying::Idle);
    let copy = move |_| {
        let Some(platform) = session.platform() else { return };
        platform.copy(&link, move |copied| {
            copying.set(if copied { Copying::Copied } else { Copying::Failed });
            set_timeout(move || _ = copying.try_set(Copying::Idle), COPIED_FOR);
        });
    };
    let glyph = move || if copying.get() == Copying::Copied { Glyph::Check } else { Glyph::Copy };
    view! {
        <button type="button" class="button button--accent" on:click=copy>
            {live(move || view! { <Icon glyph=glyph()/> })}
            <span aria-live="polite">
                {live(move || match copying.get() {
                    Copying::Idle => "Copy link",
                    Copying::Copied => "Copied",
                    Copying::Failed => "Please copy it by hand",
                })}
            </span>
        </button>
    }
    .into_fresh()
}
