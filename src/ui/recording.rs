//! Recording a call: the button, the mark that everybody sees for as long as it lasts, and what became of it.

use leptos::prelude::*;

use super::{
    file_words,
    icon::{Glyph, Icon},
    live::{live, memo},
    words,
};
use crate::{
    call::{
        input::Action,
        recording::{LeftoverWish, OwnRecording, There, entry::Leftover},
        status::CallStatus,
        view::CallView,
    },
    platform::IntoFresh,
    session::Session,
};

/// Pressed while the call is recorded, or about to be. There where the browser can.
#[component]
pub fn RecordButton() -> impl IntoView {
    let session = expect_context::<Session>();
    let can = session.platform().is_some_and(|platform| platform.can_record());
    let own = memo(move || session.recorder.with(|recorder| recorder.own));
    let pressed = move || matches!(own.get(), OwnRecording::Beginning | OwnRecording::On { .. });
    let connected = memo(move || session.call.with(|call| is_connected(call.as_ref())));
    // Somebody may have to stop while the line is lost.
    let idle = move || own.get() == OwnRecording::Ending || (!connected.get() && !pressed());
    can.then(|| {
        view! {
            <button
                type="button"
                class="button button--record"
                title="Record the call into a file. Everybody in it sees that you do."
                aria-pressed=live(move || pressed().to_string())
                disabled=live(idle)
                on:click=move |_| session.act(Action::Record(!untrack(pressed)))
            >
                <Icon glyph=Glyph::Record/>
                "Record"
            </button>
        }
        .into_fresh()
    })
    .into_fresh()
}

fn is_connected(call: Option<&CallView>) -> bool {
    call.is_some_and(|call| matches!(call.status, CallStatus::Connected { .. }))
}

/// Who records the call, and for how long already.
#[component]
pub fn RecordingMarks() -> impl IntoView {
    let session = expect_context::<Session>();
    let own = memo(move || session.recorder.with(|recorder| recorder.own));
    let theirs = memo(move || session.call.with(|call| theirs(call.as_ref())));
    let said = move || {
        let own = is_on(own.get()).then(|| words::RECORDED_BY_YOU.to_owned());
        let theirs = theirs.get().into_iter().map(|(name, _)| words::recorded_by(&name));
        own.into_iter().chain(theirs).collect::<Vec<_>>().join(". ")
    };
    view! {
        <div class="recorded">
            <p class="visually-hidden" role="status">{live(said)}</p>
            {live(move || match own.get() {
                OwnRecording::On { since } => Some(view! { <OwnMark since/> }.into_fresh()),
                _ => None,
            })}
            {live(move || theirs.get().into_iter().map(|(name, there)| {
                view! { <Mark words=words::recorded_by(&name) there/> }.into_fresh()
            }).collect::<Vec<_>>())}
        </div>
    }
    .into_fresh()
}

const fn is_on(own: OwnRecording) -> bool {
    matches!(own, OwnRecording::On { .. })
}

fn theirs(call: Option<&CallView>) -> Vec<(String, There)> {
    let others = call.into_iter().flat_map(|call| &call.others);
    others.filter_map(|other| Some((other.nickname.to_string(), other.recording?))).collect()
}

#[component]
fn OwnMark(since: std::time::Duration) -> impl IntoView {
    let session = expect_context::<Session>();
    let there = There { before: std::time::Duration::ZERO, since };
    view! {
        <div class="recorded__own">
            <Mark words=words::RECORDED_BY_YOU.to_owned() there/>
            <button type="button" class="button" on:click=move |_| session.act(Action::Record(false))>"Stop recording"</button>
        </div>
    }
    .into_fresh()
}

/// A red point, who it is, and the time. That it is there was said already; the time is not said each second.
#[component]
fn Mark(words: String, there: There) -> impl IntoView {
    let session = expect_context::<Session>();
    session.keep_time();
    let lasted = live(move || words::clock(there.lasted(session.now.get())));
    view! {
        <p class="badge badge--recorded">
            <Icon glyph=Glyph::Record/>
            <span>{words.clone()}</span>
            <span class="recorded__time" role="timer" aria-label=words>{lasted}</span>
        </p>
    }
    .into_fresh()
}

/// What became of the last recording, until it is put away.
#[component]
pub fn RecordingNote() -> impl IntoView {
    let session = expect_context::<Session>();
    let note =
        memo(move || session.recorder.with(|recorder| recorder.note.as_ref().map(words::recording_note)));
    view! {
        <div role="status">
            {live(move || note.get().map(|words| view! {
                <div class="badge badge--note">
                    <Icon glyph=Glyph::Record/>
                    <p>{words}</p>
                    <button
                        type="button"
                        class="round round--quiet"
                        aria-label="Dismiss what was said of the recording"
                        on:click=move |_| session.act(Action::DismissRecordingNote)
                    >
                        <Icon glyph=Glyph::Close/>
                    </button>
                </div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

/// In the room: recordings that a page has left behind, which was closed or crashed in the middle of one.
#[component]
pub fn LeftRecordings() -> impl IntoView {
    let session = expect_context::<Session>();
    let any = memo(move || session.recorder.with(|recorder| !recorder.leftovers.is_empty()));
    let all = move || session.recorder.with(|recorder| recorder.leftovers.clone());
    live(move || {
        any.get().then(|| {
            view! {
                <section class="card leftovers" aria-labelledby="leftovers">
                    <h2 id="leftovers">"Recordings that were not saved"</h2>
                    <ul>
                        <For each=all key=|leftover| leftover.id let:leftover>
                            <LeftRecording leftover/>
                        </For>
                    </ul>
                </section>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

#[component]
fn LeftRecording(leftover: Leftover) -> impl IntoView {
    let session = expect_context::<Session>();
    let Leftover { id, at, name, bytes } = leftover;
    let when = session.platform().map(|platform| platform.moment(at)).unwrap_or_default();
    let wish = move |wish| session.act(Action::Leftover { id, wish });
    view! {
        <li class="leftovers__one">
            <p>
                <strong>{words::left_recording(&when)}</strong>
                <span>{[name.as_str(), " · ", &file_words::bytes(bytes)].concat()}</span>
            </p>
            <div class="actions">
                <button type="button" class="button button--accent" on:click=move |_| wish(LeftoverWish::Save)>
                    <Icon glyph=Glyph::Save/>
                    "Save the recording"
                </button>
                <button type="button" class="button" on:click=move |_| wish(LeftoverWish::Delete)>"Delete the recording"</button>
            </div>
        </li>
    }
    .into_fresh()
}
