//! A call, from the first ring to the last word: a dark stage.

use std::time::Duration;

use leptos::{ev::KeyboardEvent, prelude::*, web_sys::Element};

use super::{
    avatar::Avatar,
    call_controls::{CallControls, Extras, toggle_camera, toggle_microphone, toggle_screen},
    call_photo::{Album, LastPhoto, PictureTaken},
    call_status::{Badges, CallStatusLine},
    chat::{ChatPanel, Draft, Unread},
    device_trouble::{TryAgain, trouble},
    files::{DropZone, FileTray, Picker},
    float, focus,
    icon::{Glyph, Icon},
    live::{live, memo},
    new_device::NewDevice,
    quality::Connection,
    recording::{RecordingMarks, RecordingNote},
    remote_pane::RemotePane,
    screen_pane::ScreenPane,
    self_pane::{Arrangement, SelfPane},
    shortcuts::Shortcuts,
    words,
};
use crate::{
    call::{
        control::ScreenState,
        input::Action,
        local::{DeviceState, Sharing},
        status::{CallStatus, Step},
        view::{CallView, ParticipantView},
    },
    platform::IntoFresh,
    session::Session,
};

/// The level of somebody who talks, and not of a room.
const VOICE: f32 = 0.32;
/// How long the buttons let the picture go first, at most.
const UNTIL_FURNISHED: Duration = Duration::from_millis(400);
/// How often the string is drawn anew, and how often until the tone comes again (it lasts 4 s).
const BEAT: Duration = Duration::from_millis(143);
const BEATS: usize = 28;
/// How far the string is pulled while the tone is heard, and before and after it.
const TREMBLE: [f32; 11] = [AT_REST, 1.4, -0.6, 1.3, -0.4, 1.2, -0.2, 1.1, 0.1, 0.9, 0.3];
const AT_REST: f32 = 0.6;
/// How long the hint stays after the last word.
const HINT: Duration = Duration::from_secs(3);

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
    // Where the focus is from: a pointer, or the keyboard.
    let clicked = StoredValue::new(false);
    let keys = move |event: KeyboardEvent| {
        wake();
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        if key == "Tab" {
            clicked.set_value(false);
        }
        if key == " " && !presses_something(&event, clicked.get_value()) {
            // It would scroll the page.
            event.prevent_default();
            return session.act(Action::PressToTalk(true));
        }
        if event.repeat() {
            return;
        }
        match key.as_str() {
            "m" | "M" => toggle_microphone(session),
            "v" | "V" => toggle_camera(session),
            "s" | "S" => toggle_screen(session),
            "c" | "C" => toggle_chat(session),
            "h" | "H" => extras.arrangement.hide_or_show(),
            "p" | "P" => album.take(session),
            "x" | "X" => extras.arrangement.swap(),
            "e" | "E" => extras.fill_screen(session),
            "w" | "W" => float::toggle(session),
            "?" => extras.keys.set(true),
            "f" | "F" => picker.open(),
            _ => return,
        }
        // It is no letter of what is written next.
        event.prevent_default();
    };
    let let_go = move |event: KeyboardEvent| {
        if event.key() == " " && session.local.with_untracked(|local| local.pressed) {
            // A button that was clicked before would take it for a press.
            event.prevent_default();
            session.act(Action::PressToTalk(false));
        }
    };
    // Whoever looks elsewhere holds no key here.
    let blur = window_event_listener(leptos::ev::blur, move |_| session.act(Action::PressToTalk(false)));
    on_cleanup(move || blur.remove());
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
                clicked.set_value(true);
            }
            on:keydown=keys
            on:keyup=let_go
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

/// Nobody should forget that others see the screen.
#[component]
fn Showing() -> impl IntoView {
    let session = expect_context::<Session>();
    let shown = memo(move || session.local.with(|local| local.sharing == Sharing::On));
    view! {
        <div role="status">
            {live(move || shown.get().then(|| view! {
                <div class="badge badge--showing">
                    <Icon glyph=Glyph::Screen/>
                    <p>"You are showing your screen."</p>
                    <button type="button" class="button" on:click=move |_| session.act(Action::ShareScreen(false))>"Stop showing"</button>
                </div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

/// For who talks and does not know that nobody hears it.
#[component]
fn MutedHint() -> impl IntoView {
    let session = expect_context::<Session>();
    let hint = RwSignal::new(false);
    let silent = memo(move || {
        session.local.with(|local| local.muted && !local.pressed && local.microphone == DeviceState::On)
    });
    let loud = memo(move || silent.get() && session.level.get() > VOICE);
    Effect::new(move |_| {
        if loud.get() {
            hint.set(true);
        } else if let Ok(timeout) = set_timeout_with_handle(move || _ = hint.try_set(false), HINT) {
            on_cleanup(move || timeout.clear());
        }
    });
    view! {
        <div role="status">
            {live(move || (hint.get() && silent.get()).then(|| view! {
                <div class="badge badge--muted"><Icon glyph=Glyph::MicrophoneOff/>"You are muted. Hold the space bar to talk."</div>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

/// The string between the two cans, while it rings at the other end: it trembles with the tone. It is drawn when it
/// changes and not sixty times a second, as an animation of the stylesheet would be: whoever picks up needs the processor.
#[component]
fn Line(name: Memo<String>, status: Memo<CallStatus>) -> impl IntoView {
    let session = expect_context::<Session>();
    let me = untrack(|| session.me()).map(|me| me.nickname.to_string()).unwrap_or_default();
    let beat = RwSignal::new(0);
    let tick = move || {
        if status.get_untracked() == CallStatus::Ringing {
            beat.set((beat.get_untracked() + 1) % BEATS);
        }
    };
    if let Ok(ticking) = set_interval_with_handle(tick, BEAT) {
        on_cleanup(move || ticking.clear());
    }
    let bow = memo(move || TREMBLE.get(beat.get()).copied().unwrap_or(AT_REST));
    view! {
        <div class="line" aria-hidden="true">
            <Avatar name=me/>
            <svg class="line__string" viewBox="0 -20 120 40" preserveAspectRatio="none">
                <path d="M0 0c30 10 90 10 120 0" transform=live(move || format!("scale(1 {})", bow.get()))/>
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

/// Whether the space bar means the element that has the focus: a field always, a button unless it has the focus from
/// being clicked.
fn presses_something(event: &KeyboardEvent, clicked: bool) -> bool {
    match event_target::<Element>(event).tag_name().as_str() {
        "BUTTON" | "A" | "SUMMARY" => !clicked,
        "INPUT" | "SELECT" | "TEXTAREA" | "DIALOG" => true,
        _ => false,
    }
}

fn shows_screen(session: Session) -> bool {
    others(session).iter().any(|other| other.media.screen == ScreenState::On)
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
