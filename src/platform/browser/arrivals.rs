//! What comes over a socket, told in the order in which it came: inflating takes a moment, and whatever comes
//! meanwhile waits for it.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::{Rc, Weak},
};

use js_sys::ArrayBuffer;
use wasm_bindgen_futures::spawn_local;

use super::{Dispatch, inflate::inflate, js};
use crate::call::input::{Input, SocketEvent, SocketId};

/// Of one socket. Dropped, it is silent.
pub struct Arrivals {
    socket: SocketId,
    dispatch: Dispatch,
    /// There while something is being inflated.
    waiting: RefCell<Option<VecDeque<Arrival>>>,
}

pub enum Arrival {
    Event(SocketEvent),
    /// A message, compressed.
    Packed(ArrayBuffer),
}

impl Arrivals {
    pub fn new(socket: SocketId, dispatch: &Dispatch) -> Rc<Self> {
        Rc::new(Self { socket, dispatch: dispatch.clone(), waiting: RefCell::default() })
    }

    pub fn take(self: &Rc<Self>, arrival: Arrival) {
        if let Some(waiting) = &mut *self.waiting.borrow_mut() {
            return waiting.push_back(arrival);
        }
        match arrival {
            Arrival::Event(event) => self.tell(event),
            Arrival::Packed(_) => {
                self.waiting.replace(Some(VecDeque::new()));
                spawn_local(catch_up(Rc::downgrade(self), arrival));
            }
        }
    }

    fn tell(&self, event: SocketEvent) {
        (self.dispatch)(Input::Socket { socket: self.socket, event });
    }

    fn next(&self) -> Option<Arrival> {
        let mut waiting = self.waiting.borrow_mut();
        let next = waiting.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *waiting = None;
        }
        next
    }
}

async fn catch_up(arrivals: Weak<Arrivals>, first: Arrival) {
    let mut next = Some(first);
    while let Some(arrival) = next {
        let event = match arrival {
            Arrival::Event(event) => Some(event),
            Arrival::Packed(packed) => unpack(packed).await,
        };
        let Some(arrivals) = arrivals.upgrade() else { return };
        event.into_iter().for_each(|event| arrivals.tell(event));
        next = arrivals.next();
    }
}

async fn unpack(packed: ArrayBuffer) -> Option<SocketEvent> {
    match inflate(packed).await {
        Ok(text) => read(&text),
        Err(error) => {
            js::warn("A frame from the server was not understood:", &js::words(&error));
            None
        }
    }
}

/// `None` for what is no message of the protocol.
pub fn read(text: &str) -> Option<SocketEvent> {
    serde_json::from_str(text)
        .map(SocketEvent::Message)
        .inspect_err(|error| js::warn("A frame from the server was not understood:", &error.to_string()))
        .ok()
}
