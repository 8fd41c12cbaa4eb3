//! This tab's place in a room. `sessionStorage` is copied into a duplicated tab, so a seat belongs to the tab
//! that holds its Web Lock.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

use js_sys::{Function, Promise};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

use super::{Dispatch, js, listener::Timer, storage::SEAT};
use crate::{
    call::{
        effect::Seat,
        input::{Input, PageEvent},
    },
    protocol::PeerId,
};

/// A reloaded page may ask for its lock before the old page has let go of it. A duplicated tab waits this
/// long for nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Keeps the seat for a reload, and the lock that proves it.
pub struct SeatKeeper {
    lock: RefCell<Option<SeatLock>>,
}

impl SeatKeeper {
    /// Comes back to the seat that an earlier page in this tab has left: tells it once the lock is held.
    pub fn start(dispatch: Dispatch) -> Rc<Self> {
        let keeper = Rc::new(Self { lock: RefCell::default() });
        if let Some(seat) = SEAT.read::<Seat>() {
            keeper.claim(seat, dispatch);
        }
        keeper
    }

    fn claim(self: &Rc<Self>, seat: Seat, dispatch: Dispatch) {
        let peer = seat.peer;
        let resume = move || dispatch(Input::Page(PageEvent::Resume(seat.clone())));
        let Some(manager) = manager() else { return spawn_local(async move { resume() }) };
        let keeper = Rc::downgrade(self);
        let granted = move || {
            keeper.upgrade().iter().for_each(|keeper| keeper.granted());
            resume();
        };
        let mut lock = SeatLock::request(&manager, peer, granted);
        let keeper = Rc::downgrade(self);
        lock.patience = Some(Timer::once(PATIENCE, move || give_up(&keeper)));
        self.lock.replace(Some(lock));
    }

    fn granted(&self) {
        if let Some(lock) = self.lock.borrow_mut().as_mut() {
            lock.patience = None;
        }
    }

    pub fn keep(&self, seat: Option<&Seat>) {
        let Some(seat) = seat else {
            SEAT.clear();
            return drop(self.lock.take());
        };
        SEAT.write(seat);
        let is_held = self.lock.borrow().as_ref().is_some_and(|lock| lock.peer == seat.peer);
        if !is_held {
            drop(self.lock.take());
            self.lock.replace(manager().map(|manager| SeatLock::request(&manager, seat.peer, || {})));
        }
    }
}

fn give_up(keeper: &Weak<SeatKeeper>) {
    if let Some(keeper) = keeper.upgrade() {
        keeper.keep(None);
    }
}

/// A lock that is held, or waited for, for as long as this lives.
struct SeatLock {
    peer: PeerId,
    controller: Option<AbortController>,
    release: Option<Function>,
    patience: Option<Timer>,
    _granted: Closure<dyn Fn() -> Promise>,
}

impl SeatLock {
    fn request(manager: &JsValue, peer: PeerId, granted: impl Fn() + 'static) -> Self {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let granted: Closure<dyn Fn() -> Promise> = Closure::new(move || {
            granted();
            held.clone()
        });
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(|controller| controller.signal().into());
        let options = js::object(&[("signal", signal.unwrap_or_default())]);
        let name = ["tincan-", &peer.to_string()].concat();
        let request = js::call(manager, "request", &[name.into(), options, granted.as_ref().clone()]);
        js::ignore(request.map(JsCast::unchecked_into));
        Self { peer, controller, release, patience: None, _granted: granted }
    }
}

impl Drop for SeatLock {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// There are no locks in an insecure context.
fn manager() -> Option<JsValue> {
    let locks = js::get(&window().navigator(), "locks");
    (!locks.is_undefined()).then_some(locks)
}
