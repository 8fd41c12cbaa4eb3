//! A call, from the first ring to the last word: a dark stage.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    call_controls::{CallControls, Extras},
    call_notices::{MutedHint, Showing, TapToHear, Trouble},
    call_photo::{Album, LastPhoto, PictureTaken},
    call_status::{Badges, CallStatusLine},
    chat::{ChatPanel, Draft, Unread},
    files::{DropZone, FileTray, Picker},
    focus,
    line::Line,
    live::{live, memo},
    new_device::NewDevice,
    quality::Connection,
    recording::{RecordingMarks, RecordingNote},
    remote_pane::RemotePane,
    screen_pane::ScreenPane,
    self_pane::{Arrangement, SelfPane},
    shortcuts::{CallKeys, Shortcuts},
};
use crate::{
    call::{
        control::ScreenState,
        status::{CallStatus, Step},
        view::{CallView, ParticipantView},
    },
    platform::IntoFresh,
    session::Session,
};

/// How long the buttons let the picture go first, at most.
const UNTIL_FURNISHED: Duration = Duration::from_millis(400);

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
    let album = Album::new();
    let extras =
        Extras { arrangement: Arrangement::new(), album, stage: NodeRef::new(), keys: RwSignal::new(false) };
    let Arrangement { corner, swapped, .. } = extras.arrangement;
    let shown = memo(move || shows_screen(session));
    let picker = Picker::new();
    let connection = RwSignal::new(false);
    let furnished = furnished_soon(session, untrack(|| outgoing.get()));
    let wake = move || awake.update(|awake| *awake = !*awake);
    let keys = CallKeys::new(session, extras, picker);
    on_cleanup(move || session.platform().into_iter().for_each(|platform| platform.end_float()));
    view! {
        <main
            class="stage call"
            tabindex="-1"
            node_ref=extras.stage
            data-corner=live(move || corner.get().name())
            data-large=live(move || if swapped.get() { "own" } else { "other" })
            data-screen=live(move || if shown.get() { "on" } else { "off" })
            data-phase=live(move || phase(status.get()))
            data-awake=live(move || if awake.get() { "tick" } else { "tock" })
            on:pointermove=move |_| wake()
            on:pointerdown=move |_| {
                wake();
                keys.pointed();
            }
            on:keydown=move |event| {
                wake();
                keys.pressed(&event);
            }
            on:keyup=move |event| keys.released(&event)
            on:dragenter=move |event| picker.drag(session, &event)
            on:dragover=move |event| picker.drag(session, &event)
            on:drop=move |event| picker.drop(session, &event)
            on:paste=move |event| picker.paste(session, &event)
        >
            <div class="call__others" on:click=move |_| swapped.set(false)>
                <For each=move || others(session) key=|other| other.peer let:other>
                    <Screen other=other.clone()/>
                    <RemotePane other/>
                </For>
                {live(move || outgoing.get().then(|| view! { <Line name status/> }.into_fresh()))}
            </div>
            <header class="call__head">
                <h1 tabindex="-1" node_ref=heading>{name}</h1>
                <CallStatusLine status connection/>
                {live(move || (!outgoing.get()).then(|| view! { <Badges/> }.into_fresh()))}
                <RecordingMarks/>
                <PictureTaken/>
            </header>
            <Connection open=connection/>
            <SelfPane arrangement=extras.arrangement/>
            {live(move || furnished.get().then(|| view! {
                <div class="call__foot">
                    <TapToHear name/>
                    <Trouble/>
                    <NewDevice class="badge badge--plugged"/>
                    <Showing/>
                    <MutedHint/>
                    <LastPhoto album/>
                    <RecordingNote/>
                    <Unread/>
                    <CallControls outgoing draft extras picker/>
                </div>
                <ChatPanel draft name/>
                <FileTray/>
                <DropZone picker name/>
                <Shortcuts open=extras.keys/>
            }.into_fresh()))}
        </main>
    }
    .into_fresh()
}

/// Whoever has just accepted waits for a face: the buttons come after it. Whoever calls has them at once.
fn furnished_soon(session: Session, at_once: bool) -> RwSignal<bool> {
    let furnished = RwSignal::new(at_once);
    // Once: everything would be made anew, and a click in that moment lost.
    let furnish = move || {
        if furnished.try_get_untracked() == Some(false) {
            furnished.set(true);
        }
    };
    Effect::new(move |_| {
        if let Ok(timeout) = set_timeout_with_handle(furnish, UNTIL_FURNISHED) {
            on_cleanup(move || timeout.clear());
        }
    });
    Effect::new(move |_| {
        if session.call.with(|call| call.as_ref().is_some_and(|call| call.setup.is_some())) {
            furnish();
        }
    });
    furnished
}

/// What somebody shows, while they do.
#[component]
fn Screen(other: ParticipantView) -> impl IntoView {
    let session = expect_context::<Session>();
    let ParticipantView { peer, nickname, .. } = other;
    let shown = memo(move || {
        others(session).iter().any(|other| other.peer == peer && other.media.screen == ScreenState::On)
    });
    live(move || shown.get().then(|| view! { <ScreenPane peer name=nickname.to_string()/> }.into_fresh()))
        .into_fresh()
}

fn shows_screen(session: Session) -> bool {
    others(session).iter().any(|other| other.media.screen == ScreenState::On)
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
