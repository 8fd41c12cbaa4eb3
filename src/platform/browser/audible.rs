//! Everything that is said and heard in a call, for whoever writes it down.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use web_sys::MediaStreamTrack;

/// The sounds of this moment, each under a number of its own.
#[derive(Default)]
pub struct Audible {
    tracks: RefCell<BTreeMap<u32, MediaStreamTrack>>,
    next: Cell<u32>,
    changed: RefCell<Option<Weak<dyn Fn()>>>,
}

/// Dropped, it is no longer there.
pub struct Sounding {
    audible: Rc<Audible>,
    number: u32,
}

impl Audible {
    pub fn add(self: &Rc<Self>, track: &MediaStreamTrack) -> Sounding {
        let number = self.next.replace(self.next.get().wrapping_add(1));
        // The same one: the method of that name would open another.
        self.tracks.borrow_mut().insert(number, Clone::clone(track));
        self.tell();
        Sounding { audible: self.clone(), number }
    }

    pub fn tracks(&self) -> BTreeMap<u32, MediaStreamTrack> {
        self.tracks.borrow().clone()
    }

    /// Calls `changed` whenever there are other sounds, for as long as it lives.
    pub fn follow(&self, changed: &Rc<dyn Fn()>) {
        self.changed.replace(Some(Rc::downgrade(changed)));
    }

    fn tell(&self) {
        let changed = self.changed.borrow().as_ref().and_then(Weak::upgrade);
        if let Some(changed) = changed {
            changed();
        }
    }
}

impl Drop for Sounding {
    fn drop(&mut self) {
        let gone = self.audible.tracks.borrow_mut().remove(&self.number);
        drop(gone);
        self.audible.tell();
    }
}
