//! All peer connections.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use js_sys::{Array, Promise};
use wasm_bindgen_futures::spawn_local;
use web_sys::MediaStreamTrack;

use super::{
    Dispatch,
    files::Files,
    js,
    lines::{Line, Outgoing},
    output::Output,
    peer::Peer,
    reporter::Reporter,
    streams::Streams,
};
use crate::call::{
    effect::{Ice, PairOp},
    input::PairEvent,
    pair::PairId,
};

pub struct Pairs {
    dispatch: Dispatch,
    streams: Rc<Streams>,
    files: Rc<Files>,
    outgoing: Rc<Outgoing>,
    output: Rc<Output>,
    peers: RefCell<BTreeMap<PairId, Peer>>,
}

impl Pairs {
    pub fn new(dispatch: Dispatch, streams: Rc<Streams>, files: Rc<Files>, output: Rc<Output>) -> Self {
        Self { dispatch, streams, files, outgoing: Rc::default(), output, peers: RefCell::default() }
    }

    pub fn perform(&self, pair: PairId, op: PairOp) {
        match op {
            PairOp::Open { ice, offerer } => self.open(pair, &ice, offerer),
            PairOp::Close => drop(self.take(pair)),
            op => match self.peers.borrow().get(&pair) {
                Some(peer) => peer.perform(op),
                None => {
                    self.fail(Reporter::new(pair, self.dispatch.clone()), "it could not be opened".into())
                }
            },
        }
    }

    /// Sends another track, or none, to everybody, now and in connections to come. The promise settles when
    /// it is in place.
    pub fn send(&self, line: Line, track: Option<&MediaStreamTrack>) -> Promise {
        self.outgoing.set(line, track);
        let peers = self.peers.borrow();
        let placed: Array = peers.values().filter_map(|peer| peer.send(line, track)).collect();
        Promise::all_settled(&placed)
    }

    pub fn play(&self) {
        self.peers.borrow().values().for_each(Peer::play);
    }

    fn open(&self, pair: PairId, ice: &Ice, offerer: bool) {
        drop(self.take(pair));
        let reporter = Reporter::new(pair, self.dispatch.clone());
        let (outgoing, streams, files) = (self.outgoing.clone(), self.streams.clone(), self.files.clone());
        let output = self.output.clone();
        match Peer::open(ice, offerer, reporter.clone(), outgoing, streams, files, output) {
            Ok(peer) => drop(self.peers.borrow_mut().insert(pair, peer)),
            Err(error) => self.fail(reporter, js::words(&error)),
        }
    }

    /// Never from inside a call to [`Self::perform`].
    fn fail(&self, reporter: Reporter, why: String) {
        spawn_local(async move { reporter.report(PairEvent::Failed { why }) });
    }

    fn take(&self, pair: PairId) -> Option<Peer> {
        self.peers.borrow_mut().remove(&pair)
    }
}
