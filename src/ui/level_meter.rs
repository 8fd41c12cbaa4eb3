//! How loud the microphone hears.

use leptos::prelude::*;

use super::live::{live, memo};

use crate::platform::IntoFresh;

/// Steps of the bar.
const STEPS: u32 = 24;

/// `level` is between 0 and 1.
#[component]
pub fn LevelMeter(level: RwSignal<f32>) -> impl IntoView {
    // Speech is far below full scale; the square root brings it into sight.
    let level = memo(move || (level.get().clamp(0.0, 1.0).sqrt() * STEPS as f32) as u32);
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
