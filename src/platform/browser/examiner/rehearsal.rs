//! A call between two connections of this page. The one calls and counts what comes back; the other sends back the picture
//! that it gets, and the tone: Chromium sends on no sound that nobody listens to.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    MediaStreamTrack, RtcIceCandidate, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState as State, RtcRtpTransceiver,
};

use super::{Dispatch, models::Models};
use crate::{
    call::effect::Ice,
    check::{
        Input,
        rehearsal::{Count, Heard, Way},
    },
    platform::browser::{
        ice,
        js::{self, Ending},
        listener::{EventListener, Timer},
        stats::Report,
    },
};

const PERIOD: Duration = Duration::from_millis(500);

/// Dropped, it is closed and silent.
pub struct Rehearsal {
    call: Rc<Call>,
    _models: Models,
    _counts: Timer,
    _listeners: [EventListener; 3],
}

struct Call {
    way: Way,
    dispatch: Dispatch,
    caller: Rc<End>,
    echo: Rc<End>,
    tone: MediaStreamTrack,
    ending: Ending,
}

/// One of the two connections.
struct End {
    connection: RtcPeerConnection,
    is_described: Cell<bool>,
    /// The other one's candidates, until there is the description that they belong to.
    held: RefCell<Vec<RtcIceCandidate>>,
}

impl Rehearsal {
    /// `None` when the browser does not even try.
    pub fn begin(way: Way, ice: &Ice, dispatch: &Dispatch) -> Option<Self> {
        let begun = Self::try_begin(way, ice, dispatch.clone());
        begun.inspect_err(|error| js::debug("no rehearsal:", error)).ok()
    }

    fn try_begin(way: Way, ice: &Ice, dispatch: Dispatch) -> Result<Self, JsValue> {
        let models = Models::pose()?;
        let (caller, echo) = (End::new(ice)?, End::new(ice)?);
        for track in models.stream.get_tracks() {
            js::call(&caller.connection, "addTrack", &[track, models.stream.clone().into()])?;
        }
        let tone = Clone::clone(&models.tone);
        let call = Rc::new(Call { way, dispatch, caller, echo, tone, ending: Ending::new() });
        let listeners = [
            call.caller.brings_candidates_to(&call.echo),
            call.echo.brings_candidates_to(&call.caller),
            call.watch(),
        ];
        let counts = {
            let call = Rc::downgrade(&call);
            Timer::every(PERIOD, move || call.upgrade().iter().for_each(Call::count))
        };
        spawn_local(call.clone().set_up());
        Ok(Self { call, _models: models, _counts: counts, _listeners: listeners })
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.call.ending.finish();
        self.call.caller.connection.close();
        self.call.echo.connection.close();
    }
}

impl Call {
    fn tell(&self, heard: Heard) {
        if !self.ending.is_over() {
            (self.dispatch)(Input::Called(self.way, heard));
        }
    }

    async fn set_up(self: Rc<Self>) {
        if let Err(error) = self.negotiate().await {
            js::debug("no rehearsal:", &error);
            self.tell(Heard::Failed);
        }
    }

    async fn negotiate(&self) -> Result<(), JsValue> {
        self.describe(&self.caller, &self.echo).await?;
        self.echo.sends_back(&self.tone);
        self.describe(&self.echo, &self.caller).await
    }

    /// One end describes itself to the other.
    async fn describe(&self, from: &End, to: &End) -> Result<(), JsValue> {
        self.wait(&from.connection, "setLocalDescription", &[]).await?;
        let description = js::get(&from.connection, "localDescription");
        self.wait(&to.connection, "setRemoteDescription", &[description]).await?;
        to.is_described();
        Ok(())
    }

    async fn wait(
        &self,
        connection: &RtcPeerConnection,
        method: &str,
        arguments: &[JsValue],
    ) -> Result<JsValue, JsValue> {
        let promise: Promise = js::call(connection, method, arguments)?.unchecked_into();
        let result = js::settled(Ok(self.ending.or(&promise))).await;
        if self.ending.is_over() { Err(JsValue::UNDEFINED) } else { result }
    }

    fn watch(self: &Rc<Self>) -> EventListener {
        let call = Rc::downgrade(self);
        EventListener::new(&self.caller.connection, "connectionstatechange", move |_| {
            let Some(call) = call.upgrade() else { return };
            match call.caller.connection.connection_state() {
                State::Connected => call.tell(Heard::Connected),
                State::Failed => call.tell(Heard::Failed),
                _ => {}
            }
        })
    }

    fn count(self: &Rc<Self>) {
        let call = self.clone();
        spawn_local(async move {
            let (Some(back), Some(out)) = (call.counted(&call.caller).await, call.counted(&call.echo).await)
            else {
                return;
            };
            // The tone has come back once it has come there, and from there.
            let sounds = back.sounds.min(out.sounds);
            call.tell(Heard::Counted(Count { sounds, ..back }));
        });
    }

    async fn counted(&self, end: &End) -> Option<Count> {
        let report = self.wait(&end.connection, "getStats", &[]).await.ok()?;
        Some(Report::read(report.unchecked_ref()).count())
    }
}

impl End {
    fn new(ice: &Ice) -> Result<Rc<Self>, JsValue> {
        let connection = RtcPeerConnection::new_with_configuration(&ice::configuration(ice))?;
        Ok(Rc::new(Self { connection, is_described: Cell::default(), held: RefCell::default() }))
    }

    fn brings_candidates_to(&self, other: &Rc<Self>) -> EventListener {
        let other = Rc::downgrade(other);
        EventListener::new(&self.connection, "icecandidate", move |event| {
            let found = event.unchecked_ref::<RtcPeerConnectionIceEvent>().candidate();
            if let (Some(other), Some(found)) = (other.upgrade(), found) {
                other.takes(found);
            }
        })
    }

    fn takes(&self, candidate: RtcIceCandidate) {
        if self.is_described.get() {
            js::ignore(
                js::call(&self.connection, "addIceCandidate", &[candidate.into()])
                    .map(JsCast::unchecked_into),
            );
        } else {
            self.held.borrow_mut().push(candidate);
        }
    }

    fn is_described(&self) {
        self.is_described.set(true);
        self.held.take().into_iter().for_each(|candidate| self.takes(candidate));
    }

    /// The picture that comes goes out again, and the tone.
    fn sends_back(&self, tone: &MediaStreamTrack) {
        for transceiver in self.connection.get_transceivers() {
            js::set(&transceiver, "direction", &"sendrecv".into());
            let line: RtcRtpTransceiver = transceiver.unchecked_into();
            let comes = line.receiver().track();
            let track: &JsValue = if comes.kind() == "audio" { tone.as_ref() } else { comes.as_ref() };
            let placed = js::call(&line.sender(), "replaceTrack", std::slice::from_ref(track));
            js::ignore(placed.map(JsCast::unchecked_into));
        }
    }
}
