//! This person as the others see them.

use leptos::prelude::*;

use super::{
    avatar::Avatar,
    live::{live, memo},
    words,
};
use crate::{
    call::{input::Action, view::Me},
    platform::IntoFresh,
    protocol::Availability,
    session::Session,
};

const CHOICES: [Availability; 3] = [Availability::Available, Availability::Away, Availability::DoNotDisturb];

#[component]
pub fn Myself() -> impl IntoView {
    let session = expect_context::<Session>();
    let me = memo(move || session.me());
    let name = Signal::derive(move || me.with(|me| me.as_ref().map(nickname).unwrap_or_default()));
    let availability = move || me.with(|me| me.as_ref().map(|me| me.availability).unwrap_or_default());
    let choose = move |index: String| {
        let chosen = index.parse().ok().and_then(|index: usize| CHOICES.get(index));
        if let Some(chosen) = chosen {
            session.act(Action::SetAvailability(*chosen));
        }
    };
    let options = CHOICES.into_iter().enumerate().map(|(index, choice)| {
        view! {
            <option value=index selected=live(move || availability() == choice)>{words::availability(choice)}</option>
        }
    });
    view! {
        <section class="myself" aria-label="You">
            <Avatar name/>
            <div class="myself__who">
                <p class="myself__name">{name}<span class="tag">"You"</span></p>
                <label class="myself__availability">
                    <span class="visually-hidden">"Your availability"</span>
                    <select on:change:target=move |event| choose(event.target().value())>
                        {options.collect_view()}
                    </select>
                </label>
            </div>
        </section>
    }
    .into_fresh()
}

fn nickname(me: &Me) -> String {
    me.nickname.to_string()
}
