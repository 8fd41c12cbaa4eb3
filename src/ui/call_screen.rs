//! A call, from the first ring to the last word: a dark stage.

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    avatar::Avatar,
    call_controls::{CallControls, toggle_camera, toggle_microphone},
    call_status::{Badges, CallStatusLine},
    chat::{ChatPanel, Draft, Unread},
    device_trouble::{TryAgain, trouble},
    focus,
    icon::{Glyph, Icon},
    live::{live, memo},
    remote_pane::RemotePane,
    self_pane::SelfPane,
    words,
};
use crate::{
    call::{
        input::Action,
        status::{CallStatus, Step},
        view::{CallView, ParticipantView},
    },
    platform::IntoFresh,
    session::Session,
};

#[component]
pub fn CallScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let heading = NodeRef::new();
    focus::follow(session, heading);
    let status = memo(move || status(session));
    let outgoing = memo(move || matches!(status.get(), CallStatus::Calling | CallStatus::Ringing));
    let name = memo(move || name(session));
    // Each sign of life starts the fading of the controls anew: the stylesheet has one fading for either word.
    let awake = RwSignal::new(false);
    let draft = Draft::new();
    let wake = move || awake.update(|awake| *awake = !*awake);
    let keys = move |event: KeyboardEvent| {
        wake();
        if event.alt_key() || event.ctrl_key() || event.meta_key() || event.repeat() {
            return;
        }
        match event.key().as_str() {
            "m" | "M" => toggle_microphone(session),
            "v" | "V" => toggle_camera(session),
            "c" | "C" => toggle_chat(session),
            _ => return,
        }
        // It is no letter of what is written next.
        event.prevent_default();
    };
    view! {
        <main
            class="stage call"
            tabindex="-1"
            data-phase=live(move || phase(status.get()))
            data-awake=live(move || if awake.get() { "tick" } else { "tock" })
            on:pointermove=move |_| wake()
            on:pointerdown=move |_| wake()
            on:keydown=keys
        >
            <div class="call__others">
                <For each=move || others(session) key=|other| other.peer let:other>
                    <RemotePane other/>
                </For>
                {live(move || outgoing.get().then(|| view! { <Line name/> }.into_fresh()))}
            </div>
            <header class="call__head">
                <h1 tabindex="-1" node_ref=heading>{name}</h1>
                <CallStatusLine status/>
                {live(move || (!outgoing.get()).then(|| view! { <Badges/> }.into_fresh()))}
            </header>
            <SelfPane/>
            <div class="call__foot">
                <TapToHear name/>
                <Trouble/>
                <Unread/>
                <CallControls outgoing draft/>
            </div>
            <ChatPanel draft name/>
        </main>
    }
    .into_fresh()
}

/// The string between the two, while it rings at the other end.
#[component]
fn Line(name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let me = untrack(|| session.me()).map(|me| me.nickname.to_string()).unwrap_or_default();
    view! {
        <div class="line" aria-hidden="true">
            <Avatar name=me/>
            <svg class="line__string" viewBox="0 0 120 40" preserveAspectRatio="none">
                <path d="M0 20c30 18 90 18 120 0"/>
            </svg>
            <Avatar name/>
        </div>
    }
    .into_fresh()
}

#[component]
fn TapToHear(name: Memo<String>) -> impl IntoView {
    let session = expect_context::<Session>();
    let wanted = memo(move || session.call.with(|call| call.as_ref().is_some_and(|call| call.tap_to_hear)));
    live(move || {
        wanted.get().then(|| {
            view! {
                <button type="button" class="button button--accent" on:click=move |_| session.act(Action::TapToHear)>
                    <Icon glyph=Glyph::Speaker/>
                    {live(move || format!("Tap to hear {}", name.get()))}
                </button>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

/// A device that fails during the call does not end it.
#[component]
fn Trouble() -> impl IntoView {
    let session = expect_context::<Session>();
    let trouble = memo(move || session.local.with(trouble));
    live(move || {
        trouble.get().map(|(devices, problem)| {
            let words = [words::trouble(devices, problem), ". ", words::remedy(problem)].concat();
            view! {
                <div class="badge badge--trouble" role="alert">
                    <Icon glyph=Glyph::Warning/>
                    <p>{words}</p>
                    <TryAgain problem/>
                </div>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

fn toggle_chat(session: Session) {
    session.act(Action::ShowChat(!session.chat.with_untracked(|chat| chat.shown)));
}

fn status(session: Session) -> CallStatus {
    let now = session.call.with(|call| call.as_ref().map(|call| call.status));
    now.unwrap_or(CallStatus::Connecting(Step::Introducing))
}

fn others(session: Session) -> Vec<ParticipantView> {
    session.call.with(|call| call.as_ref().map(|call| call.others.clone()).unwrap_or_default())
}

/// Who this call is with.
pub fn name(session: Session) -> String {
    let names = |call: &CallView| {
        let names: Vec<&str> = call.others.iter().map(|other| other.nickname.as_str()).collect();
        names.join(", ")
    };
    session.call.with(|call| call.as_ref().map(names).unwrap_or_default())
}

const fn phase(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Calling => "calling",
        CallStatus::Ringing => "ringing",
        CallStatus::Incoming { .. } => "incoming",
        CallStatus::Connecting(_) => "connecting",
        CallStatus::Connected { .. } => "connected",
        CallStatus::Reconnecting { .. } => "reconnecting",
        CallStatus::Ended { .. } => "ended",
    }
}
