//! The nickname, with whatever is wrong with it in words beside it.

use leptos::prelude::*;

use super::{
    entrance::Entrance,
    focus,
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    platform::{IntoFirst, IntoFresh},
    protocol::Nickname,
};

#[component]
pub fn NicknameField(entrance: Entrance) -> impl IntoView {
    remember(entrance);
    let problem = memo(move || entrance.problem());
    Effect::new(move |_| {
        if problem.with(Option::is_some) {
            focus::field(entrance.field);
        }
    });
    let complaint = move || {
        let own = entrance.complaint.get().map(|complaint| complaint.to_string());
        own.or_else(|| problem.with(|problem| problem.as_ref().map(words::entry_problem)))
    };
    let suggestion =
        move || problem.with(|problem| problem.as_ref().and_then(|problem| problem.suggestion.clone()));
    view! {
        <div class="field">
            <label for="nickname">"Nickname"</label>
            <input
                id="nickname"
                name="nickname"
                type="text"
                maxlength=4 * Nickname::MAX_CHARS
                autocomplete="nickname"
                autocapitalize="words"
                spellcheck="false"
                placeholder="What others will see"
                aria-describedby="nickname-problem"
                aria-invalid=live(move || complaint().is_some().then_some("true"))
                readonly=live(move || entrance.is_entering())
                node_ref=entrance.field
                on:input:target=move |event| {
                    entrance.session.prepare();
                    entrance.nickname.set(event.target().value());
                    entrance.complaint.set(None);
                }
            />
            <div id="nickname-problem" class="field__problem" aria-live="polite">
                {live(move || complaint().map(|words| view! { <p><Icon glyph=Glyph::Warning/>{words}</p> }.into_fresh()))}
                {live(move || {
                    suggestion().map(|free| {
                        let label = format!("Use “{free}”");
                        view! {
                            <button type="button" class="button" on:click=move |_| entrance.enter_as(&free)>
                                {label}
                            </button>
                        }
                        .into_fresh()
                    })
                })}
            </div>
        </div>
    }
    .into_first()
}

/// Fills in what this device remembers, once the phone runs, but never over what was typed meanwhile.
fn remember(entrance: Entrance) {
    Effect::new(move |_| {
        if !entrance.session.ready.get() {
            return;
        }
        let typed = entrance.field.get().map(|field| field.value()).unwrap_or_default();
        let remembered = entrance.session.nickname.get();
        entrance.write(if typed.is_empty() { &remembered } else { &typed });
    });
}
