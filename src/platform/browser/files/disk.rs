//! A place for what comes on the disk: the origin's private file system (WHATWG File System). What is in it is seen by
//! nobody until the person is given it.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

use crate::platform::browser::{
    js,
    lock::{Lock, locks},
    opfs, page, save,
};

/// What the names of the folders begin with, and of the locks that say whose they are.
const FOLDER: &str = "tincan-files-";

/// The page's own folder, made when it is needed.
#[derive(Default)]
pub struct Disk {
    folder: RefCell<Option<JsValue>>,
    /// Tells other pages that this folder is in use.
    lock: RefCell<Option<Lock>>,
}

/// Dropped, it is removed, unless the person was given it: the browser may still be copying it then.
pub struct DiskFile {
    folder: JsValue,
    name: String,
    handle: JsValue,
    /// Until it is closed, which is when the file gets its content.
    stream: JsValue,
    closed: Cell<bool>,
}

impl Disk {
    /// Nothing where the browser has no such disk, or no room on it.
    pub async fn file(&self, id: u32, size: u64) -> Option<DiskFile> {
        let storage = js::get(&window().navigator(), "storage");
        if !has_room(&storage, size).await {
            return None;
        }
        let folder = self.folder().await;
        let made = async { DiskFile::make(folder?, id.to_string()).await };
        made.await.inspect_err(|error| js::debug("no place on the disk:", error)).ok()
    }

    async fn folder(&self) -> Result<JsValue, JsValue> {
        if let Some(folder) = self.folder.borrow().clone() {
            return Ok(folder);
        }
        let root = opfs::root().await?;
        let name = format!("{FOLDER}{:x}", page::random());
        self.lock.replace(Some(Lock::hold(&name, || {})));
        clear(&root, &name).await;
        let folder = opfs::folder(&root, &name).await?;
        // Two files at once may both have come so far; either folder will do.
        self.folder.replace(Some(folder.clone()));
        Ok(folder)
    }
}

/// Removes what pages have left behind that are gone.
async fn clear(root: &JsValue, own: &str) {
    let Ok(state) = js::wait(&locks(), "query", &[]).await else { return };
    let in_use = |name: &str| {
        let named = |lock: JsValue| js::get(&lock, "name").as_string().is_some_and(|held| held == name);
        let listed = |list: &str| Array::from(&js::get(&state, list)).iter().any(named);
        name == own || listed("held") || listed("pending")
    };
    for name in opfs::names(root).await {
        if name.starts_with(FOLDER) && !in_use(&name) {
            opfs::remove(root, &name);
        }
    }
}

/// With some to spare for what else is written.
async fn has_room(storage: &JsValue, size: u64) -> bool {
    let Ok(estimate) = js::wait(storage, "estimate", &[]).await else { return true };
    let number = |name: &str| js::get(&estimate, name).as_f64();
    let free = number("quota").map(|quota| quota - number("usage").unwrap_or_default());
    free.is_none_or(|free| free > size as f64)
}

impl DiskFile {
    async fn make(folder: JsValue, name: String) -> Result<Self, JsValue> {
        let handle = opfs::file(&folder, &name).await?;
        let stream = js::wait(&handle, "createWritable", &[]).await?;
        Ok(Self { folder, name, handle, stream, closed: Cell::new(false) })
    }

    pub async fn write(&self, bytes: &Uint8Array) -> Result<(), JsValue> {
        js::wait(&self.stream, "write", &[bytes.into()]).await.map(drop)
    }

    pub async fn blob(&self) -> Result<JsValue, JsValue> {
        if !self.closed.get() {
            js::wait(&self.stream, "close", &[]).await?;
            self.closed.set(true);
        }
        let file = js::wait(&self.handle, "getFile", &[]).await?;
        let size = js::get(&file, "size");
        js::call(&file, "slice", &[0.into(), size, save::BYTES.into()])
    }
}

impl Drop for DiskFile {
    fn drop(&mut self) {
        if self.closed.get() {
            return;
        }
        let (folder, name) = (self.folder.clone(), self.name.clone());
        let aborted = js::call(&self.stream, "abort", &[]);
        wasm_bindgen_futures::spawn_local(async move {
            let _ = js::settled(aborted.map(JsCast::unchecked_into)).await;
            opfs::remove(&folder, &name);
        });
    }
}
