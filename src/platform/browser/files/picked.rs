//! A file that this person has picked.

use std::cell::{Cell, RefCell};

use js_sys::{ArrayBuffer, Uint8Array};
use sha2::{Digest, Sha256 as Hasher};
use wasm_bindgen::JsCast;
use web_sys::File;

use crate::{
    call::files::message::{Reason, Sha256},
    platform::browser::js,
};

/// It is read once from its beginning to its end, by whoever is the first to need a part, and its digest is made
/// meanwhile. Whoever needs a part again reads it again.
pub struct PickedFile {
    file: File,
    hasher: RefCell<Hasher>,
    /// So many bytes from its beginning are in the digest.
    hashed: Cell<u64>,
}

impl PickedFile {
    pub fn new(file: File) -> Self {
        Self { file, hasher: RefCell::default(), hashed: Cell::default() }
    }

    pub fn size(&self) -> u64 {
        self.file.size() as u64
    }

    /// A part of it. The browser refuses when it has changed since it was picked.
    pub async fn read(&self, from: u64, to: u64) -> Result<Uint8Array, Reason> {
        let part =
            self.file.slice_with_f64_and_f64(from as f64, to as f64).map_err(|_| Reason::Unreadable)?;
        let read = js::settled(Ok(part.array_buffer())).await;
        let buffer: ArrayBuffer = read.map_err(|_| Reason::Unreadable)?.unchecked_into();
        let bytes = Uint8Array::new(&buffer);
        if u64::from(bytes.length()) != to - from {
            return Err(Reason::Unreadable);
        }
        self.hash(from, &bytes)?;
        Ok(bytes)
    }

    fn hash(&self, from: u64, bytes: &Uint8Array) -> Result<(), Reason> {
        let hashed = self.hashed.get();
        let known = hashed.checked_sub(from).ok_or(Reason::Broken)?;
        let length = u64::from(bytes.length());
        if known < length {
            let new = bytes.subarray(known as u32, bytes.length()).to_vec();
            self.hasher.borrow_mut().update(&new);
            self.hashed.set(hashed + new.len() as u64);
        }
        Ok(())
    }

    /// Once all of it was read.
    pub fn digest(&self) -> Option<Sha256> {
        let whole = self.hashed.get() == self.size();
        whole.then(|| Sha256(self.hasher.borrow().clone().finalize().into()))
    }
}
