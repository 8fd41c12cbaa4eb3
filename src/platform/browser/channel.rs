//! The data channels of a peer connection, for messages that are JSON texts.

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcPeerConnection};

use super::{js, listener::EventListener, reporter::Reporter};
use crate::call::input::PairEvent;

/// A channel that both sides make, so that nobody has to announce it.
pub struct Channel {
    rtc: RtcDataChannel,
    _listeners: [EventListener; 3],
}

/// What a channel's life is called.
pub struct Events<T> {
    pub open: PairEvent,
    pub message: fn(T) -> PairEvent,
    pub close: PairEvent,
}

impl Channel {
    pub fn new<T: DeserializeOwned + 'static>(
        connection: &RtcPeerConnection,
        (label, id): (&str, u16),
        reporter: &Reporter,
        events: Events<T>,
    ) -> Self {
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(id);
        init.set_ordered(true);
        let rtc = connection.create_data_channel_with_data_channel_dict(label, &init);
        let Events { open, message, close } = events;
        let tell = |event: PairEvent| {
            let reporter = reporter.clone();
            move |_| reporter.report(event.clone())
        };
        let heard = reporter.clone();
        let listeners = [
            EventListener::new(&rtc, "open", tell(open)),
            EventListener::new(&rtc, "close", tell(close)),
            EventListener::new(&rtc, "message", move |event| {
                if let Some(words) = read(event.unchecked_ref()) {
                    heard.report(message(words));
                }
            }),
        ];
        Self { rtc, _listeners: listeners }
    }

    /// Lost when the channel is not open: the phone speaks after it has heard that it is.
    pub fn send(&self, message: &impl Serialize) {
        let Ok(text) = serde_json::to_string(message) else { return };
        if self.rtc.ready_state() == RtcDataChannelState::Open
            && let Err(error) = self.rtc.send_with_str(&text)
        {
            js::debug("not sent:", &error);
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.rtc.close();
    }
}

fn read<T: DeserializeOwned>(event: &MessageEvent) -> Option<T> {
    let text = event.data().as_string().unwrap_or_default();
    let message = serde_json::from_str(&text);
    message.inspect_err(|error| js::warn("A message was not understood:", &error.to_string())).ok()
}
