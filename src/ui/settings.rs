//! What a person can set for this device, in one place.

use leptos::{html, prelude::*};

use super::{
    device_picker::DevicePickers,
    history::KeepCalls,
    icon::{Glyph, Icon},
    live::{live, memo},
};
use crate::{
    call::{
        input::Action,
        local::Part,
        preferences::{Preferences, Processing, Theme},
        status::CallStatus,
        view::{CallView, RelayView},
    },
    platform::{IntoFresh, NotificationPermission},
    session::Session,
};

const THEMES: [(Theme, &str, &str); 3] = [
    (Theme::System, "system", "As this device has it"),
    (Theme::Light, "light", "Light"),
    (Theme::Dark, "dark", "Dark"),
];

/// The button, and what it opens.
#[component]
pub fn SettingsButton(#[prop(default = "button")] class: &'static str) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button type="button" class=class aria-haspopup="dialog" on:click=move |_| open.set(true)>
            <Icon glyph=Glyph::Sliders/>
            <span>"Settings"</span>
        </button>
        <Settings open/>
    }
    .into_fresh()
}

/// Shown while `open`; however it is closed, that is false then.
#[component]
fn Settings(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let dialog = NodeRef::<html::Dialog>::new();
    // A call that comes in is a dialog of its own, and no dialog stands over another.
    let rings = memo(move || {
        let incoming = |call: &CallView| matches!(call.status, CallStatus::Incoming { .. });
        session.call.with(|call| call.as_ref().is_some_and(incoming))
    });
    Effect::new(move |_| {
        if let Some(platform) = session.platform() {
            platform.show_modal(dialog, open.get() && !rings.get());
        }
    });
    view! {
        <dialog class="dialog" aria-label="Settings" node_ref=dialog on:close=move |_| open.set(false)>
            <header>
                <h2>"Settings"</h2>
                <button type="button" class="button button--quiet" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {live(move || open.get().then(|| view! { <Everything/> }.into_fresh()))}
        </dialog>
    }
    .into_fresh()
}

#[component]
fn Everything() -> impl IntoView {
    let session = expect_context::<Session>();
    let set = session.preferences;
    let relay = memo(move || match session.relay.get() {
        RelayView::None if set.get().relay_only => RelayView::Offered,
        relay => relay,
    });
    view! {
        <div class="settings">
            <DevicePickers/>
            <AskForSpeaker/>
            <Voice/>
            <label class="field picker">
                <span>"Colours"</span>
                <select on:change:target=move |event| choose(session, &event.target().value())>
                    {THEMES.map(|(theme, name, words)| {
                        let chosen = untrack(|| set.get().theme == theme);
                        view! { <option value=name selected=chosen>{words}</option> }
                    }).into_iter().collect_view()}
                </select>
            </label>
            <Switch
                label="Ring aloud"
                hint="Calls, and the tone while it rings elsewhere."
                on=Signal::derive(move || !set.get().silent)
                change=move |on| Preferences { silent: !on, ..set.get_untracked() }
            />
            <Notifications/>
            <KeepCalls/>
            <Switch
                label="Save data"
                hint="Your picture goes out small. What others send is theirs to choose."
                on=Signal::derive(move || set.get().data_saver)
                change=move |on| Preferences { data_saver: on, ..set.get_untracked() }
            />
            {live(move || match relay.get() {
                RelayView::Offered => view! {
                    <Switch
                        label="Hide my address"
                        hint="Calls go through this server’s relay alone, from the next one on. They may take a little longer."
                        on=Signal::derive(move || set.get().relay_only)
                        change=move |on| Preferences { relay_only: on, ..set.get_untracked() }
                    />
                }.into_fresh(),
                RelayView::Required => view! {
                    <p class="settings__hint">
                        "Whoever you call does not learn your address: on this server every call goes through its relay."
                    </p>
                }.into_fresh(),
                RelayView::None => view! {
                    <p class="settings__hint">
                        "Whoever you call learns your address, as on any phone line that goes from one to the other. To hide it, this \
                         server would need a relay."
                    </p>
                }.into_fresh(),
            })}
        </div>
    }
    .into_fresh()
}

/// Where the browser itself has the person choose, and tells of no other speaker.
#[component]
fn AskForSpeaker() -> impl IntoView {
    let session = expect_context::<Session>();
    let asks = session.platform().is_some_and(|platform| platform.can_ask_for_speaker());
    let ask = move |_| {
        if let Some(platform) = session.platform() {
            platform.ask_for_speaker(move |id| {
                session.act(Action::SelectDevice { part: Part::Speaker, id: Some(id) });
            });
        }
    };
    asks.then(|| {
        view! {
            <button type="button" class="button" on:click=ask>
                <Icon glyph=Glyph::Speaker/>
                "Choose another speaker"
            </button>
        }
        .into_fresh()
    })
}

/// What the browser does to the own voice before anybody hears it.
#[component]
fn Voice() -> impl IntoView {
    let session = expect_context::<Session>();
    let set = session.preferences;
    let changed = move |change: fn(&mut Processing, bool), on| {
        let mut preferences = set.get_untracked();
        change(&mut preferences.processing, on);
        preferences
    };
    view! {
        <Switch
            label="Suppress noise"
            hint="Fans, keys and traffic are taken out of your voice. Off for music."
            on=Signal::derive(move || set.get().processing.noise_suppression)
            change=move |on| changed(|processing, on| processing.noise_suppression = on, on)
        />
        <Switch
            label="Cancel echo"
            hint="Others do not hear themselves through your speaker. With headphones it can be off."
            on=Signal::derive(move || set.get().processing.echo_cancellation)
            change=move |on| changed(|processing, on| processing.echo_cancellation = on, on)
        />
        <Switch
            label="Even out loudness"
            hint="Whoever speaks softly is made louder."
            on=Signal::derive(move || set.get().processing.automatic_gain)
            change=move |on| changed(|processing, on| processing.automatic_gain = on, on)
        />
    }
    .into_fresh()
}

/// A switch of its own, and the browser's word on it.
#[component]
fn Notifications() -> impl IntoView {
    let session = expect_context::<Session>();
    let set = session.preferences;
    let permission = RwSignal::new(
        session.platform().map(|platform| platform.notification_permission()).unwrap_or_default(),
    );
    let ask = move |_| {
        if let Some(platform) = session.platform() {
            platform.ask_notification_permission(move |answer| _ = permission.try_set(answer));
        }
    };
    live(move || match permission.get() {
        NotificationPermission::Granted => view! {
            <Switch
                label="Show notifications"
                hint="Of calls, while you look at another tab."
                on=Signal::derive(move || !set.get().unannounced)
                change=move |on| Preferences { unannounced: !on, ..set.get_untracked() }
            />
        }
        .into_fresh(),
        NotificationPermission::NotAsked => view! {
            <button type="button" class="button" on:click=ask>
                <Icon glyph=Glyph::Bell/>
                "Allow notifications"
            </button>
        }
        .into_fresh(),
        NotificationPermission::Denied => view! {
            <p class="settings__hint">"Your browser shows no notifications of this page. Its settings for this page can change that."</p>
        }
        .into_fresh(),
        NotificationPermission::Unsupported => ().into_fresh(),
    })
    .into_fresh()
}

/// One preference that is on or off; `change` gives all of them with it changed.
#[component]
fn Switch(
    label: &'static str,
    hint: &'static str,
    on: Signal<bool>,
    change: impl Fn(bool) -> Preferences + Send + Sync + 'static,
) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <label class="switch">
            <input
                type="checkbox"
                prop:checked=live(move || on.get())
                on:change:target=move |event| session.act(Action::Prefer(change(event.target().checked())))
            />
            <span>{label}<small>{hint}</small></span>
        </label>
    }
    .into_fresh()
}

fn choose(session: Session, name: &str) {
    if let Some((theme, ..)) = THEMES.into_iter().find(|(_, known, _)| *known == name) {
        session.act(Action::Prefer(Preferences { theme, ..session.preferences.get_untracked() }));
    }
}
