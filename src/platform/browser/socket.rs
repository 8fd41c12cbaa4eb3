//! The connection to the server.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::{
    Dispatch,
    arrivals::{Arrival, Arrivals, read},
    inflate, js,
    listener::EventListener,
};
use crate::{
    call::input::{SocketEvent, SocketId},
    protocol::{ClientFrame, DEFLATE},
};

/// One WebSocket. Dropped, it is closed and silent.
pub struct Socket {
    pub id: SocketId,
    web: WebSocket,
    _listeners: [EventListener; 3],
}

impl Socket {
    /// `None` when the browser does not even try.
    pub fn open(id: SocketId, dispatch: &Dispatch) -> Option<Self> {
        let web = WebSocket::new(&address()).inspect_err(|error| js::debug("no socket:", error)).ok()?;
        web.set_binary_type(BinaryType::Arraybuffer);
        let arrivals = Arrivals::new(id, dispatch);
        let listen = |name, read: fn(Event) -> Option<Arrival>| {
            let arrivals = arrivals.clone();
            EventListener::new(&web, name, move |event| {
                if let Some(arrival) = read(event) {
                    arrivals.take(arrival);
                }
            })
        };
        let listeners = [
            listen("open", |_| Some(Arrival::Event(SocketEvent::Opened))),
            listen("message", |event| message(event.unchecked_ref())),
            listen("close", |event| {
                let code = event.unchecked_ref::<CloseEvent>().code();
                Some(Arrival::Event(SocketEvent::Closed { code }))
            }),
        ];
        Some(Self { id, web, _listeners: listeners })
    }

    pub fn send(&self, frame: &ClientFrame) {
        // One that closes tells so in a moment; until then the browser would complain of each word.
        if self.web.ready_state() != WebSocket::OPEN {
            return;
        }
        let Ok(text) = serde_json::to_string(frame) else { return };
        if let Err(error) = self.web.send_with_str(&text) {
            js::debug("not sent:", &error);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.web.close_with_code(1000);
    }
}

fn address() -> String {
    let location = window().location();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    let scheme = if secure { "wss://" } else { "ws://" };
    let query = if inflate::is_possible() { ["?", DEFLATE] } else { [""; 2] };
    [scheme, &location.host().unwrap_or_default(), "/ws", &query.concat()].concat()
}

fn message(event: &MessageEvent) -> Option<Arrival> {
    match event.data().dyn_into() {
        Ok(packed) => Some(Arrival::Packed(packed)),
        Err(text) => read(&text.as_string().unwrap_or_default()).map(Arrival::Event),
    }
}
