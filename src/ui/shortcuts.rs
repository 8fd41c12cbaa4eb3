//! The keys of a call, and the list of them.

use leptos::{html, prelude::*};

use super::{
    icon::{Glyph, Icon},
    live::live,
};
use crate::{platform::IntoFresh, session::Session};

const KEYS: [(&str, &str); 12] = [
    ("M", "Microphone on or off"),
    ("Space", "While you are muted: hold it to talk"),
    ("V", "Camera on or off"),
    ("S", "Show your screen, or stop"),
    ("C", "Chat"),
    ("F", "Send a file"),
    ("H", "Hide your own picture, or show it"),
    ("P", "Take a picture of the other side, who is told"),
    ("X", "Swap the pictures"),
    ("E", "Fill the whole screen, or not"),
    ("W", "Small window over all others"),
    ("?", "This list"),
];

/// Shown while `open`; however it is closed, that is false then.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(platform) = session.platform() {
            platform.show_modal(dialog, open.get());
        }
    });
    view! {
        <dialog class="dialog shortcuts" aria-labelledby="shortcuts-heading" node_ref=dialog on:close=move |_| open.set(false)>
            <header>
                <h2 id="shortcuts-heading">"Keys"</h2>
                <button type="button" class="button button--quiet" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {live(move || open.get().then(|| view! {
                <dl>
                    {KEYS.map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> }.into_fresh()).into_iter().collect::<Vec<_>>()}
                </dl>
            }.into_fresh()))}
        </dialog>
    }
    .into_fresh()
}
