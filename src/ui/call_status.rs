//! What the call is doing: the words, the time, and what is known of the path and the other side.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    quality::Bars,
    words,
};
use crate::{
    call::{
        control::{CameraState, MicrophoneState},
        status::CallStatus,
        view::{CallView, Link, ParticipantView},
    },
    platform::IntoFresh,
    session::Session,
};

#[component]
pub fn CallStatusLine(status: Memo<CallStatus>, connection: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let connected = memo(move || match status.get() {
        CallStatus::Connected { since, earlier } => Some((since, earlier)),
        _ => None,
    });
    let setup = memo(move || session.call.with(|call| call.as_ref().and_then(|call| call.setup)));
    view! {
        <div class="status">
            <span class="status__words" role="status" data-testid="call-status">
                {live(move || words::call_status(status.get()))}
            </span>
            {live(move || connected.get().map(|(since, earlier)| view! { <Lasting since earlier/> <Path/> }.into_fresh()))}
            <Bars open=connection/>
            {live(move || {
                let setup = setup.get().filter(|_| connected.with(Option::is_some));
                setup.map(|setup| view! { <span class="status__setup" data-testid="setup">{words::setup(setup)}</span> }.into_fresh())
            })}
        </div>
    }
    .into_fresh()
}

/// The time in the call.
#[component]
fn Lasting(since: Duration, earlier: Duration) -> impl IntoView {
    let session = expect_context::<Session>();
    session.keep_time();
    let lasting = live(move || words::clock(session.now.get().saturating_sub(since) + earlier));
    view! { <span class="status__time" role="timer" aria-label="Time in call">{lasting}</span> }.into_fresh()
}

/// How the path runs: that it goes through a relay is said.
#[component]
fn Path() -> impl IntoView {
    let path = other(|other| other.relayed.map(|relayed| (relayed, other.hidden)));
    live(move || {
        path.get().flatten().map(|path| {
            let (word, title) = match path {
                (true, true) => (
                    "Address hidden",
                    "A relay passes it on, encrypted. The other side does not learn your address",
                ),
                (true, false) => ("Relayed", "A relay passes it on, encrypted"),
                (false, _) => ("Direct", "Straight from browser to browser"),
            };
            view! { <span class="tag" title=title>{word}</span> }.into_fresh()
        })
    })
    .into_fresh()
}

/// What the other side does not send, and whether the server is there.
#[component]
pub fn Badges() -> impl IntoView {
    let session = expect_context::<Session>();
    let silent = other(|other| match other.media.microphone {
        MicrophoneState::On => None,
        MicrophoneState::Muted => Some(format!("{} is muted", other.nickname)),
        MicrophoneState::None => Some(format!("{} is just listening", other.nickname)),
    });
    let unseen = other(|other| {
        (other.media.camera == CameraState::Off).then(|| format!("{} has the camera off", other.nickname))
    });
    let alone = memo(move || matches!(session.link.get(), Link::Reconnecting { .. }));
    view! {
        <ul class="badges">
            {live(move || silent.get().flatten().map(|words| badge(Glyph::MicrophoneOff, words)))}
            {live(move || unseen.get().flatten().map(|words| badge(Glyph::CameraOff, words)))}
            {live(move || alone.get().then(|| badge(Glyph::Warning, "The server is away. The call goes on.".into())))}
        </ul>
    }
    .into_fresh()
}

fn badge(glyph: Glyph, words: String) -> impl IntoView {
    view! { <li class="badge"><Icon glyph/>{words}</li> }.into_fresh()
}

/// Something about the other side of a call of two.
fn other<T>(read: impl Fn(&ParticipantView) -> T + Send + Sync + 'static) -> Memo<Option<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    let session = expect_context::<Session>();
    memo(move || {
        let first = |call: &CallView| call.others.first().map(&read);
        session.call.with(|call| call.as_ref().and_then(first))
    })
}
