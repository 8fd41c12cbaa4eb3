//! How loud the microphone hears.

use leptos::prelude::*;

use super::live::{live, memo};

use crate::{platform::IntoFresh, session::Session};

/// Steps of the bar.
const STEPS: u32 = 24;

#[component]
pub fn LevelMeter() -> impl IntoView {
    let session = expect_context::<Session>();
    // Speech is far below full scale; the square root brings it into sight.
    let level = memo(move || (session.level.get().clamp(0.0, 1.0).sqrt() * STEPS as f32) as u32);
    view! {
        <svg
            class="meter"
            viewBox="0 0 24 1"
            preserveAspectRatio="none"
            role="meter"
            aria-label="Microphone level"
            aria-valuemin="0"
            aria-valuemax=STEPS
            aria-valuenow=live(move || level.get())
        >
            <rect class="meter__bar" width=live(move || level.get()) height="1"/>
        </svg>
    }
    .into_fresh()
}
