//! The connection to the server.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

use super::{Dispatch, js, listener::EventListener};
use crate::{
    call::input::{Input, SocketEvent, SocketId},
    protocol::{ClientFrame, ServerFrame},
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
        let listen = |name, read: fn(Event) -> Option<SocketEvent>| {
            let dispatch = dispatch.clone();
            EventListener::new(&web, name, move |event| {
                if let Some(event) = read(event) {
                    dispatch(Input::Socket { socket: id, event });
                }
            })
        };
        let listeners = [
            listen("open", |_| Some(SocketEvent::Opened)),
            listen("message", |event| message(event.unchecked_ref())),
            listen("close", |event| {
                Some(SocketEvent::Closed { code: event.unchecked_ref::<CloseEvent>().code() })
            }),
        ];
        Some(Self { id, web, _listeners: listeners })
    }

    pub fn send(&self, frame: &ClientFrame) {
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
    [scheme, &location.host().unwrap_or_default(), "/ws"].concat()
}

fn message(event: &MessageEvent) -> Option<SocketEvent> {
    let text = event.data().as_string().unwrap_or_default();
    serde_json::from_str::<ServerFrame>(&text)
        .map(SocketEvent::Message)
        .inspect_err(|error| js::warn("A frame from the server was not understood:", &error.to_string()))
        .ok()
}
