//! How well the call goes: bars beside the status, and behind them what was measured.

use leptos::{html, prelude::*};

use super::{
    copy_button::CopyButton,
    icon::{Glyph, Icon},
    live::{live, memo},
    plot::{self, HEIGHT, WIDTH},
    report,
};
use crate::{
    call::quality::{Point, Sample},
    platform::IntoFresh,
    session::Session,
};

/// Nothing before there is something to say. They open what is behind them.
#[component]
pub fn Bars(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let bars = memo(move || {
        session.call.with(|call| call.as_ref().and_then(|call| call.others.first()).and_then(|it| it.bars))
    });
    let known = memo(move || bars.with(Option::is_some));
    live(move || known.get().then(|| view! { <Button bars open/> }.into_fresh())).into_fresh()
}

#[component]
fn Button(bars: Memo<Option<u8>>, open: RwSignal<bool>) -> impl IntoView {
    let lit = move || bars.get().unwrap_or_default();
    let words = move || format!("Connection: {}", report::bars(lit()).to_lowercase());
    let bar = move |bar: u8| {
        let height = 4 * (bar + 1);
        view! {
            <rect
                data-lit=live(move || if bar < lit() { "lit" } else { "out" })
                x=5 * bar
                y=16 - height
                width="4"
                height=height
                rx="1"
            />
        }
        .into_fresh()
    };
    view! {
        <button
            type="button"
            class="bars"
            data-bars=live(lit)
            aria-haspopup="dialog"
            aria-label=live(words)
            title=live(words)
            on:click=move |_| open.set(true)
        >
            <svg viewBox="0 0 20 16" aria-hidden="true">{[0, 1, 2, 3].map(bar).into_iter().collect::<Vec<_>>()}</svg>
        </button>
    }
    .into_fresh()
}

/// Shown while `open`; however it is closed, that is false then.
#[component]
pub fn Connection(open: RwSignal<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(platform) = session.platform() {
            platform.show_modal(dialog, open.get());
        }
    });
    view! {
        <dialog class="dialog connection" aria-labelledby="connection-heading" node_ref=dialog on:close=move |_| open.set(false)>
            <header>
                <h2 id="connection-heading">"Connection"</h2>
                <button type="button" class="button button--quiet" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {live(move || open.get().then(|| view! { <Measured/> }.into_fresh()))}
        </dialog>
    }
    .into_fresh()
}

#[component]
fn Measured() -> impl IntoView {
    let session = expect_context::<Session>();
    let newest = memo(move || session.quality.with(|quality| quality.points.last().copied()));
    let bars = memo(move || session.quality.with(|quality| quality.bars));
    let fact = |name: &'static str, read: fn(&Sample) -> Option<String>| {
        let value = memo(move || session.quality.with(|quality| read(&quality.sample)));
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{live(move || value.get().unwrap_or_else(|| "–".into()))}</dd>
            </div>
        }
        .into_fresh()
    };
    let minutes = memo(move || session.quality.with(|quality| plot::minutes(&quality.points)));
    view! {
        <div class="connection__body">
        <p>
            <strong>{live(move || bars.get().map(report::bars))}</strong>
            {live(move || {
                let advice = bars.get().zip(newest.get()).and_then(|(bars, point)| report::advice(bars, &point));
                advice.map(|advice| format!(". {advice}"))
            })}
        </p>
        <dl class="connection__facts">
            {fact("Path", |sample| sample.route.map(report::route))}
            {fact("Their picture", |sample| report::stream(&sample.comes))}
            {fact("Your picture", |sample| report::stream(&sample.goes))}
            {fact("Sound", |sample| sample.sound_codec.clone())}
        </dl>
        <div class="connection__plots">
            <Plot name="Received" read=|point| Some(point.received) words=report::bitrate least=100_000.0/>
            <Plot name="Sent" read=|point| Some(point.sent) words=report::bitrate least=100_000.0/>
            <Plot name="Lost" read=|point| Some(point.loss) words=report::share least=0.05/>
            <Plot name="Round trip" read=|point| point.round_trip.map(|it| it.as_secs_f64()) words=report::millis least=0.1/>
            <Plot name="Jitter" read=|point| point.jitter.map(|it| it.as_secs_f64()) words=report::millis least=0.05/>
            <Plot name="Pictures" read=|point| point.frames words=|frames| format!("{frames:.0} a second") least=30.0/>
        </div>
        <p class="connection__span">{live(move || report::lately(minutes.get()))}</p>
        <CopyButton
            label="Copy a report"
            class="button"
            text=Box::new(move || session.quality.with_untracked(report::report))
        />
        </div>
    }
    .into_fresh()
}

/// The last minutes of one figure, on a scale from nothing to its highest, or to `least`.
#[component]
fn Plot(
    name: &'static str,
    read: fn(&Point) -> Option<f64>,
    words: fn(f64) -> String,
    least: f64,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let newest = memo(move || session.quality.with(|quality| quality.points.last().and_then(read)));
    let curve = memo(move || session.quality.with(|quality| plot::curve(&quality.points, read, least)));
    view! {
        <figure class="plot">
            <figcaption>
                {name}
                <strong>{live(move || newest.get().map_or_else(|| "–".into(), words))}</strong>
            </figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                <path d=live(move || curve.get())/>
            </svg>
        </figure>
    }
    .into_fresh()
}
