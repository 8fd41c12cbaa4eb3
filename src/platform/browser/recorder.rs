//! Recordings of calls: picture and sound are mixed here, written to the browser's private disk as they come, and given
//! to the person at the end.

mod desk;
mod easel;
mod helper;
mod shelf;
mod take;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Date;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use self::{
    shelf::{Place, Shelf},
    take::Take,
};
use super::{Dispatch, js, save, streams::Streams};
use crate::call::{
    input::Input,
    recording::{
        Problem, RecordOp, RecorderEvent,
        entry::{Entry, Minute},
        scene::Scene,
    },
};

/// What browsers record, the best first, and what such a file ends with.
const KINDS: [(&str, &str); 4] = [
    ("video/webm;codecs=vp9,opus", "webm"),
    ("video/webm;codecs=vp8,opus", "webm"),
    ("video/webm", "webm"),
    ("video/mp4", "mp4"),
];

pub struct Recorder {
    dispatch: Dispatch,
    streams: Rc<Streams>,
    shelf: Rc<Shelf>,
    /// Counts beginnings and ends: what was ended while it began is none.
    turn: Cell<u32>,
    take: RefCell<Option<Take>>,
    /// What came while it began.
    scene: RefCell<Option<Scene>>,
}

impl Recorder {
    pub fn start(dispatch: &Dispatch, streams: &Rc<Streams>) -> Rc<Self> {
        let tell = dispatch.clone();
        let shelf = Shelf::new(move |leftover| tell(Input::Recorder(RecorderEvent::Found(leftover))));
        spawn_local(shelf.clone().look());
        Rc::new(Self {
            dispatch: dispatch.clone(),
            streams: streams.clone(),
            shelf,
            turn: Cell::default(),
            take: RefCell::default(),
            scene: RefCell::default(),
        })
    }

    pub fn perform(self: &Rc<Self>, op: RecordOp) {
        match op {
            RecordOp::Start { with, scene } => spawn_local(self.clone().begin(self.next_turn(), with, scene)),
            RecordOp::Arrange(scene) => match self.take.borrow().as_ref() {
                Some(take) => take.arrange(scene),
                None => drop(self.scene.replace(Some(scene))),
            },
            RecordOp::Stop => self.stop(),
            RecordOp::Save { id } => {
                if let Some(place) = self.shelf.take(id) {
                    spawn_local(self.clone().save(place));
                }
            }
            RecordOp::Delete { id } => {
                if let Some(place) = self.shelf.take(id) {
                    spawn_local(async move { note("not deleted:", place.delete().await) });
                }
            }
        }
    }

    async fn begin(self: Rc<Self>, turn: u32, with: String, scene: Scene) {
        self.scene.take();
        let Some((kind, ending)) = kind() else {
            return self.report(RecorderEvent::Failed(Problem::Unsupported));
        };
        let now = Date::new_0();
        let entry = Entry::new((now.get_time() / 1000.0) as u64, &with, minute(&now), ending);
        let place = self.shelf.place(entry);
        let recorder = Rc::downgrade(&self);
        let broke = move |problem| {
            recorder.upgrade().iter().for_each(|recorder| recorder.report(RecorderEvent::Broke(problem)));
        };
        match Take::begin(&self.streams, scene, kind, place, broke).await {
            Err(error) => {
                js::debug("no recording:", &error);
                self.report(RecorderEvent::Failed(Problem::Broken));
            }
            Ok(take) if self.turn.get() == turn => {
                self.scene.take().into_iter().for_each(|scene| take.arrange(scene));
                self.take.replace(Some(take));
                self.report(RecorderEvent::Started);
            }
            Ok(take) => {
                note("not thrown away:", take.discard().await);
                self.report(RecorderEvent::Lost);
            }
        }
    }

    fn stop(self: &Rc<Self>) {
        self.next_turn();
        let Some(take) = self.take.take() else { return };
        take.stop();
        let recorder = self.clone();
        spawn_local(async move {
            let name = take.name().clone();
            let saved = take.save().await.inspect_err(|error| js::debug("not saved:", error));
            drop(take);
            let saved = saved.unwrap_or(false);
            recorder.report(if saved { RecorderEvent::Saved(name) } else { RecorderEvent::Lost });
        });
    }

    /// Something that an earlier page has left.
    async fn save(self: Rc<Self>, place: Place) {
        let name = place.entry.name.clone();
        let saved = async {
            let Some(blob) = place.blob().await? else { return Ok(false) };
            save::blob(name.as_str(), &blob)?;
            place.mark_saved().await.map(|()| true)
        };
        let saved: Result<bool, JsValue> = saved.await;
        let saved = saved.inspect_err(|error| js::debug("not saved:", error)).unwrap_or(false);
        self.report(if saved { RecorderEvent::Saved(name) } else { RecorderEvent::Lost });
    }

    fn next_turn(&self) -> u32 {
        self.turn.set(self.turn.get().wrapping_add(1));
        self.turn.get()
    }

    fn report(&self, event: RecorderEvent) {
        (self.dispatch)(Input::Recorder(event));
    }
}

/// Whether this browser has everything that a recording takes.
pub fn can_record() -> bool {
    let canvas = js::get(&js::get(&js_sys::global(), "HTMLCanvasElement"), "prototype");
    js::has(&canvas, "captureStream") && js::has(&js_sys::global(), "Worker") && kind().is_some()
}

fn kind() -> Option<(&'static str, &'static str)> {
    let class = js::get(&js_sys::global(), "MediaRecorder");
    let records = |kind: &str| {
        js::call(&class, "isTypeSupported", &[kind.into()]).is_ok_and(|records| records.is_truthy())
    };
    KINDS.into_iter().find(|(kind, _)| records(kind))
}

/// By the clock on the wall.
fn minute(now: &Date) -> Minute {
    Minute {
        year: now.get_full_year(),
        month: now.get_month() + 1,
        day: now.get_date(),
        hour: now.get_hours(),
        minute: now.get_minutes(),
    }
}

fn note(what: &str, done: Result<(), JsValue>) {
    done.err().iter().for_each(|error| js::debug(what, error));
}
