//! The wordmark: two cans, one string.

use leptos::prelude::*;

use crate::platform::IntoFirst;

#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <span class="logo">
            <Cans/>
            <span>"Tincan"</span>
        </span>
    }
    .into_first()
}

/// The picture alone.
#[component]
pub fn Cans() -> impl IntoView {
    view! {
        <svg class="cans" viewBox="0 0 72 32" aria-hidden="true">
            <path class="cans__string" d="M22 15.5c9 9.5 19 9.5 28 0"/>
            <path
                class="cans__can"
                d="M6 7.5l13.5-1.2a2 2 0 0 1 2.2 1.8l1.2 13.2a2 2 0 0 1-1.8 2.2L7.5 24.7M12.4 7l1.5 17M66 7.5L52.5 6.3a2 2 \
                 0 0 0-2.2 1.8l-1.2 13.2a2 2 0 0 0 1.8 2.2l13.6 1.2M59.6 7l-1.5 17"
            />
            <ellipse class="cans__can" cx="6.7" cy="16.1" rx="2.7" ry="8.6" transform="rotate(-5 6.7 16.1)"/>
            <ellipse class="cans__can" cx="65.3" cy="16.1" rx="2.7" ry="8.6" transform="rotate(5 65.3 16.1)"/>
        </svg>
    }
    .into_first()
}
