//! Where recordings are on the browser's private disk. Each page has a folder of its own there, and holds its name for
//! as long as it lives: whoever is granted that name later looks after what the page has left behind.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::{
    call::recording::entry::{Entry, Leftover},
    platform::browser::{js, lock::Lock, opfs, page, save},
};

/// What the names of the folders begin with, and of the locks that say whose they are.
const FOLDER: &str = "tincan-recordings-";
/// Beside a recording that the person was given. The browser may go on copying it for long, so it is only removed when
/// the page is gone.
const SAVED: &str = ".saved";

type Tell = Rc<dyn Fn(Leftover)>;

pub struct Shelf {
    /// The page's own folder, made when it is needed.
    own: RefCell<Option<String>>,
    locks: RefCell<Vec<Lock>>,
    leftovers: RefCell<BTreeMap<u32, Place>>,
    next: Cell<u32>,
    tell: Tell,
}

/// Where a recording is.
#[derive(Clone)]
pub struct Place {
    pub folder: String,
    pub entry: Entry,
}

impl Shelf {
    pub fn new(tell: impl Fn(Leftover) + 'static) -> Rc<Self> {
        Rc::new(Self {
            own: RefCell::default(),
            locks: RefCell::default(),
            leftovers: RefCell::default(),
            next: Cell::default(),
            tell: Rc::new(tell),
        })
    }

    /// A place for a new recording. Nothing is there yet.
    pub fn place(&self, entry: Entry) -> Place {
        let mut own = self.own.borrow_mut();
        let folder = own.get_or_insert_with(|| {
            let name = format!("{FOLDER}{:x}", page::random());
            self.locks.borrow_mut().push(Lock::hold(&name, || {}));
            name
        });
        Place { folder: folder.clone(), entry }
    }

    /// Looks for what other pages have left behind, and goes on doing so for those that still live.
    pub async fn look(self: Rc<Self>) {
        let Ok(root) = opfs::root().await else { return };
        for name in opfs::names(&root).await {
            let is_own = self.own.borrow().as_ref() == Some(&name);
            if name.starts_with(FOLDER) && !is_own {
                let (shelf, folder) = (Rc::downgrade(&self), name.clone());
                let lock = Lock::hold(&name, move || adopt(&shelf, folder.clone()));
                self.locks.borrow_mut().push(lock);
            }
        }
    }

    async fn take_over(&self, folder: String) -> Result<(), JsValue> {
        let root = opfs::root().await?;
        let directory = js::wait(&root, "getDirectoryHandle", &[folder.as_str().into()]).await?;
        let names = opfs::names(&directory).await;
        let saved = |name: &str| names.iter().any(|other| other.strip_suffix(SAVED) == Some(name));
        let mut any = false;
        for name in &names {
            let entry = Entry::parse(name).filter(|_| !name.ends_with(SAVED) && !saved(name));
            let Some(entry) = entry.filter(|entry| entry.to_string() == *name) else { continue };
            let place = Place { folder: folder.clone(), entry };
            let bytes = js::get(&place.file().await?, "size").as_f64().unwrap_or_default() as u64;
            if bytes > 0 {
                self.keep(place, bytes);
                any = true;
            }
        }
        if !any {
            opfs::remove(&root, &folder);
        }
        Ok(())
    }

    fn keep(&self, place: Place, bytes: u64) {
        let id = self.next.replace(self.next.get().wrapping_add(1));
        let Entry { at, name } = place.entry.clone();
        self.leftovers.borrow_mut().insert(id, place);
        (self.tell)(Leftover { id, at, name, bytes });
    }

    pub fn take(&self, id: u32) -> Option<Place> {
        self.leftovers.borrow_mut().remove(&id)
    }
}

fn adopt(shelf: &Weak<Shelf>, folder: String) {
    let Some(shelf) = shelf.upgrade() else { return };
    spawn_local(async move {
        if let Err(error) = shelf.take_over(folder).await {
            js::debug("what was left behind is not there:", &error);
        }
    });
}

impl Place {
    async fn directory(&self) -> Result<JsValue, JsValue> {
        opfs::folder(&opfs::root().await?, &self.folder).await
    }

    async fn file(&self) -> Result<JsValue, JsValue> {
        let handle = opfs::file(&self.directory().await?, &self.entry.to_string()).await?;
        js::wait(&handle, "getFile", &[]).await
    }

    /// All of it, as bytes of no kind; nothing when it is empty.
    pub async fn blob(&self) -> Result<Option<JsValue>, JsValue> {
        let file = self.file().await?;
        let size = js::get(&file, "size");
        if size.as_f64() == Some(0.0) {
            return Ok(None);
        }
        js::call(&file, "slice", &[0.into(), size, save::BYTES.into()]).map(Some)
    }

    /// The person was given it: it is offered to nobody any more, and removed with the next page.
    pub async fn mark_saved(&self) -> Result<(), JsValue> {
        let name = [&self.entry.to_string(), SAVED].concat();
        opfs::file(&self.directory().await?, &name).await.map(drop)
    }

    /// Removes it, and its folder when nothing else is in there.
    pub async fn delete(&self) -> Result<(), JsValue> {
        let (root, directory) = (opfs::root().await?, self.directory().await?);
        js::wait(&directory, "removeEntry", &[self.entry.to_string().into()]).await?;
        if opfs::names(&directory).await.is_empty() {
            opfs::remove(&root, &self.folder);
        }
        Ok(())
    }
}
