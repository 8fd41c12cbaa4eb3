//! A place for what comes on the disk: the origin's private file system (WHATWG File System). What is in it is seen by
//! nobody until the person is given it. Or a file of the person's own, where they said (WICG File System Access).

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
    /// Nothing when the person has chosen the place.
    folder: Option<(JsValue, String)>,
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

/// Whether there is a disk, and so much room on it.
pub async fn can_keep(size: u64) -> bool {
    let storage = js::get(&window().navigator(), "storage");
    opfs::root().await.is_ok() && has_room(&storage, size).await
}

const ASK: &str = "showSaveFilePicker";

/// Whether the browser lets a person say where a file is to go.
pub fn can_ask() -> bool {
    js::has(&window(), ASK)
}

/// Where the person wants a file; nothing when they do not want it after all.
pub async fn ask(name: &str) -> Result<Option<DiskFile>, JsValue> {
    let options = js::object(&[("suggestedName", name.into())]);
    match js::wait(&window(), ASK, &[options]).await {
        Ok(handle) => DiskFile::open(handle, None).await.map(Some),
        Err(error) if js::name(&error) == "AbortError" => Ok(None),
        Err(error) => Err(error),
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
        Self::open(handle, Some((folder, name))).await
    }

    async fn open(handle: JsValue, folder: Option<(JsValue, String)>) -> Result<Self, JsValue> {
        let stream = js::wait(&handle, "createWritable", &[]).await?;
        Ok(Self { folder, handle, stream, closed: Cell::new(false) })
    }

    /// Whether all that is missing is that it gets its content, in the place that the person has chosen.
    pub fn is_to_be_finished(&self) -> bool {
        self.folder.is_none() && !self.closed.get()
    }

    /// The file gets its content.
    pub async fn finish(&self) -> Result<(), JsValue> {
        if !self.closed.get() {
            js::wait(&self.stream, "close", &[]).await?;
            self.closed.set(true);
        }
        Ok(())
    }

    pub async fn write(&self, bytes: &Uint8Array) -> Result<(), JsValue> {
        js::wait(&self.stream, "write", &[bytes.into()]).await.map(drop)
    }

    pub async fn blob(&self) -> Result<JsValue, JsValue> {
        self.finish().await?;
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
        let (folder, handle) = (self.folder.take(), self.handle.clone());
        let aborted = js::call(&self.stream, "abort", &[]);
        wasm_bindgen_futures::spawn_local(async move {
            let _ = js::settled(aborted.map(JsCast::unchecked_into)).await;
            match folder {
                Some((folder, name)) => opfs::remove(&folder, &name),
                // Not every browser can; the file is empty then.
                None => js::ignore(js::call(&handle, "remove", &[]).map(JsCast::unchecked_into)),
            }
        });
    }
}
