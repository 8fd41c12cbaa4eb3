//! The chat of a call: what was written, and the field to write in.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::{
    icon::{Glyph, Icon},
    links::{Part, parts},
    live::{live, memo},
};
use crate::{
    call::{
        chat::{ChatLine, TEXT_MOST},
        input::Action,
    },
    platform::IntoFresh,
    session::Session,
};

const EMOJI: [&str; 24] = [
    "👍", "👎", "👏", "🙏", "❤️", "😀", "😂", "🙂", "😉", "😊", "😍", "😘", "🤔", "😮", "😢", "😭", "😡",
    "🙈", "🎉", "🎂", "☕", "🌞", "👋", "💪",
];

/// What the chat's parts share.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    /// The button that opens the chat has the focus again when it is closed.
    pub button: NodeRef<html::Button>,
}

impl Draft {
    #[must_use]
    pub fn new() -> Self {
        Self { text: RwSignal::new(String::new()), button: NodeRef::new() }
    }

    /// The text is kept when it cannot be taken.
    fn send(self, session: Session) {
        let text = self.text.get_untracked();
        let takes = !session.chat.with_untracked(|chat| chat.full) && text.chars().count() <= TEXT_MOST;
        if takes && !text.trim().is_empty() {
            session.act(Action::Write(text));
            self.text.set(String::new());
        }
    }

    fn close(self, session: Session) {
        session.act(Action::ShowChat(false));
        if let Some(button) = self.button.get_untracked() {
            _ = button.focus();
        }
    }
}

/// Opens and closes the chat, and tells of what nobody has read.
#[component]
pub fn ChatButton(draft: Draft) -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.chat.with(|chat| chat.shown));
    let unread = memo(move || session.chat.with(|chat| chat.unread));
    view! {
        <button
            type="button"
            class="control"
            title="Chat (C)"
            node_ref=draft.button
            aria-expanded=live(move || shown.get().to_string())
            on:click=move |_| session.act(Action::ShowChat(!shown.get_untracked()))
        >
            <Icon glyph=Glyph::Chat/>
            <span>"Chat"</span>
            {live(move || {
                Some(unread.get()).filter(|unread| *unread > 0).map(|unread| view! {
                    <span class="control__count">{unread}<span class="visually-hidden">" unread"</span></span>
                }.into_fresh())
            })}
        </button>
    }
    .into_fresh()
}

/// The newest text, for whoever does not look at the chat.
#[component]
pub fn Unread() -> impl IntoView {
    let session = expect_context::<Session>();
    let newest = memo(move || {
        session
            .chat
            .with(|chat| chat.lines.iter().rev().find(|line| line.from.is_some() && chat.unread > 0).cloned())
    });
    view! {
        <div class="unread" role="status">
            {live(move || newest.get().map(|ChatLine { from, text, .. }| {
                let from = from.map(|name| name.to_string()).unwrap_or_default();
                view! {
                    <button type="button" class="unread__text" on:click=move |_| session.act(Action::ShowChat(true))>
                        <strong>{from}": "</strong>{text.to_string()}
                    </button>
                }
                .into_fresh()
            }))}
        </div>
    }
    .into_fresh()
}

#[component]
pub fn ChatPanel(draft: Draft, name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.chat.with(|chat| chat.shown));
    live(move || shown.get().then(|| view! { <Panel draft name/> }.into_fresh())).into_fresh()
}

#[component]
fn Panel(draft: Draft, name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let empty = memo(move || session.chat.with(|chat| chat.lines.is_empty()));
    let save = move |_| {
        if let Some(platform) = session.platform() {
            platform.save(
                &format!("Chat with {}.txt", name.get_untracked()),
                &session.chat.with_untracked(|chat| transcript(&chat.lines)),
            );
        }
    };
    view! {
        <section class="chat" aria-labelledby="chat-heading" on:keydown=move |event: KeyboardEvent| {
            // The call's own keys are for who does not write.
            event.stop_propagation();
            if event.key() == "Escape" {
                draft.close(session);
            }
        }>
            <header class="chat__head">
                <h2 id="chat-heading">"Chat"</h2>
                <button type="button" class="button button--quiet" disabled=live(move || empty.get()) on:click=save>
                    <Icon glyph=Glyph::Save/>
                    "Save"
                </button>
                <button type="button" class="button button--quiet" aria-label="Close the chat" on:click=move |_| draft.close(session)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            <Lines name/>
            <Writing draft name/>
        </section>
    }
    .into_fresh()
}

#[component]
fn Lines(name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let list = NodeRef::<html::Div>::new();
    // Whoever has scrolled up to read is left alone.
    let at_end = RwSignal::new(true);
    let lines = memo(move || session.chat.with(|chat| chat.lines.clone()));
    let typing = memo(move || {
        session.chat.with(|chat| chat.typing.iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        let (_, _) = (lines.with(Vec::len), typing.with(Vec::len));
        if let Some(list) = list.get().filter(|_| at_end.get_untracked()) {
            request_animation_frame(move || list.set_scroll_top(list.scroll_height()));
        }
    });
    let scrolled = move |_| {
        if let Some(list) = list.get_untracked() {
            at_end.set(list.scroll_height() - list.scroll_top() - list.client_height() < 48);
        }
    };
    view! {
        // Can be reached by keyboard, to be scrolled with it.
        <div class="chat__lines" tabindex="0" role="log" aria-label="Messages" node_ref=list on:scroll=scrolled>
            {live(move || lines.with(Vec::is_empty).then(|| view! {
                <p class="chat__empty">"What you write here goes from browser to browser, and is gone when the call is over."</p>
            }.into_fresh()))}
            <For each=move || lines.get() key=|line| (line.id, line.delivered) let:line>
                <LineView line/>
            </For>
            {live(move || {
                let names = typing.get();
                (!names.is_empty()).then(|| view! {
                    <p class="chat__typing">{names.join(", ")}" is writing…"</p>
                }.into_fresh())
            })}
            <span class="visually-hidden">{live(move || format!("Chat with {}", name.get()))}</span>
        </div>
    }
    .into_fresh()
}

#[component]
fn LineView(line: ChatLine) -> impl IntoView {
    let session = expect_context::<Session>();
    let ChatLine { from, text, delivered, at, .. } = line;
    let time = session.platform().map(|platform| platform.clock(at)).unwrap_or_default();
    let own = from.is_none();
    let who = from.map_or_else(|| "You".to_owned(), |name| name.to_string());
    let mark = own.then(|| {
        let (glyph, words) =
            if delivered { (Glyph::Check, "Delivered") } else { (Glyph::Clock, "Not delivered yet") };
        view! { <span class="chat__mark" role="img" aria-label=words title=words><Icon glyph/></span> }
            .into_fresh()
    });
    let parts: Vec<_> = parts(&text)
        .into_iter()
        .map(|part| match part {
            Part::Plain(text) => text.into_any(),
            Part::Link(link) => {
                view! { <a href=link.clone() target="_blank" rel="noopener noreferrer nofollow">{link.clone()}</a> }
                    .into_any()
            }
        })
        .collect();
    view! {
        <article class="chat__line" data-own=own.then_some("")>
            <p class="chat__who"><strong>{who}</strong>" "<time>{time}</time>{mark}</p>
            <p class="chat__text" dir="auto">{parts}</p>
        </article>
    }
    .into_fresh()
}

#[component]
fn Writing(draft: Draft, name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(|field| _ = field.focus());
    let emoji = RwSignal::new(false);
    let full = memo(move || session.chat.with(|chat| chat.full));
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            draft.send(session);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        draft.send(session);
        if let Some(field) = field.get_untracked() {
            _ = field.focus();
        }
    };
    let insert = move |emoji: &str| {
        draft.text.update(|text| text.push_str(emoji));
        if let Some(field) = field.get_untracked() {
            _ = field.focus();
        }
    };
    view! {
        <form class="chat__form" on:submit=submit>
            {live(move || full.get().then(|| view! {
                <p class="chat__full" role="alert">"Much is still on its way. Wait until it has arrived."</p>
            }.into_fresh()))}
            {live(move || emoji.get().then(|| view! {
                <div class="chat__emoji" role="group" aria-label="Emoji">
                    {EMOJI.map(|emoji| view! {
                        <button type="button" on:click=move |_| insert(emoji)>{emoji}</button>
                    }.into_fresh()).into_iter().collect::<Vec<_>>()}
                </div>
            }.into_fresh()))}
            <div class="chat__row">
                <button
                    type="button"
                    class="button button--quiet"
                    aria-label="Emoji"
                    aria-expanded=live(move || emoji.get().to_string())
                    on:click=move |_| emoji.update(|emoji| *emoji = !*emoji)
                >
                    <Icon glyph=Glyph::Smile/>
                </button>
                <textarea
                    rows="1"
                    maxlength=TEXT_MOST
                    enterkeyhint="send"
                    dir="auto"
                    placeholder="Write something"
                    aria-label=live(move || format!("Message to {}", name.get()))
                    node_ref=field
                    prop:value=draft.text
                    on:input:target=move |event| {
                        draft.text.set(event.target().value());
                        session.act(Action::Typing);
                    }
                    on:keydown=keys
                ></textarea>
                <button type="submit" class="button button--accent" aria-label="Send" disabled=live(move || full.get())>
                    <Icon glyph=Glyph::Send/>
                </button>
            </div>
        </form>
    }
    .into_fresh()
}

/// As a text file.
fn transcript(lines: &[ChatLine]) -> String {
    let line = |line: &ChatLine| {
        let who = line.from.as_ref().map_or("I", |name| name.as_str());
        format!("{who}: {}\n", line.text.replace('\n', "\n    "))
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::Nickname;

    #[test]
    fn a_saved_chat_says_who_wrote_what() {
        let line = |from: Option<&str>, text: &str| ChatLine {
            id: 0,
            from: from.map(|name| Nickname::parse(name).unwrap()),
            text: text.into(),
            delivered: true,
            at: Duration::ZERO,
        };
        let lines = [line(Some("Ada"), "one\ntwo"), line(None, "three")];
        assert_eq!(transcript(&lines), "Ada: one\n    two\nI: three\n");
    }
}
