//! One recording, from its first picture to the file that the person is given.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

use super::{desk::Desk, easel::Easel, helper::Helper, shelf::Place};
use crate::{
    call::{
        files::name::FileName,
        recording::{Problem, scene::Scene},
    },
    platform::browser::{
        files::{Bell, MEMORY_MOST},
        js,
        listener::EventListener,
        save,
        streams::Streams,
    },
};

/// In bits per second.
const PICTURE: u32 = 2_500_000;
const SOUND: u32 = 128_000;
/// How much a crash costs, in milliseconds.
const PART: u32 = 1_000;

/// Dropped, everything that it uses ends, and what is on the disk stays there.
pub struct Take {
    /// A `MediaRecorder`.
    recorder: JsValue,
    place: Place,
    store: Rc<Store>,
    easel: Rc<Easel>,
    _desk: Rc<Desk>,
    _listeners: [EventListener; 3],
}

/// What has been recorded so far.
struct Store {
    helper: Helper,
    /// Where there is no disk: the parts, and how many bytes they have.
    memory: Option<RefCell<(Vec<JsValue>, u64)>>,
    /// The browser has handed out all of it.
    ended: Cell<bool>,
    bell: Bell,
    problem: Rc<Cell<Option<Problem>>>,
    broke: Rc<dyn Fn(Problem)>,
}

impl Take {
    /// `kind` is a media type that the browser records; `broke` is called once, when it cannot go on.
    pub async fn begin(
        streams: &Rc<Streams>,
        scene: Scene,
        kind: &str,
        place: Place,
        broke: impl Fn(Problem) + 'static,
    ) -> Result<Self, JsValue> {
        let desk = Desk::start(&streams.audible)?;
        let easel = Rc::new(Easel::new(streams, scene)?);
        let problem = Rc::new(Cell::new(None));
        let broke: Rc<dyn Fn(Problem)> = Rc::new({
            let problem = problem.clone();
            move |why| {
                if problem.replace(Some(why)).is_none() {
                    broke(why);
                }
            }
        });
        let (drawn, unwritten) = (easel.clone(), broke.clone());
        let unwritten = move |name: &str| {
            unwritten(if name == "QuotaExceededError" { Problem::NoRoom } else { Problem::Broken });
        };
        let helper = Helper::start(move || drawn.draw(), unwritten)?;
        let opened = helper.open(&place.folder, &place.entry.to_string()).await;
        if let Err(error) = &opened {
            js::debug("no place on the disk:", &error.into());
        }
        let memory = opened.is_err().then(RefCell::default);
        let store =
            Rc::new(Store { helper, memory, ended: Cell::default(), bell: Bell::default(), problem, broke });
        let recorder = record(&easel, &desk, kind)?;
        let listeners = listen(&recorder, &store);
        store.helper.beat();
        js::call(&recorder, "start", &[PART.into()])?;
        Ok(Self { recorder, place, store, easel, _desk: desk, _listeners: listeners })
    }

    pub fn arrange(&self, scene: Scene) {
        if let Err(error) = self.easel.arrange(scene) {
            js::debug("not arranged:", &error);
        }
    }

    #[must_use]
    pub fn name(&self) -> &FileName {
        &self.place.entry.name
    }

    /// Nothing is recorded any more.
    pub fn stop(&self) {
        if js::get(&self.recorder, "state").as_string().as_deref() == Some("inactive") {
            self.store.end();
        } else if let Err(error) = js::call(&self.recorder, "stop", &[]) {
            js::debug("not stopped:", &error);
            self.store.end();
        }
    }

    /// Gives the person what there is, once it was stopped. `false` when there is nothing.
    pub async fn save(&self) -> Result<bool, JsValue> {
        self.store.bell.wait(|| self.store.ended.get().then_some(())).await;
        let name = self.place.entry.name.as_str();
        if let Some(memory) = &self.store.memory {
            let parts: Array = memory.borrow().0.iter().collect();
            let kind = js::object(&[("type", save::BYTES.into())]);
            save::blob(name, &js::construct("Blob", &[parts.clone().into(), kind])?)?;
            return Ok(parts.length() > 0);
        }
        self.store.helper.close().await;
        let Some(blob) = self.place.blob().await? else {
            self.place.delete().await?;
            return Ok(false);
        };
        save::blob(name, &blob)?;
        // On a full disk there may be no room for what the person is given: it is offered once more, to be sure.
        if self.store.problem.get().is_none() {
            self.place.mark_saved().await?;
        }
        Ok(true)
    }

    /// Nobody wants it any more.
    pub async fn discard(self) -> Result<(), JsValue> {
        self.stop();
        if self.store.memory.is_some() {
            return Ok(());
        }
        self.store.helper.close().await;
        self.place.delete().await
    }
}

impl Store {
    fn take(&self, part: JsValue) {
        let size = js::get(&part, "size").as_f64().unwrap_or_default() as u64;
        if size == 0 {
            return;
        }
        let Some(memory) = &self.memory else { return self.helper.write(part) };
        let (parts, bytes) = &mut *memory.borrow_mut();
        *bytes += size;
        parts.push(part);
        if *bytes > MEMORY_MOST {
            (self.broke)(Problem::TooLong);
        }
    }

    fn end(&self) {
        self.ended.set(true);
        self.bell.ring();
    }
}

/// A `MediaRecorder` of both, not yet started.
fn record(easel: &Easel, desk: &Desk, kind: &str) -> Result<JsValue, JsValue> {
    let stream = MediaStream::new()?;
    easel.track().iter().chain(&desk.track()).for_each(|track| stream.add_track(track));
    let options = js::object(&[
        ("mimeType", kind.into()),
        ("videoBitsPerSecond", PICTURE.into()),
        ("audioBitsPerSecond", SOUND.into()),
    ]);
    js::construct("MediaRecorder", &[stream.into(), options])
}

fn listen(recorder: &JsValue, store: &Rc<Store>) -> [EventListener; 3] {
    let on = |name, hear: fn(&Store, &JsValue)| {
        let store = store.clone();
        EventListener::new(recorder.unchecked_ref(), name, move |event| hear(&store, &event))
    };
    [
        on("dataavailable", |store, event| store.take(js::get(event, "data"))),
        on("stop", |store, _| store.end()),
        on("error", |store, event| {
            js::debug("not recorded:", &js::get(event, "error"));
            (store.broke)(Problem::Broken);
        }),
    ]
}
