//! A file that comes: taken, stored as it comes, and given to the person at the end.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Uint8Array};
use sha2::{Digest, Sha256 as Hasher};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::disk::DiskFile;
use crate::{
    call::files::{
        FileEvent,
        intake::{Breach, Intake},
        message::{Reason, Sha256},
    },
    platform::browser::{js, save},
};

pub struct Store {
    size: u64,
    place: Place,
    intake: RefCell<Intake>,
    hasher: RefCell<Hasher>,
    /// What came while something else was being written.
    waiting: RefCell<Vec<u8>>,
    writing: Cell<bool>,
    /// It is whole, and that was said; or it is of no use.
    finished: Cell<bool>,
    report: Box<dyn Fn(FileEvent)>,
}

pub enum Place {
    Disk(DiskFile),
    Memory(RefCell<Vec<JsValue>>),
}

impl Place {
    pub fn memory() -> Self {
        Self::Memory(RefCell::default())
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), JsValue> {
        let bytes = Uint8Array::from(bytes);
        match self {
            Self::Disk(file) => file.write(&bytes).await,
            Self::Memory(parts) => {
                parts.borrow_mut().push(bytes.into());
                Ok(())
            }
        }
    }

    /// All of it, as bytes of no kind: a browser that has a kind might want to show it.
    async fn blob(&self) -> Result<JsValue, JsValue> {
        match self {
            Self::Disk(file) => file.blob().await,
            Self::Memory(parts) => {
                let kind = js::object(&[("type", save::BYTES.into())]);
                js::construct("Blob", &[parts.borrow().iter().collect::<Array>().into(), kind])
            }
        }
    }
}

impl Store {
    pub fn new(size: u64, place: Place, report: impl Fn(FileEvent) + 'static) -> Rc<Self> {
        Rc::new(Self {
            size,
            place,
            intake: RefCell::new(Intake::new(size)),
            hasher: RefCell::default(),
            waiting: RefCell::default(),
            writing: Cell::default(),
            finished: Cell::default(),
            report: Box::new(report),
        })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn is_in_memory(&self) -> bool {
        matches!(self.place, Place::Memory(_))
    }

    pub fn is_full(&self) -> bool {
        self.intake.borrow().is_full()
    }

    /// A new channel goes on from here.
    pub fn goes_on(&self, from: u64) -> Result<(), Breach> {
        self.intake.borrow_mut().goes_on(from)
    }

    pub fn take(self: &Rc<Self>, bytes: &Uint8Array) {
        let known = self.intake.borrow_mut().take(bytes.length() as usize);
        let Ok(known) = known else { return self.fail(Reason::Broken) };
        let new = bytes.subarray(known as u32, bytes.length()).to_vec();
        self.hasher.borrow_mut().update(&new);
        self.waiting.borrow_mut().extend(new);
        if !self.writing.replace(true) {
            spawn_local(self.clone().write());
        }
    }

    pub fn fail(&self, why: Reason) {
        if !self.finished.replace(true) {
            (self.report)(FileEvent::Failed { why });
        }
    }

    /// Writes what waits, and what comes meanwhile: the faster it comes, the more at once.
    async fn write(self: Rc<Self>) {
        loop {
            let bytes = self.waiting.take();
            if bytes.is_empty() || self.finished.get() {
                break;
            }
            if let Err(error) = self.place.write(&bytes).await {
                js::debug("not written:", &error);
                self.fail(Reason::NoRoom);
                break;
            }
            self.intake.borrow_mut().store(bytes.len() as u64);
            if !self.finished.get() {
                (self.report)(FileEvent::Stored { bytes: self.intake.borrow().stored() });
            }
        }
        self.writing.set(false);
        self.look();
    }

    /// Says that it is whole, once it is.
    pub fn look(self: &Rc<Self>) {
        if self.intake.borrow().is_stored() && !self.finished.replace(true) {
            let sha256 = Sha256(self.hasher.borrow().clone().finalize().into());
            (self.report)(FileEvent::Whole { sha256 });
        }
    }

    /// Gives it to the person. Whether it lies where they said before, and not where downloads go.
    pub async fn save(&self, name: &str) -> Result<bool, Reason> {
        let saved = async {
            if let Place::Disk(file) = &self.place
                && file.is_to_be_finished()
            {
                return file.finish().await.map(|()| true);
            }
            save::blob(name, &self.place.blob().await?).map(|()| false)
        };
        saved.await.map_err(|error| {
            js::debug("not saved:", &error);
            Reason::NoRoom
        })
    }
}
