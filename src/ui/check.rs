//! The doctor's page: what this device can do for a call, line by line, and what all of it means.

use std::rc::Rc;

use leptos::{html, prelude::*};

use super::{
    aside::AsideHead,
    check_words as words,
    copy_button::CopyButton,
    icon::{Glyph, Icon},
    level_meter::LevelMeter,
    live::{live, memo},
    words::CHECK,
};
use crate::{
    check::{
        Doctor, Input, Phase, View,
        finding::{Finding, Line, State},
        verdict::{Part, Reach, Verdict},
    },
    platform::{IntoFresh, StreamKey},
    session::{Checkup, Session},
};

/// What the page's parts share.
#[derive(Clone, Copy)]
struct Check {
    session: Session,
    view: RwSignal<View>,
    level: RwSignal<f32>,
    /// For as long as somebody is in here. `None` on the server.
    checkup: StoredValue<Option<Rc<Checkup>>, LocalStorage>,
}

impl Check {
    fn new(session: Session) -> Self {
        let (view, level) = (RwSignal::new(Doctor::default().view()), RwSignal::new(0.0));
        let checkup = session.platform().map(|platform| Checkup::new(platform, view, level));
        Self { session, view, level, checkup: StoredValue::new_local(checkup) }
    }

    fn checkup(self) -> Option<Rc<Checkup>> {
        self.checkup.try_get_value().flatten()
    }

    fn phase(self) -> Phase {
        self.view.with(|view| view.phase)
    }

    fn finding(self, line: Line) -> Finding {
        self.view.with(|view| view.finding(line))
    }

    fn tell(self, input: Input) {
        if let Some(checkup) = self.checkup() {
            checkup.take(input);
        }
    }

    /// Begins, or stops what is going on.
    fn press(self) {
        if untrack(|| self.phase()) == Phase::Running {
            self.tell(Input::Stop);
        } else if let Some(checkup) = self.checkup() {
            checkup.start();
        }
    }
}

#[component]
pub fn CheckScreen() -> impl IntoView {
    let session = expect_context::<Session>();
    let check = Check::new(session);
    view! {
        <main class="room" data-ready=live(move || session.ready.get().to_string())>
            <AsideHead title=CHECK/>
            <Summary check/>
            <div class="check__groups">
                {words::GROUPS.map(|(heading, lines)| view! { <Group check heading lines/> }.into_fresh())
                    .into_iter().collect_view()}
            </div>
        </main>
    }
    .into_fresh()
}

/// What all of it means, and the buttons.
#[component]
fn Summary(check: Check) -> impl IntoView {
    let phase = memo(move || check.phase());
    let tone = live(move || tone(check.view.with(|view| view.verdict)));
    let label = move || match phase.get() {
        Phase::Idle => "Start",
        Phase::Running => "Stop",
        Phase::Stopped | Phase::Done => "Check again",
    };
    view! {
        <section class="check__verdict" data-tone=tone aria-label="Result">
            <div role="status" data-testid="verdict">
                <h2>{live(move || check.view.with(words::headline))}</h2>
                <p>{live(move || check.view.with(words::lead))}</p>
            </div>
            <div class="actions">
                <button
                    type="button"
                    class=live(move || match phase.get() {
                        Phase::Running => "button",
                        _ => "button button--accent",
                    })
                    disabled=live(move || !check.session.ready.get())
                    on:click=move |_| check.press()
                >
                    {live(label)}
                </button>
                {live(move || matches!(phase.get(), Phase::Done | Phase::Stopped).then(|| {
                    let text = Box::new(move || check.view.with_untracked(words::report));
                    view! { <CopyButton label="Copy a report" class="button" text/> }.into_fresh()
                }))}
            </div>
        </section>
    }
    .into_fresh()
}

const fn tone(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "none",
        Some(Verdict { reach: Reach::Nobody(_), .. }) => "bad",
        Some(Verdict { reach: Reach::Anyone | Reach::ThroughRelay, part: Part::Full }) => "good",
        Some(_) => "fair",
    }
}

#[component]
fn Group(check: Check, heading: &'static str, lines: &'static [Line]) -> impl IntoView {
    view! {
        <section class="check__group" aria-label=heading>
            <h2>{heading}</h2>
            <ul>
                {lines.iter().map(|line| view! { <LineView check line=*line/> }.into_fresh()).collect_view()}
            </ul>
        </section>
    }
    .into_fresh()
}

#[component]
fn LineView(check: Check, line: Line) -> impl IntoView {
    let finding = memo(move || check.finding(line));
    let state = memo(move || finding.get().state());
    view! {
        <li class="check__line" data-state=live(move || name(state.get()))>
            <span class="check__mark" aria-hidden="true">
                {live(move || glyph(state.get()).map(|glyph| view! { <Icon glyph/> }.into_fresh()))}
            </span>
            <h3>{words::label(line)}</h3>
            <span class="check__state">{live(move || words::state(state.get()))}</span>
            <div class="check__words">
                {live(move || {
                    let said = words::finding(&finding.get());
                    (!said.is_empty()).then(|| view! { <p>{said}</p> }.into_fresh())
                })}
                {match line {
                    Line::Camera => view! { <Picture check/> }.into_fresh(),
                    Line::Microphone => view! { <Level check/> }.into_fresh(),
                    Line::Speaker => view! { <Tone check/> }.into_fresh(),
                    _ => ().into_fresh(),
                }}
            </div>
        </li>
    }
    .into_fresh()
}

/// The camera's, for as long as it is open.
#[component]
fn Picture(check: Check) -> impl IntoView {
    let is_open = memo(move || check.view.with(|view| view.is_open(Line::Camera)));
    view! {
        {live(move || is_open.get().then(|| view! { <Mirror check/> }.into_fresh()))}
    }
    .into_fresh()
}

#[component]
fn Mirror(check: Check) -> impl IntoView {
    let video = NodeRef::<html::Video>::new();
    if let Some(platform) = check.session.platform() {
        platform.attach(StreamKey::Examined, video);
    }
    view! { <video class="own-video check__picture" aria-label="Your camera" node_ref=video></video> }
        .into_fresh()
}

/// The microphone's, for as long as it is open.
#[component]
fn Level(check: Check) -> impl IntoView {
    let is_open = memo(move || check.view.with(|view| view.is_open(Line::Microphone)));
    view! {
        {live(move || is_open.get().then(|| view! { <LevelMeter level=check.level/> }.into_fresh()))}
    }
    .into_fresh()
}

/// Only a person can say what is heard.
#[component]
fn Tone(check: Check) -> impl IntoView {
    let has_begun = memo(move || check.phase() != Phase::Idle);
    // Who has answered may answer otherwise, and keeps the button under the finger.
    let is_asked = memo(move || check.finding(Line::Speaker) != Finding::Waiting);
    let answer = move |heard: bool, label: &'static str| {
        view! {
            <button type="button" class="button" on:click=move |_| check.tell(Input::ToneHeard(heard))>
                {label}
            </button>
        }
        .into_fresh()
    };
    view! {
        <div class="actions">
            {live(move || has_begun.get().then(|| view! {
                <button type="button" class="button" on:click=move |_| check.tell(Input::PlayTone)>
                    <Icon glyph=Glyph::Speaker/>
                    "Play a tone"
                </button>
            }.into_fresh()))}
            {live(move || is_asked.get().then(|| view! {
                {answer(true, "Yes, I heard it")}
                {answer(false, "No")}
            }.into_fresh()))}
        </div>
    }
    .into_fresh()
}

const fn glyph(state: State) -> Option<Glyph> {
    match state {
        State::Passes => Some(Glyph::Check),
        State::Warns => Some(Glyph::Warning),
        State::Fails => Some(Glyph::Close),
        State::Waiting | State::Running | State::Absent => None,
    }
}

const fn name(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Running => "running",
        State::Passes => "passes",
        State::Warns => "warns",
        State::Fails => "fails",
        State::Absent => "absent",
    }
}
