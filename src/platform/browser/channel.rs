//! The control channel of a peer connection.

use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcPeerConnection};

use super::{js, listener::EventListener, reporter::Reporter};
use crate::call::{
    control::{CONTROL_CHANNEL, Control},
    input::PairEvent,
};

pub struct ControlChannel {
    rtc: RtcDataChannel,
    _listeners: [EventListener; 3],
}

impl ControlChannel {
    pub fn new(connection: &RtcPeerConnection, reporter: &Reporter) -> Self {
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(CONTROL_CHANNEL);
        init.set_ordered(true);
        let rtc = connection.create_data_channel_with_data_channel_dict("control", &init);
        let [opened, closed, heard] = [(); 3].map(|()| reporter.clone());
        let listeners = [
            EventListener::new(&rtc, "open", move |_| opened.report(PairEvent::ControlOpen)),
            EventListener::new(&rtc, "close", move |_| closed.report(PairEvent::ControlClosed)),
            EventListener::new(&rtc, "message", move |event| hear(&heard, event.unchecked_ref())),
        ];
        Self { rtc, _listeners: listeners }
    }

    /// Lost when the channel is not open: the phone speaks after it has heard that it is.
    pub fn send(&self, control: &Control) {
        let Ok(text) = serde_json::to_string(control) else { return };
        if self.rtc.ready_state() == RtcDataChannelState::Open
            && let Err(error) = self.rtc.send_with_str(&text)
        {
            js::debug("not sent:", &error);
        }
    }
}

impl Drop for ControlChannel {
    fn drop(&mut self) {
        self.rtc.close();
    }
}

fn hear(reporter: &Reporter, event: &MessageEvent) {
    let text = event.data().as_string().unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(control) => reporter.report(PairEvent::Control(control)),
        Err(error) => js::warn("A control message was not understood:", &error.to_string()),
    }
}
