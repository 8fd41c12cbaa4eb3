//! How far a connection's path is, and whether it runs through a relay.

use std::{cell::Cell, rc::Rc};

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    EventTarget, RtcIceConnectionState as Ice, RtcPeerConnection, RtcPeerConnectionState as Connection,
    RtcStatsReport,
};

use super::{js, listener::EventListener, reporter::Reporter};
use crate::call::input::{PairEvent, PathState};

/// Watches the path for as long as it lives.
pub struct PathWatch {
    shared: Rc<Shared>,
    _listeners: [EventListener; 2],
    selected: Cell<Option<EventListener>>,
}

struct Shared {
    connection: RtcPeerConnection,
    reporter: Reporter,
    state: Cell<Option<PathState>>,
    relayed: Cell<Option<bool>>,
}

impl PathWatch {
    pub fn new(connection: &RtcPeerConnection, reporter: &Reporter) -> Self {
        let shared = Rc::new(Shared {
            connection: connection.clone(),
            reporter: reporter.clone(),
            state: Cell::default(),
            relayed: Cell::default(),
        });
        let listeners = ["iceconnectionstatechange", "connectionstatechange"].map(|name| {
            let shared = shared.clone();
            EventListener::new(connection, name, move |_| shared.changed())
        });
        Self { shared, _listeners: listeners, selected: Cell::default() }
    }

    /// Reports how many bytes have arrived.
    pub fn count(&self) {
        spawn_local(self.shared.clone().count());
    }

    /// Once there is a transport: hears also of a path that changes without being lost, where the browser
    /// tells.
    pub fn follow(&self) {
        let transceivers = self.shared.connection.get_transceivers();
        let dtls = js::get(&js::get(&transceivers.get(0), "sender"), "transport");
        let Ok(ice) = js::get(&dtls, "iceTransport").dyn_into::<EventTarget>() else { return };
        let shared = self.shared.clone();
        let listener = EventListener::new(&ice, "selectedcandidatepairchange", move |_| shared.look());
        self.selected.set(Some(listener));
    }
}

impl Shared {
    async fn count(self: Rc<Self>) {
        let bytes = match self.reporter.wait(&self.connection.get_stats()).await {
            Ok(report) => received(report.unchecked_ref()),
            Err(_) => 0,
        };
        self.reporter.report(PairEvent::Counted { bytes });
    }

    fn changed(self: &Rc<Self>) {
        let state = state(self.connection.ice_connection_state(), self.connection.connection_state());
        let Some(state) = state else { return };
        if self.state.replace(Some(state)) != Some(state) {
            self.reporter.report(PairEvent::State(state));
            self.look();
        }
    }

    fn look(self: &Rc<Self>) {
        if self.state.get() == Some(PathState::Connected) {
            spawn_local(self.clone().read());
        }
    }

    async fn read(self: Rc<Self>) {
        let Ok(report) = self.reporter.wait(&self.connection.get_stats()).await else { return };
        let Some(relayed) = relayed(report.unchecked_ref()) else { return };
        if self.relayed.replace(Some(relayed)) != Some(relayed) {
            self.reporter.report(PairEvent::Path { relayed });
        }
    }
}

/// `connectionState` knows of DTLS what `iceConnectionState` does not. Nothing is said of a new or closed one.
fn state(ice: Ice, connection: Connection) -> Option<PathState> {
    match (ice, connection) {
        (_, Connection::Connected) => Some(PathState::Connected),
        (Ice::Failed, _) | (_, Connection::Failed) => Some(PathState::Failed),
        (Ice::Disconnected, _) | (_, Connection::Disconnected) => Some(PathState::Disconnected),
        (Ice::Connected | Ice::Completed, _) => Some(PathState::Securing),
        (Ice::Checking, _) => Some(PathState::FindingPath),
        _ => None,
    }
}

/// On all candidate pairs together, without the checks that keep them (W3C WebRTC Statistics, section 8.15).
fn received(report: &RtcStatsReport) -> u64 {
    let entries = Array::from(&report.values()).to_vec();
    let pairs = entries.iter().filter(|entry| js::get(entry, "type") == "candidate-pair");
    pairs.filter_map(|pair| js::get(pair, "bytesReceived").as_f64()).sum::<f64>() as u64
}

/// Whether either end of the candidate pair in use is relayed.
fn relayed(report: &RtcStatsReport) -> Option<bool> {
    let entries: Vec<JsValue> = Array::from(&report.values()).to_vec();
    let text = |entry: &JsValue, name| js::get(entry, name).as_string().unwrap_or_default();
    let named = |id: &str| entries.iter().find(|entry| text(entry, "id") == id);
    let of_kind = |kind: &'static str| entries.iter().filter(move |entry| text(entry, "type") == kind);
    let transport = of_kind("transport").find_map(|it| js::get(it, "selectedCandidatePairId").as_string());
    let pair = transport.as_deref().and_then(named).or_else(|| {
        let selected = |entry: &&JsValue| js::get(entry, "selected").is_truthy();
        of_kind("candidate-pair").find(selected)
    })?;
    let is_relay = |end| named(&text(pair, end)).map(|candidate| text(candidate, "candidateType") == "relay");
    Some(is_relay("localCandidateId")? || is_relay("remoteCandidateId")?)
}
