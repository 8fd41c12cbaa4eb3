//! What is on the screen.

use leptos::prelude::*;

#[component]
pub fn App() -> impl IntoView {
    view! { <main>"Tincan"</main> }
}
