//! Everybody else in the room.

use leptos::prelude::*;

use super::{
    contact_row::ContactRow,
    icon::{Glyph, Icon},
    live::{live, memo},
    logo::Cans,
    words,
};
use crate::{
    platform::IntoFresh,
    session::{Person, Session},
};

/// From so many on, looking for a name is quicker than reading the list.
const MANY: usize = 8;

#[component]
pub fn ContactList() -> impl IntoView {
    let session = expect_context::<Session>();
    let wanted = RwSignal::new(String::new());
    let count = memo(move || session.contacts.with(Vec::len));
    let many = memo(move || count.get() > MANY || wanted.with(|wanted| !wanted.is_empty()));
    let shown = Memo::new_with_compare(move |_| found(session, &wanted.get()), |_, _| true);
    view! {
        <section class="people" aria-labelledby="people">
            <div class="people__head">
                <h2 id="people">"People"</h2>
                <p role="status">{live(move || words::company(count.get()))}</p>
            </div>
            {live(move || many.get().then(|| view! { <Search wanted/> }.into_fresh()))}
            <ul class="contacts" aria-labelledby="people">
                <For each=move || shown.get() key=|person| person.peer let:person>
                    <ContactRow person/>
                </For>
            </ul>
            {live(move || (count.get() == 0).then(|| view! { <Alone/> }.into_fresh()))}
            {live(move || {
                (count.get() > 0 && shown.with(Vec::is_empty))
                    .then(|| view! { <p class="people__none">"Nobody here has that in their name."</p> }.into_fresh())
            })}
        </section>
    }
    .into_fresh()
}

#[component]
fn Search(wanted: RwSignal<String>) -> impl IntoView {
    view! {
        <label class="search">
            <Icon glyph=Glyph::Search/>
            <input
                type="search"
                aria-label="Search people"
                placeholder="Search people"
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| wanted.set(event.target().value())
            />
        </label>
    }
    .into_fresh()
}

#[component]
fn Alone() -> impl IntoView {
    view! {
        <div class="empty">
            <Cans/>
            <h3>"It takes two cans"</h3>
            <p>"You are the first one here. Send somebody the link, and they appear as soon as they come in."</p>
        </div>
    }
    .into_fresh()
}

fn found(session: Session, wanted: &str) -> Vec<Person> {
    let wanted = wanted.trim().to_lowercase();
    let matches = |person: &&Person| {
        wanted.is_empty()
            || person
                .contact
                .with_untracked(|contact| contact.nickname.as_str().to_lowercase().contains(&wanted))
    };
    session.contacts.with(|people| people.iter().filter(matches).cloned().collect())
}
