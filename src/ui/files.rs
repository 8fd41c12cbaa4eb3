//! The files of a call: the button and the place to drop them, and how far each of them is.

use leptos::{
    ev::{DragEvent, Event},
    html,
    prelude::*,
};

use super::{
    file_words as words,
    icon::{Glyph, Icon},
    live::{live, memo},
};
use crate::{
    call::{
        files::{
            FileWish,
            view::{FileStage, FileView},
        },
        input::Action,
    },
    platform::IntoFresh,
    session::Session,
};

/// Offers what was chosen, dropped or pasted.
fn offer(session: Session, event: &Event) {
    if let Some(platform) = session.platform() {
        platform.pick_files(event, move |picked| session.act(Action::OfferFiles(picked)));
    }
}

/// Opens the browser's own window to choose files in.
#[derive(Clone, Copy)]
pub struct Picker {
    field: NodeRef<html::Input>,
    /// Files are being dragged over the call.
    dragged: RwSignal<bool>,
}

impl Picker {
    #[must_use]
    pub fn new() -> Self {
        Self { field: NodeRef::new(), dragged: RwSignal::new(false) }
    }

    pub fn open(self) {
        if let Some(field) = self.field.get_untracked() {
            field.click();
        }
    }

    pub fn drag(self, session: Session, event: &DragEvent) {
        if session.platform().is_some_and(|platform| platform.carries_files(event)) {
            event.prevent_default();
            self.dragged.set(true);
        }
    }

    pub fn drop(self, session: Session, event: &DragEvent) {
        if self.dragged.get_untracked() {
            event.prevent_default();
            self.dragged.set(false);
            offer(session, event);
        }
    }

    pub fn paste(self, session: Session, event: &Event) {
        if session.platform().is_some_and(|platform| platform.carries_files(event)) {
            event.prevent_default();
            offer(session, event);
        }
    }
}

#[component]
pub fn FileButton(picker: Picker) -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <input
            type="file"
            multiple
            hidden
            aria-label="Files to send"
            node_ref=picker.field
            on:change=move |event| offer(session, &event)
        />
        <button type="button" class="control" title="Send a file (F)" on:click=move |_| picker.open()>
            <Icon glyph=Glyph::File/>
            <span>"File"</span>
        </button>
    }
    .into_fresh()
}

/// Over the call, while files are dragged over it.
#[component]
pub fn DropZone(picker: Picker, name: Memo<String>) -> impl IntoView {
    live(move || {
        picker.dragged.get().then(|| {
            view! {
                <div class="drop" on:dragleave=move |_| picker.dragged.set(false)>
                    <p><Icon glyph=Glyph::File/>{live(move || words::drop_files(&name.get()))}</p>
                </div>
            }
            .into_fresh()
        })
    })
    .into_fresh()
}

#[component]
pub fn FileTray() -> impl IntoView {
    let session = expect_context::<Session>();
    let ids = memo(move || session.files.with(|files| files.iter().map(|file| file.id).collect::<Vec<_>>()));
    let heading = memo(move || session.files.with(|files| words::files(files)));
    let offered = memo(move || session.files.with(|files| offered(files)));
    let accept_all = move |_| {
        for id in offered.get_untracked() {
            session.act(Action::File { id, wish: FileWish::Accept });
        }
    };
    view! {
        <section class="files" aria-labelledby="files-heading" hidden=live(move || ids.with(Vec::is_empty))>
            <header class="files__head">
                <h2 id="files-heading"><span role="status">{heading}</span></h2>
                {live(move || (offered.with(Vec::len) > 1).then(|| view! {
                    <button type="button" class="button" on:click=accept_all>"Accept all"</button>
                }.into_fresh()))}
            </header>
            <ul class="files__list">
                <For each=move || ids.get() key=|id| *id let:id>
                    <FileRow id/>
                </For>
            </ul>
        </section>
    }
    .into_fresh()
}

fn offered(files: &[FileView]) -> Vec<u32> {
    let offered = files.iter().filter(|file| file.coming && file.stage == FileStage::Offered);
    offered.map(|file| file.id).collect()
}

#[component]
fn FileRow(id: u32) -> impl IntoView {
    let session = expect_context::<Session>();
    let Some(first) = untrack(|| file(session, id)) else { return ().into_fresh() };
    let shown = memo(move || file(session, id));
    let room = RwSignal::new(true);
    let words = memo(move || {
        let words = |file: FileView| match file.stage {
            FileStage::Offered if !room.get() => words::no_room(file.size),
            _ => words::file(&file),
        };
        shown.get().map(words).unwrap_or_default()
    });
    let buttons = memo(move || shown.get().map(|file| Buttons::of(&file, room.get())));
    let moves = memo(move || shown.get().is_some_and(|file| moves(file.stage)));
    let bytes = memo(move || shown.get().map(|file| file.bytes).unwrap_or_default());
    let FileView { name, size, preview, coming, .. } = first;
    // Better said before it is taken.
    if let Some(platform) = session.platform().filter(|_| coming) {
        platform.has_room(size, move |has| _ = room.try_set(has));
    }
    let picture = match preview {
        Some(address) => view! { <img class="file__picture" src=address alt=""/> }.into_fresh(),
        None => view! { <span class="file__picture"><Icon glyph=Glyph::File/></span> }.into_fresh(),
    };
    let name = name.to_string();
    let (title, label, what) = (name.clone(), name.clone(), name.clone());
    view! {
        <li class="file" data-coming=coming.then_some("")>
            {picture}
            <div class="file__about">
                <p class="file__name" dir="auto" title=title>{name}</p>
                <p class="file__words">{words}</p>
                {live(move || {
                    let label = label.clone();
                    moves.get().then(|| view! {
                        <progress
                            class="file__progress"
                            aria-label=label
                            max=size.to_string()
                            value=live(move || bytes.get().to_string())
                        ></progress>
                    }.into_fresh())
                })}
            </div>
            <div class="file__buttons">
                {live(move || buttons.get().map(|buttons| buttons.view(session, id, &what)))}
            </div>
        </li>
    }
    .into_fresh()
}

/// What is large goes where the person says.
fn want(session: Session, id: u32, wish: FileWish) {
    let act = move || session.act(Action::File { id, wish });
    match (session.platform(), untrack(|| file(session, id))) {
        (Some(platform), Some(file)) if wish == FileWish::Accept => {
            platform.choose_place(id, file.name.as_str(), file.size, act);
        }
        _ => act(),
    }
}

fn file(session: Session, id: u32) -> Option<FileView> {
    session.files.with(|files| files.iter().find(|file| file.id == id).cloned())
}

const fn moves(stage: FileStage) -> bool {
    matches!(stage, FileStage::Waiting | FileStage::Moving | FileStage::Lost | FileStage::Checking)
}

/// What can be done about a file.
#[derive(Clone, Copy, PartialEq)]
enum Buttons {
    Answer {
        /// Whether there is a place for it.
        room: bool,
    },
    Withdraw,
    Running {
        paused: bool,
    },
    Save,
    Dismiss,
}

impl Buttons {
    fn of(file: &FileView, room: bool) -> Self {
        match file.stage {
            FileStage::Offered if file.coming => Self::Answer { room },
            FileStage::Offered => Self::Withdraw,
            FileStage::Done if file.coming => Self::Save,
            FileStage::Done | FileStage::Over { .. } => Self::Dismiss,
            _ => Self::Running { paused: file.paused_here },
        }
    }

    fn view(self, session: Session, id: u32, name: &str) -> impl IntoView + use<> {
        let button = |wish: FileWish, words: &'static str, glyph: Option<Glyph>| {
            let label = [words, " ", name].concat();
            let class =
                if wish == FileWish::Accept { "button button--accept" } else { "button button--quiet" };
            view! {
                <button
                    type="button"
                    class=class
                    aria-label=label
                    title=words
                    on:click=move |_| want(session, id, wish)
                >
                    {match glyph {
                        Some(glyph) => view! { <Icon glyph/> }.into_fresh(),
                        None => words.into_fresh(),
                    }}
                </button>
            }
            .into_fresh()
        };
        let cancel = || button(FileWish::Cancel, "Cancel", Some(Glyph::Close));
        let dismiss = || button(FileWish::Dismiss, "Dismiss", Some(Glyph::Close));
        match self {
            Self::Answer { room: true } => {
                vec![button(FileWish::Accept, "Accept", None), button(FileWish::Decline, "Decline", None)]
            }
            Self::Answer { room: false } => vec![button(FileWish::Decline, "Decline", None)],
            Self::Withdraw => vec![cancel()],
            Self::Running { paused: true } => {
                vec![button(FileWish::Pause(false), "Go on with", Some(Glyph::Play)), cancel()]
            }
            Self::Running { paused: false } => {
                vec![button(FileWish::Pause(true), "Pause", Some(Glyph::Pause)), cancel()]
            }
            Self::Save => vec![button(FileWish::Save, "Save again", Some(Glyph::Save)), dismiss()],
            Self::Dismiss => vec![dismiss()],
        }
    }
}
