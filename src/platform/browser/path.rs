//! How far a connection's path is, and whether it runs through a relay.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    EventTarget, RtcIceConnectionState as Ice, RtcPeerConnection, RtcPeerConnectionState as Connection,
};

use super::{
    js,
    listener::{EventListener, Timer},
    reporter::Reporter,
    stats::Report,
};
use crate::call::{
    input::{PairEvent, PathState},
    quality::Route,
};

/// How long after a change it is asked how the path runs: a browser may change it more than once, and whoever waits for a face
/// comes first.
const SOON: Duration = Duration::from_millis(300);

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
    soon: RefCell<Option<Timer>>,
}

impl PathWatch {
    pub fn new(connection: &RtcPeerConnection, reporter: &Reporter) -> Self {
        let shared = Rc::new(Shared {
            connection: connection.clone(),
            reporter: reporter.clone(),
            state: Cell::default(),
            relayed: Cell::default(),
            soon: RefCell::default(),
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
            Ok(report) => Report::read(report.unchecked_ref()).received(),
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
            let shared = Rc::downgrade(self);
            let read = move || shared.upgrade().into_iter().for_each(|shared| spawn_local(shared.read()));
            self.soon.replace(Some(Timer::once(SOON, read)));
        }
    }

    async fn read(self: Rc<Self>) {
        let Ok(report) = self.reporter.wait(&self.connection.get_stats()).await else { return };
        let Some(relayed) = Report::read(report.unchecked_ref()).route().map(Route::is_relayed) else {
            return;
        };
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
