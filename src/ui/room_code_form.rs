//! Joining a private room by its code.

use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{
    entrance::Entrance,
    focus,
    icon::{Glyph, Icon},
    live::live,
};
use crate::{
    platform::IntoFirst,
    protocol::{Room, RoomCode, RoomCodeError},
};

#[component]
pub fn RoomCodeForm(
    entrance: Entrance,
    /// What is wrong with the code in the address.
    #[prop(optional_no_strip)]
    broken: Option<RoomCodeError>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let complaint = RwSignal::new(broken);
    let join = move |event: SubmitEvent| {
        event.prevent_default();
        let code = field.get_untracked().map(|field| field.value()).unwrap_or_default();
        match RoomCode::parse(&code) {
            Ok(code) => entrance.enter(Room::Private(code)),
            Err(error) => {
                complaint.set(Some(error));
                focus::field(field);
            }
        }
    };
    view! {
        <form class="code-form" novalidate on:submit=join>
            <div class="field">
                <label for="code">"Room code"</label>
                <div class="field__row">
                    <input
                        id="code"
                        name="code"
                        type="text"
                        maxlength="64"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        placeholder="k7qm-3xpd-9wzt"
                        aria-describedby="code-problem"
                        aria-invalid=live(move || complaint.with(Option::is_some).then_some("true"))
                        readonly=live(move || entrance.is_entering())
                        node_ref=field
                        on:input=move |_| complaint.set(None)
                    />
                    <button type="submit" class="button" disabled=live(move || entrance.is_closed())>
                        "Join"
                    </button>
                </div>
                <div id="code-problem" class="field__problem" aria-live="polite">
                    {live(move || {
                        complaint.get().map(|error| view! { <p><Icon glyph=Glyph::Warning/>{error.to_string()}</p> }.into_first())
                    })}
                </div>
            </div>
        </form>
    }
    .into_first()
}
