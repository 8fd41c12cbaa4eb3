//! What the other side shows of its screen.

use leptos::{html, prelude::*};

use super::{
    icon::{Glyph, Icon},
    live::live,
};
use crate::{
    platform::{IntoFresh, StreamKey},
    protocol::PeerId,
    session::Session,
};

#[component]
pub fn ScreenPane(peer: PeerId, name: String) -> impl IntoView {
    let session = expect_context::<Session>();
    let video = NodeRef::<html::Video>::new();
    if let Some(platform) = session.platform() {
        platform.attach(StreamKey::RemoteScreen(peer), video);
    }
    // As large as there is room, or a dot for a dot.
    let actual = RwSignal::new(false);
    view! {
        <div class="shown" data-size=live(move || if actual.get() { "actual" } else { "fit" })>
            // Can be reached by keyboard, to be scrolled with it.
            <div class="shown__scroll" tabindex="0" role="region" aria-label=format!("The screen of {name}")>
                <video data-testid="remote-screen" aria-label=format!("Screen of {name}") autoplay playsinline node_ref=video></video>
            </div>
            <button
                type="button"
                class="button shown__size"
                aria-pressed=live(move || actual.get().to_string())
                on:click=move |_| actual.update(|actual| *actual = !*actual)
            >
                <Icon glyph=Glyph::Fill/>
                "Actual size"
            </button>
        </div>
    }
    .into_fresh()
}
