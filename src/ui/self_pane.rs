//! One's own picture during a call, small: in any corner, large for a while, or out of sight.

use std::time::Duration;

use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};

use super::{
    icon::{Glyph, Icon},
    live::{live, memo},
    preview::OwnVideo,
};
use crate::{
    call::{local::DeviceState, status::CallStatus},
    platform::IntoFresh,
    session::Session,
};

/// How long the own picture may wait for the other side's.
const PATIENCE: Duration = Duration::from_millis(700);
/// A pointer that moves less is a click of an unsteady hand.
const STEADY: i32 = 8;

/// How a person has arranged the pictures.
#[derive(Clone, Copy)]
pub struct Arrangement {
    pub corner: RwSignal<Corner>,
    pub hidden: RwSignal<bool>,
    /// The own picture is the large one.
    pub swapped: RwSignal<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corner {
    top: bool,
    left: bool,
}

impl Arrangement {
    #[must_use]
    pub fn new() -> Self {
        Self {
            corner: RwSignal::new(Corner { top: false, left: false }),
            hidden: RwSignal::new(false),
            swapped: RwSignal::new(false),
        }
    }

    pub fn swap(self) {
        self.swapped.update(|swapped| *swapped = !*swapped);
    }

    pub fn hide_or_show(self) {
        self.hidden.update(|hidden| *hidden = !*hidden);
    }
}

impl Corner {
    /// As the stylesheet names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.top, self.left) {
            (true, true) => "top-left",
            (true, false) => "top-right",
            (false, true) => "bottom-left",
            (false, false) => "bottom-right",
        }
    }

    fn after(self, key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self { top: true, ..self },
            "ArrowDown" => Self { top: false, ..self },
            "ArrowLeft" => Self { left: true, ..self },
            "ArrowRight" => Self { left: false, ..self },
            _ => return None,
        })
    }
}

/// While the other side's first picture is on its way, the own one does not compete with it.
#[component]
pub fn SelfPane(arrangement: Arrangement) -> impl IntoView {
    let session = expect_context::<Session>();
    let camera = memo(move || session.local.with(|local| local.camera == DeviceState::On));
    let settled = RwSignal::new(!untrack(|| is_connecting(session)));
    let settle = move || {
        let _ = settled.try_set(true);
    };
    // An effect: there is no time on the server.
    Effect::new(move |_| {
        if let Ok(timeout) = set_timeout_with_handle(settle, PATIENCE) {
            on_cleanup(move || timeout.clear());
        }
    });
    Effect::new(move |_| {
        if session.call.with(|call| call.as_ref().is_some_and(|call| call.setup.is_some())) {
            settle();
        }
    });
    let shown = memo(move || camera.get().then(|| settled.get()));
    let muted =
        memo(move || session.local.with(|local| (local.muted && !local.pressed) || !local.use_microphone));
    let hidden = move || if arrangement.hidden.get() && camera.get() { "hidden" } else { "shown" };
    view! {
        <div
            class="self"
            data-camera=live(move || if camera.get() { "on" } else { "off" })
            data-own=live(hidden)
        >
            {live(move || match shown.get() {
                Some(true) => view! { <Movable arrangement/> }.into_fresh(),
                Some(false) => ().into_fresh(),
                None => view! { <p class="self__words"><Icon glyph=Glyph::CameraOff/>"You"</p> }.into_fresh(),
            })}
            {live(move || muted.get().then(|| view! {
                <span class="self__muted" role="img" aria-label="You are muted">
                    <Icon glyph=Glyph::MicrophoneOff/>
                </span>
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

/// The picture follows the pointer, and falls into the corner that is nearest. A click swaps it with the other one.
#[component]
fn Movable(arrangement: Arrangement) -> impl IntoView {
    let session = expect_context::<Session>();
    let button = NodeRef::<html::Button>::new();
    let grabbed = StoredValue::new(None::<(i32, i32)>);
    let moved = StoredValue::new(false);
    let shift = move |by: Option<(i32, i32)>| {
        if let Some(platform) = session.platform() {
            platform.shift(button, by);
        }
    };
    let grab = move |event: PointerEvent| {
        grabbed.set_value(Some((event.client_x(), event.client_y())));
        moved.set_value(false);
        if let Some(platform) = session.platform() {
            platform.capture_pointer(button, event.pointer_id());
        }
    };
    let drag = move |event: PointerEvent| {
        let Some((x, y)) = grabbed.get_value() else { return };
        let by = (event.client_x() - x, event.client_y() - y);
        if moved.get_value() || by.0.abs().max(by.1.abs()) > STEADY {
            moved.set_value(true);
            if !arrangement.swapped.get_untracked() {
                shift(Some(by));
            }
        }
    };
    let drop_it = move |event: PointerEvent| {
        if grabbed.try_update_value(Option::take).flatten().is_none() || !moved.get_value() {
            return;
        }
        shift(None);
        let Some((width, height)) = session.platform().map(|platform| platform.window_size()) else { return };
        let corner = Corner { top: event.client_y() * 2 < height, left: event.client_x() * 2 < width };
        arrangement.corner.set(corner);
    };
    let click = move |_| {
        if !moved.try_update_value(std::mem::take).unwrap_or_default() {
            arrangement.swap();
        }
    };
    let keys = move |event: KeyboardEvent| {
        if let Some(corner) = arrangement.corner.get_untracked().after(&event.key()) {
            event.prevent_default();
            arrangement.corner.set(corner);
        }
    };
    view! {
        <button
            type="button"
            class="self__picture"
            aria-label="Your picture: swap it with the other one; the arrow keys move it"
            aria-pressed=live(move || arrangement.swapped.get().to_string())
            node_ref=button
            on:pointerdown=grab
            on:pointermove=drag
            on:pointerup=drop_it
            on:pointercancel=move |_| {
                grabbed.set_value(None);
                shift(None);
            }
            on:click=click
            on:keydown=keys
        >
            <OwnVideo label="Your picture"/>
        </button>
        <button type="button" class="self__hide" aria-label="Hide your picture" title="Hide (H)" on:click=move |_| arrangement.hidden.set(true)>
            <Icon glyph=Glyph::Close/>
        </button>
    }
    .into_fresh()
}

fn is_connecting(session: Session) -> bool {
    let status = session.call.with(|call| call.as_ref().map(|call| call.status));
    matches!(status, Some(CallStatus::Connecting(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrow_keys_lead_to_every_corner() {
        let mut corner = Corner { top: false, left: false };
        let mut go = |key| {
            corner = corner.after(key).unwrap();
            corner.name()
        };
        let round = ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"].map(&mut go);
        assert_eq!(round, ["top-right", "top-left", "bottom-left", "bottom-right"]);
        assert_eq!(corner.after("Enter"), None);
    }
}
