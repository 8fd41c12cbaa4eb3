//! The files that people send each other: those that were picked here, and those that come.

mod bell;
mod bulk;
mod disk;
mod pick;
mod picked;
mod store;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use wasm_bindgen_futures::spawn_local;

pub use self::{
    bell::Bell,
    bulk::Bulk,
    pick::{carries, chosen},
};
use self::{
    disk::{Disk, DiskFile},
    picked::PickedFile,
    store::Store,
};
use super::{Dispatch, js};
use crate::call::{
    files::{FileEvent, FileOp, Kept, Picked, message::Reason},
    input::Input,
};

/// So large a file is better written where it is to stay than copied there at the end. In bytes.
const LARGE: u64 = 100_000_000;
/// Where there is no disk to write to, what comes stays in memory: so many bytes of it.
pub const MEMORY_MOST: u64 = 256 * 1024 * 1024;

/// All of them, by the numbers that the phone knows them by.
#[derive(Default)]
pub struct Files {
    dispatch: RefCell<Option<Dispatch>>,
    picked: RefCell<BTreeMap<u32, Rc<PickedFile>>>,
    next: Cell<u32>,
    coming: RefCell<BTreeMap<u32, Rc<Store>>>,
    /// Where the person wants those that are about to be taken.
    chosen: RefCell<BTreeMap<u32, DiskFile>>,
    /// Those for which a place is being made.
    awaited: RefCell<BTreeMap<u32, u64>>,
    disk: Rc<Disk>,
}

impl Files {
    pub fn report_to(&self, dispatch: Dispatch) {
        self.dispatch.replace(Some(dispatch));
    }

    pub fn perform(self: &Rc<Self>, op: FileOp) {
        match op {
            FileOp::Receive { id, size } => {
                self.awaited.borrow_mut().insert(id, size);
                spawn_local(self.clone().receive(id, size));
            }
            FileOp::Save { id, name } => {
                let Some(store) = self.store(id) else { return };
                let files = self.clone();
                spawn_local(async move {
                    let saved = store.save(name.as_str()).await;
                    files.report(
                        id,
                        saved.map_or_else(
                            |why| FileEvent::Failed { why },
                            |chosen| FileEvent::Saved { chosen },
                        ),
                    );
                });
            }
            FileOp::Forget(Kept::Picked(file)) => drop(self.picked.borrow_mut().remove(&file)),
            FileOp::Forget(Kept::Coming(id)) => {
                self.awaited.borrow_mut().remove(&id);
                drop(self.chosen.borrow_mut().remove(&id));
                let store = self.coming.borrow_mut().remove(&id);
                drop(store);
            }
        }
    }

    /// Takes what a person has chosen, dropped or pasted. They are kept until the phone says otherwise.
    pub async fn pick(&self, chosen: Vec<web_sys::File>) -> Vec<Picked> {
        let mut picked = Vec::with_capacity(chosen.len());
        for handle in chosen {
            let file = self.next.replace(self.next.get().wrapping_add(1));
            let preview = pick::preview(&handle).await;
            let (name, size) = (handle.name(), handle.size() as u64);
            self.picked.borrow_mut().insert(file, Rc::new(PickedFile::new(handle)));
            picked.push(Picked { file, name, size, preview });
        }
        picked
    }

    fn picked(&self, file: u32) -> Option<Rc<PickedFile>> {
        self.picked.borrow().get(&file).cloned()
    }

    fn store(&self, id: u32) -> Option<Rc<Store>> {
        self.coming.borrow().get(&id).cloned()
    }

    async fn receive(self: Rc<Self>, id: u32, size: u64) {
        let chosen = self.chosen.borrow_mut().remove(&id);
        let place = match chosen {
            Some(place) => Some(store::Place::Disk(place)),
            None => match self.disk.file(id, size).await {
                Some(place) => Some(store::Place::Disk(place)),
                None if self.fits_into_memory(size) => Some(store::Place::memory()),
                None => None,
            },
        };
        // It may not be wanted any more.
        if self.awaited.borrow_mut().remove(&id).is_none() {
            return;
        }
        let Some(place) = place else {
            return self.report(id, FileEvent::Failed { why: Reason::TooLarge });
        };
        let files = Rc::downgrade(&self);
        let report = move |event| files.upgrade().iter().for_each(|files| files.report(id, event));
        self.coming.borrow_mut().insert(id, Store::new(size, place, report));
        self.report(id, FileEvent::Ready);
        // Nothing comes of an empty file, and all of it is there.
        self.store(id).iter().for_each(Store::look);
    }

    /// Whether there is a place for so many bytes.
    pub async fn has_room(&self, size: u64) -> bool {
        is_asked_for(size) || self.fits_into_memory(size) || disk::can_keep(size).await
    }

    /// Lets the person say where a large file is to go, right after a click, where the browser can; whether it is to come
    /// at all.
    pub async fn choose_place(&self, id: u32, name: &str, size: u64) -> bool {
        if !is_asked_for(size) {
            return true;
        }
        match disk::ask(name).await {
            Ok(Some(place)) => drop(self.chosen.borrow_mut().insert(id, place)),
            Ok(None) => return false,
            Err(error) => js::debug("nobody could be asked for a place:", &error),
        }
        true
    }

    fn fits_into_memory(&self, size: u64) -> bool {
        self.in_memory().saturating_add(size) <= MEMORY_MOST
    }

    fn in_memory(&self) -> u64 {
        self.coming.borrow().values().filter(|store| store.is_in_memory()).map(|store| store.size()).sum()
    }

    fn report(&self, id: u32, event: FileEvent) {
        let dispatch = self.dispatch.borrow().clone();
        if let Some(dispatch) = dispatch {
            dispatch(Input::File { id, event });
        }
    }
}

/// Whether a person is asked where it is to go.
fn is_asked_for(size: u64) -> bool {
    size >= LARGE && disk::can_ask()
}
