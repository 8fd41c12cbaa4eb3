//! A connection that nobody answers, made to see which candidates the browser finds.

use wasm_bindgen::JsCast;
use web_sys::{RtcPeerConnection, RtcPeerConnectionIceEvent};

use super::Dispatch;
use crate::{
    call::effect::Ice,
    check::{Input, network::Probe},
    platform::browser::{ice, js, listener::EventListener},
};

/// Dropped, it is closed and silent.
pub struct Gathering {
    connection: RtcPeerConnection,
    _listener: EventListener,
}

impl Gathering {
    /// `None` when the browser does not even try.
    pub fn begin(probe: Probe, ice: &Ice, dispatch: &Dispatch) -> Option<Self> {
        let connection = RtcPeerConnection::new_with_configuration(&ice::configuration(ice));
        let connection = connection.inspect_err(|error| js::debug("no search:", error)).ok()?;
        let dispatch = dispatch.clone();
        let listener = EventListener::new(&connection, "icecandidate", move |event| {
            match event.unchecked_ref::<RtcPeerConnectionIceEvent>().candidate() {
                Some(found) => dispatch(Input::Candidate(probe, found.candidate())),
                None => dispatch(Input::Gathered(probe)),
            }
        });
        // Something has to be there that a path is looked for.
        connection.create_data_channel("");
        js::ignore(js::call(&connection, "setLocalDescription", &[]).map(JsCast::unchecked_into));
        Some(Self { connection, _listener: listener })
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        self.connection.close();
    }
}
