//! One peer connection.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MediaStreamTrack, RtcPeerConnection, RtcSdpType, RtcSessionDescriptionInit};

use super::{
    channel::{Channel, Events},
    files::{Bulk, Files},
    ice, js,
    lines::{Line, Lines, Outgoing},
    listener::EventListener,
    output::Output,
    path::PathWatch,
    remote::Remote,
    reporter::{Reporter, Stop},
    stats::{self, Tracks},
    streams::Streams,
};
use crate::{
    call::{
        chat::CHAT_CHANNEL,
        control::CONTROL_CHANNEL,
        effect::{Ice, PairOp},
        files::FILES_CHANNEL,
        input::PairEvent,
        signal::Candidate,
    },
    protocol::IceServer,
};

/// Dropped, it is closed and silent.
pub struct Peer {
    inner: Rc<Inner>,
    control: Channel,
    chat: Channel,
    files: Channel,
    bulk: Bulk,
    _candidates: EventListener,
}

struct Inner {
    connection: RtcPeerConnection,
    reporter: Reporter,
    path: PathWatch,
    lines: Lines,
    remote: Remote,
    /// Operations run strictly one after the other.
    waiting: RefCell<VecDeque<PairOp>>,
    working: Cell<bool>,
}

impl Peer {
    pub fn open(
        ice: &Ice,
        offerer: bool,
        reporter: Reporter,
        outgoing: Rc<Outgoing>,
        streams: Rc<Streams>,
        files: Rc<Files>,
        output: Rc<Output>,
    ) -> Result<Self, JsValue> {
        let connection = RtcPeerConnection::new_with_configuration(&ice::configuration(ice))?;
        let control = Channel::new(
            &connection,
            ("control", CONTROL_CHANNEL),
            &reporter,
            Events {
                open: PairEvent::ControlOpen,
                message: PairEvent::Control,
                close: PairEvent::ControlClosed,
            },
        );
        let chat = Channel::new(
            &connection,
            ("chat", CHAT_CHANNEL),
            &reporter,
            Events { open: PairEvent::ChatOpen, message: PairEvent::Chat, close: PairEvent::ChatClosed },
        );
        let bulk = Bulk::new(&connection, &reporter, files);
        let files = Channel::new(
            &connection,
            ("files", FILES_CHANNEL),
            &reporter,
            Events { open: PairEvent::FilesOpen, message: PairEvent::Files, close: PairEvent::FilesClosed },
        );
        let lines = Lines::new(outgoing);
        if offerer {
            lines.create(&connection);
        }
        let path = PathWatch::new(&connection, &reporter);
        let candidates = EventListener::new(&connection, "icecandidate", {
            let reporter = reporter.clone();
            move |event| ice::report_candidate(&reporter, event.unchecked_ref())
        });
        let remote = Remote::new(reporter.clone(), streams, output);
        let inner = Inner {
            connection,
            reporter,
            path,
            lines,
            remote,
            waiting: RefCell::default(),
            working: Cell::default(),
        };
        Ok(Self { inner: Rc::new(inner), control, chat, files, bulk, _candidates: candidates })
    }

    pub fn perform(&self, op: PairOp) {
        match op {
            PairOp::Control(control) => return self.control.send(&control),
            PairOp::Chat(message) => return self.chat.send(&message),
            PairOp::Files(message) => return self.files.send(&message),
            PairOp::SendFile { file, from } => return self.bulk.send(file, from),
            PairOp::AllowFile { file, until } => return self.bulk.allow(file, until),
            PairOp::TakeFile { id, file, from } => return self.bulk.take(id, file, from),
            PairOp::StopFile { file, coming } => return self.bulk.stop(file, coming),
            PairOp::Count => return self.inner.path.count(),
            PairOp::Measure => return self.inner.measure(),
            PairOp::Serve(servers) => return self.inner.serve(&servers),
            PairOp::Encode(encoding) => return self.inner.lines.encode(encoding),
            PairOp::KeyFrame => return self.inner.lines.refresh(),
            PairOp::ShowScreen(shown) => return self.inner.remote.show_screen(shown, &self.inner.lines),
            PairOp::Receive => return self.inner.remote.receive(&self.inner.lines),
            _ => {}
        }
        self.inner.waiting.borrow_mut().push_back(op);
        if !self.inner.working.replace(true) {
            spawn_local(self.inner.clone().work());
        }
    }

    /// A promise that settles when the track is in place.
    pub fn send(&self, line: Line, track: Option<&MediaStreamTrack>) -> Option<Promise> {
        let placed = self.inner.lines.send(line, track)?;
        Some(self.inner.reporter.or_closed(&placed))
    }

    pub fn play(&self) {
        self.inner.remote.play();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let inner = &self.inner;
        inner.reporter.close();
        inner.waiting.take();
        inner.remote.end();
        inner.lines.stop();
        inner.connection.close();
    }
}

impl Inner {
    async fn work(self: Rc<Self>) {
        while let Some(op) = self.next() {
            match self.perform(op).await {
                Ok(Some(event)) => self.reporter.report(event),
                Err(Stop::Failed(error)) => {
                    self.reporter.report(PairEvent::Failed { why: js::words(&error) })
                }
                Ok(None) | Err(Stop::Closed) => {}
            }
        }
        self.working.set(false);
    }

    fn next(&self) -> Option<PairOp> {
        self.waiting.borrow_mut().pop_front()
    }

    async fn perform(&self, op: PairOp) -> Result<Option<PairEvent>, Stop> {
        match op {
            PairOp::Offer { restart } => {
                if restart {
                    js::call(&self.connection, "restartIce", &[]).map_err(Stop::Failed)?;
                }
                let sdp = self.local(&self.start_local()?).await?;
                Ok(Some(PairEvent::Offered { sdp }))
            }
            PairOp::Answer { sdp } => {
                self.set_remote(RtcSdpType::Offer, &sdp).await?;
                self.lines.adopt(&self.connection);
                let answering = self.start_local()?;
                // Making the elements that play takes a while, and so does the answer: both at once.
                self.remote.receive(&self.lines);
                let sdp = self.local(&answering).await?;
                self.path.follow();
                Ok(Some(PairEvent::Answered { sdp }))
            }
            PairOp::Prepare { sdp } => {
                self.set_remote(RtcSdpType::Offer, &sdp).await?;
                self.lines.adopt(&self.connection);
                let sdp = self.local(&self.start_local()?).await?;
                self.path.follow();
                Ok(Some(PairEvent::Prepared { sdp }))
            }
            PairOp::Finish { sdp } => {
                self.set_remote(RtcSdpType::Answer, &sdp).await?;
                self.remote.receive(&self.lines);
                self.path.follow();
                Ok(Some(PairEvent::Finished))
            }
            PairOp::AddCandidate(candidate) => {
                self.add_candidate(Some(&candidate));
                Ok(None)
            }
            PairOp::EndOfCandidates => {
                self.add_candidate(None);
                Ok(None)
            }
            PairOp::Open { .. }
            | PairOp::Serve(_)
            | PairOp::Control(_)
            | PairOp::Chat(_)
            | PairOp::Files(_)
            | PairOp::SendFile { .. }
            | PairOp::AllowFile { .. }
            | PairOp::TakeFile { .. }
            | PairOp::StopFile { .. }
            | PairOp::Count
            | PairOp::Measure
            | PairOp::Encode(_)
            | PairOp::KeyFrame
            | PairOp::ShowScreen(_)
            | PairOp::Receive
            | PairOp::Close => Ok(None),
        }
    }

    fn serve(&self, servers: &[IceServer]) {
        let configuration = self.connection.get_configuration();
        configuration.set_ice_servers(&ice::servers(servers));
        if let Err(error) = js::call(&self.connection, "setConfiguration", &[configuration.into()]) {
            js::debug("setConfiguration", &error);
        }
    }

    fn measure(&self) {
        let id = |line| self.lines.remote(line).map(|track| track.id()).unwrap_or_default();
        let mid = self.lines.mid(Line::Camera).unwrap_or_default();
        let own_size = self.lines.own(Line::Camera).and_then(|track| stats::size_of(&track));
        let tracks =
            Tracks { camera: id(Line::Camera), voice: id(Line::Microphone), own_camera: mid, own_size };
        stats::measure(&self.connection, &self.reporter, tracks);
    }

    /// Without an argument the browser makes the description that its state asks for.
    fn start_local(&self) -> Result<Promise, Stop> {
        let promise = js::call(&self.connection, "setLocalDescription", &[]).map_err(Stop::Failed)?;
        Ok(promise.unchecked_into())
    }

    /// The description, once it is set.
    async fn local(&self, starting: &Promise) -> Result<String, Stop> {
        self.reporter.wait(starting).await?;
        Ok(self.connection.local_description().map(|description| description.sdp()).unwrap_or_default())
    }

    async fn set_remote(&self, kind: RtcSdpType, sdp: &str) -> Result<(), Stop> {
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(sdp);
        self.reporter.wait(&self.connection.set_remote_description(&description)).await.map(drop)
    }

    /// Hands on a candidate. Nothing waits for it: the browser itself keeps the order (W3C WebRTC, section
    /// 4.4.1.2), and one that cannot be used is no failure, for others follow or came before.
    fn add_candidate(&self, candidate: Option<&Candidate>) {
        let init = candidate.map(ice::candidate_init);
        let promise = self.connection.add_ice_candidate_with_opt_rtc_ice_candidate_init(init.as_ref());
        let reporter = self.reporter.clone();
        spawn_local(async move {
            if let Err(Stop::Failed(error)) = reporter.wait(&promise).await {
                js::debug("A candidate was not taken:", &error);
            }
        });
    }
}
