//! The keys of a call, and the list of them.

use leptos::{
    ev::{self, KeyboardEvent},
    html,
    prelude::*,
    web_sys::Element,
};

use super::{
    call_controls::{Extras, toggle_camera, toggle_microphone, toggle_screen},
    files::Picker,
    float,
    icon::{Glyph, Icon},
    live::live,
};
use crate::{call::input::Action, platform::IntoFresh, session::Session};

const KEYS: [(&str, &str); 12] = [
    ("M", "Microphone on or off"),
    ("Space", "While you are muted: hold it to talk"),
    ("V", "Camera on or off"),
    ("S", "Show your screen, or stop"),
    ("C", "Chat"),
    ("F", "Send a file"),
    ("H", "Hide your own picture, or show it"),
    ("P", "Take a picture of the other side, who is told"),
    ("X", "Swap the pictures"),
    ("E", "Fill the whole screen, or not"),
    ("W", "Small window over all others"),
    ("?", "This list"),
];

/// What each key does, while the call is on the screen.
#[derive(Clone, Copy)]
pub struct CallKeys {
    session: Session,
    extras: Extras,
    picker: Picker,
    /// The focus is where a pointer put it, and not the keyboard.
    clicked: StoredValue<bool>,
}

impl CallKeys {
    pub fn new(session: Session, extras: Extras, picker: Picker) -> Self {
        // Whoever looks elsewhere holds no key here.
        let blur = window_event_listener(ev::blur, move |_| session.act(Action::PressToTalk(false)));
        on_cleanup(move || blur.remove());
        Self { session, extras, picker, clicked: StoredValue::new(false) }
    }

    pub fn pointed(self) {
        self.clicked.set_value(true);
    }

    pub fn pressed(self, event: &KeyboardEvent) {
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let Self { session, extras, picker, clicked } = self;
        let key = event.key();
        if key == "Tab" {
            clicked.set_value(false);
        }
        if key == " " && !presses_something(event, clicked.get_value()) {
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
            "f" | "F" => picker.open(),
            "h" | "H" => extras.arrangement.hide_or_show(),
            "p" | "P" => extras.album.take(session),
            "x" | "X" => extras.arrangement.swap(),
            "e" | "E" => extras.fill_screen(session),
            "w" | "W" => float::toggle(session),
            "?" => extras.keys.set(true),
            _ => return,
        }
        // It is no letter of what is written next.
        event.prevent_default();
    }

    pub fn released(self, event: &KeyboardEvent) {
        if event.key() == " " && self.session.local.with_untracked(|local| local.pressed) {
            // A button that was clicked before would take it for a press.
            event.prevent_default();
            self.session.act(Action::PressToTalk(false));
        }
    }
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

fn toggle_chat(session: Session) {
    session.act(Action::ShowChat(!session.chat.with_untracked(|chat| chat.shown)));
}

/// Shown while `open`; however it is closed, that is false then.
#[component]
pub fn Shortcuts(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(platform) = session.platform() {
            platform.show_modal(dialog, open.get());
        }
    });
    view! {
        <dialog class="dialog shortcuts" aria-labelledby="shortcuts-heading" node_ref=dialog on:close=move |_| open.set(false)>
            <header>
                <h2 id="shortcuts-heading">"Keys"</h2>
                <button type="button" class="button button--quiet" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {live(move || open.get().then(|| view! {
                <dl>
                    {KEYS.map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> }.into_fresh()).into_iter().collect::<Vec<_>>()}
                </dl>
            }.into_fresh()))}
        </dialog>
    }
    .into_fresh()
}
