//! An address that leads nowhere.

use leptos::prelude::*;

use crate::platform::IntoFirst;

use super::logo::{Cans, Logo};

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <main class="plain-page">
            <Logo/>
            <div class="empty">
                <Cans/>
                <h1>"There is nothing at this address"</h1>
                <p>"The link may be incomplete. An invitation ends in a code such as k7qm-3xpd-9wzt."</p>
                <a class="button button--accent" href="/">"Go to the front page"</a>
            </div>
        </main>
    }
    .into_first()
}
