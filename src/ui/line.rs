//! The string between the two cans.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    avatar::Avatar,
    live::{live, memo},
};
use crate::{call::status::CallStatus, platform::IntoFresh, session::Session};

/// How often the string is drawn anew, and how often until the tone comes again (it lasts 4 s).
const BEAT: Duration = Duration::from_millis(143);
const BEATS: usize = 28;
/// How far the string is pulled while the tone is heard, and before and after it.
const TREMBLE: [f32; 11] = [AT_REST, 1.4, -0.6, 1.3, -0.4, 1.2, -0.2, 1.1, 0.1, 0.9, 0.3];
const AT_REST: f32 = 0.6;

/// Is there while it rings at the other end, and trembles with the tone. It is drawn when it
/// changes and not sixty times a second, as an animation of the stylesheet would be: whoever picks up needs the processor.
#[component]
pub fn Line(name: Memo<String>, status: Memo<CallStatus>) -> impl IntoView {
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
