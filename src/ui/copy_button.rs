//! A button that copies a text and says whether it did.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    icon::{Glyph, Icon},
    live::live,
};
use crate::{platform::IntoFresh, session::Session};

const COPIED_FOR: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, PartialEq)]
enum Copying {
    Idle,
    Copied,
    Failed,
}

/// `text` is asked for when somebody copies it.
#[component]
pub fn CopyButton(
    label: &'static str,
    class: &'static str,
    text: Box<dyn Fn() -> String + Send>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let copying = RwSignal::new(Copying::Idle);
    let copy = move |_| {
        let Some(platform) = session.platform() else { return };
        platform.copy(&text(), move |copied| {
            copying.set(if copied { Copying::Copied } else { Copying::Failed });
            set_timeout(move || _ = copying.try_set(Copying::Idle), COPIED_FOR);
        });
    };
    let glyph = move || if copying.get() == Copying::Copied { Glyph::Check } else { Glyph::Copy };
    view! {
        <button type="button" class=class on:click=copy>
            {live(move || view! { <Icon glyph=glyph()/> })}
            <span aria-live="polite">
                {live(move || match copying.get() {
                    Copying::Idle => label,
                    Copying::Copied => "Copied",
                    Copying::Failed => "Please copy it by hand",
                })}
            </span>
        </button>
    }
    .into_fresh()
}
