//! The strip of pictures.

use leptos::prelude::*;

use super::{Booth, Picture};
use crate::{
    look::Look,
    platform::{IntoFresh, Shot},
    ui::{
        icon::{Glyph, Icon},
        live::{live, memo},
        words,
    },
};

#[component]
pub fn Strip(booth: Booth) -> impl IntoView {
    let empty = memo(move || booth.strip.with(Vec::is_empty));
    view! {
        <section class="booth__strip" aria-labelledby="strip">
            <h2 id="strip">"Your pictures"</h2>
            {live(move || empty.get().then(|| view! {
                <p class="booth__none">"None yet. Smile!"</p>
            }.into_fresh()))}
            <ul>
                <For each=move || booth.strip.get() key=|picture| picture.number let:picture>
                    <OnStrip booth picture/>
                </For>
            </ul>
        </section>
    }
    .into_fresh()
}

#[component]
fn OnStrip(booth: Booth, picture: Picture) -> impl IntoView {
    let Picture { number, look, shot } = picture;
    let Shot { url, width, height, .. } = shot.clone();
    let alt = match look {
        Look::Plain => format!("Picture {number}"),
        look => format!("Picture {number}, {}", words::look(look).to_lowercase()),
    };
    let save = move |_| {
        if let Some(platform) = booth.session.platform() {
            platform.save_picture(&shot);
        }
    };
    view! {
        <li class="shot">
            <img src=url alt=alt width=width height=height/>
            <button
                type="button"
                class="button"
                aria-label=format!("Save picture {number}")
                on:click=save
            >
                <Icon glyph=Glyph::Save/>
                "Save"
            </button>
            <button
                type="button"
                class="round round--quiet"
                aria-label=format!("Delete picture {number}")
                title="Delete"
                on:click=move |_| booth.delete(number)
            >
                <Icon glyph=Glyph::Close/>
            </button>
        </li>
    }
    .into_fresh()
}
