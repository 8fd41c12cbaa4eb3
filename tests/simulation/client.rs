//! One person's page: the phone, and what its effects do in the model world.

use std::{collections::BTreeMap, time::Duration};

use tincan::{
    call::{
        Phone, Start,
        control::Control,
        effect::{DeviceOp, Effect, PairOp, Remembered, Seat, Sound},
        files::name::FileName,
        input::{DeviceEvent, Input, PageEvent, PairEvent, PathState, SocketId},
        local::{DeviceInfo, DeviceKind, DeviceProblem, Part},
        pair::PairId,
        quality::Sample,
        recording::{Problem, RecordOp, RecorderEvent},
        signal::Candidate,
        status::CallStatus,
    },
    protocol::{ClientMessage, Incarnation},
    settings::Timeouts,
};

use crate::{
    bulk::Files,
    model_peer::{Channel, End, Failure, Signaling},
    world::{Event, Person, World},
};

pub struct Client {
    pub name: String,
    pub phone: Phone,
    /// Counts the loads of the page; what an earlier one still hears is lost.
    pub page: u32,
    pub loaded_at: Duration,
    /// Between two pages: nothing is heard, nobody acts.
    pub away: bool,
    pub seat: Option<Seat>,
    pub sound: Sound,
    pub open_devices: Vec<DeviceKind>,
    /// What comes from the microphone is not sent.
    pub silent: bool,
    /// The browser writes the call down.
    pub recording: bool,
    pub files: Files,
    socket: SocketId,
    /// The model's ends of this page's connections, and whether a description operation is under way there.
    pub pairs: BTreeMap<PairId, (End, bool)>,
    remembered: Remembered,
    timeouts: Timeouts,
}

impl Client {
    pub fn new(person: Person, seed: u64, timeouts: &Timeouts) -> Self {
        let start = start(person, 0, seed, timeouts, Remembered::default());
        Self {
            name: ["alice", "bob", "carol", "dave", "erin"]
                .get(person)
                .copied()
                .unwrap_or("frank")
                .to_owned(),
            phone: Phone::new(start),
            page: 0,
            loaded_at: Duration::ZERO,
            away: false,
            seat: None,
            sound: Sound::Silence,
            open_devices: Vec::new(),
            silent: false,
            recording: false,
            files: Files::default(),
            socket: SocketId(0),
            pairs: BTreeMap::new(),
            remembered: Remembered::default(),
            timeouts: timeouts.clone(),
        }
    }
}

fn start(person: Person, page: u32, seed: u64, timeouts: &Timeouts, remembered: Remembered) -> Start {
    let incarnation = Incarnation::from_random(person as u64 * 1_000 + u64::from(page) + 1);
    Start { incarnation, seed, timeouts: timeouts.clone(), remembered }
}

impl World {
    /// Time as the page counts it.
    fn page_time(&self, person: Person) -> Duration {
        self.now - self.clients[person].loaded_at
    }

    pub fn input(&mut self, person: Person, page: u32, input: Input) {
        if self.clients[person].page != page || self.clients[person].away {
            return;
        }
        self.note(|| format!("{person} <- {}", brief(&input)));
        let now = self.page_time(person);
        let effects = self.clients[person].phone.handle(input, now);
        self.perform_all(person, effects);
    }

    pub fn person_tick(&mut self, person: Person) {
        let now = self.page_time(person);
        if self.clients[person].phone.next_deadline().is_some_and(|at| at <= now) {
            let page = self.clients[person].page;
            self.input(person, page, Input::Tick);
        }
    }

    fn perform_all(&mut self, person: Person, effects: Vec<Effect>) {
        let was_ringing = self.is_incoming(person);
        for effect in effects {
            self.note(|| format!("{person}      -> {}", brief(&effect)));
            let harmless = !matches!(&effect, Effect::Pair { op, .. } if !names_no_address(op));
            assert!(harmless || !was_ringing, "an address was used while it rings, before anybody accepted");
            let says = matches!(&effect, Effect::Send(frame) if matches!(frame.message, ClientMessage::Signal { .. }));
            assert!(
                !says || !self.is_incoming(person),
                "something was said of this side before anybody accepted"
            );
            self.tally.did(&effect, self.clients[person].page);
            self.perform(person, effect);
        }
        if let Some(at) = self.clients[person].phone.next_deadline() {
            let at = self.clients[person].loaded_at + at;
            self.at(at, Event::PersonTick { person });
        }
    }

    fn is_incoming(&self, person: Person) -> bool {
        let call = self.clients[person].phone.view().call;
        call.is_some_and(|call| matches!(call.status, CallStatus::Incoming { .. }))
    }

    fn perform(&mut self, person: Person, effect: Effect) {
        let page = self.clients[person].page;
        match effect {
            Effect::OpenSocket(socket) => {
                self.clients[person].socket = socket;
                self.connect(person, page, socket);
            }
            Effect::CloseSocket(socket) => {
                if let Some(wire) = self.wire_of(person, page, socket) {
                    self.hang_up_wire(wire);
                }
            }
            Effect::Send(frame) => {
                let socket = self.clients[person].socket;
                if let Some(wire) = self.wire_of(person, page, socket) {
                    self.up(wire, frame);
                }
            }
            Effect::Pair { pair, op } => self.operate(person, page, pair, op),
            Effect::Device(op) => self.device(person, page, op),
            Effect::Record(op) => self.record(person, page, op),
            Effect::File(op) => self.file(person, page, op),
            Effect::Sound(sound) => self.clients[person].sound = sound,
            Effect::Remember(remembered) => self.clients[person].remembered = remembered,
            Effect::KeepSeat(seat) => self.clients[person].seat = seat,
            Effect::Reload => self.reload(person),
            Effect::Notify(_)
            | Effect::Measure { .. }
            | Effect::Play
            | Effect::Prefer(_)
            | Effect::OnTheKeys(_)
            | Effect::KeepAwake(_) => {}
        }
    }

    fn device(&mut self, person: Person, page: u32, op: DeviceOp) {
        match op {
            DeviceOp::Open { microphone, camera, .. } => {
                let kinds = [(microphone, DeviceKind::Microphone), (camera, DeviceKind::Camera)];
                for (_, kind) in kinds.into_iter().filter(|(choice, _)| choice.is_some()) {
                    let event = if self.dice.percent(90) {
                        DeviceEvent::Opened { kind, id: None, facing: None }
                    } else {
                        DeviceEvent::Failed { kind, problem: DeviceProblem::InUse }
                    };
                    if matches!(event, DeviceEvent::Opened { .. }) {
                        self.clients[person].open_devices.push(kind);
                    }
                    self.after(5, 3_000, Event::Happens { person, page, input: Input::Device(event) });
                }
            }
            DeviceOp::Close(kind) => self.clients[person].open_devices.retain(|open| *open != kind),
            DeviceOp::ShareScreen => {
                let event = if self.dice.percent(70) {
                    DeviceEvent::ScreenShared
                } else {
                    DeviceEvent::ScreenStopped
                };
                self.after(5, 3_000, Event::Happens { person, page, input: Input::Device(event) });
            }
            DeviceOp::Mute(silent) => self.clients[person].silent = silent,
            DeviceOp::List if self.dice.percent(80) => {
                let camera = DeviceInfo {
                    part: Part::Camera,
                    id: "camera".into(),
                    label: "A camera".into(),
                    group: String::new(),
                };
                let listed = Input::Device(DeviceEvent::Listed(vec![camera]));
                self.after(1, 500, Event::Happens { person, page, input: listed });
            }
            // Nobody has allowed any.
            DeviceOp::List | DeviceOp::StopScreen | DeviceOp::Measure(_) | DeviceOp::PlayOn(_) => {}
        }
    }

    fn record(&mut self, person: Person, page: u32, op: RecordOp) {
        let happens = |event| Event::Happens { person, page, input: Input::Recorder(event) };
        match op {
            RecordOp::Start { .. } => {
                assert!(!self.clients[person].recording, "two recordings at once");
                crate::invariants::recorded_knowingly(self, person);
                if self.dice.percent(90) {
                    self.clients[person].recording = true;
                    self.after(5, 500, happens(RecorderEvent::Started));
                    if self.dice.percent(10) {
                        self.after(1_000, 20_000, happens(RecorderEvent::Broke(Problem::NoRoom)));
                    }
                } else {
                    self.after(5, 500, happens(RecorderEvent::Failed(Problem::Broken)));
                }
            }
            RecordOp::Stop => {
                let event = if std::mem::take(&mut self.clients[person].recording) {
                    RecorderEvent::Saved(FileName::from_anything("call.webm"))
                } else {
                    RecorderEvent::Lost
                };
                self.after(5, 500, happens(event));
            }
            RecordOp::Arrange(_) | RecordOp::Save { .. } | RecordOp::Delete { .. } => {}
        }
    }

    fn operate(&mut self, person: Person, page: u32, pair: PairId, op: PairOp) {
        if let PairOp::Open { offerer, .. } = op {
            let end = self.ends.len() as End;
            self.model.open(end, offerer);
            self.ends.insert(end, (person, page, pair));
            let before = self.clients[person].pairs.insert(pair, (end, false));
            assert!(before.is_none(), "{pair:?} was opened twice");
            return;
        }
        let Some((end, busy)) = self.clients[person].pairs.get_mut(&pair) else {
            panic!("{op:?} on a connection that is not there");
        };
        let end = *end;
        match op {
            PairOp::Offer { .. } | PairOp::Answer { .. } | PairOp::Prepare { .. } | PairOp::Finish { .. } => {
                assert!(!*busy, "two operations at once on one connection");
                *busy = true;
                self.after(1, 150, Event::Completes { person, page, pair, op });
            }
            PairOp::AddCandidate(candidate) => {
                let fragment = candidate.fragment.unwrap_or_default();
                assert_eq!(
                    self.model.candidate(end, &fragment),
                    Ok(()),
                    "a candidate without its description"
                );
                self.paths_change();
            }
            PairOp::Serve(_)
            | PairOp::EndOfCandidates
            | PairOp::KeyFrame
            | PairOp::ShowScreen(_)
            | PairOp::Receive
            | PairOp::Encode(_) => {}
            PairOp::Count => {
                let bytes = if self.model.other(end).is_some() { self.now.as_millis() as u64 } else { 0 };
                self.report(end, 1, 20, PairEvent::Counted { bytes });
            }
            PairOp::Measure => {
                let received = if self.model.other(end).is_some() { self.now.as_millis() as u64 } else { 0 };
                let sample = Sample { received, ..Sample::default() };
                self.report(end, 1, 20, PairEvent::Measured(Box::new(sample)));
            }
            PairOp::Control(control) => self.control(end, control),
            PairOp::Chat(message) => self.deliver_or_keep(end, PairEvent::Chat(message)),
            PairOp::Close => {
                self.clients[person].pairs.remove(&pair);
                self.bulk_ends(end, true);
                if let Some(other) = self.model.close(end) {
                    self.channel_closed(other);
                }
            }
            PairOp::Files(message) => self.deliver_or_keep(end, PairEvent::Files(message)),
            PairOp::SendFile { .. }
            | PairOp::AllowFile { .. }
            | PairOp::TakeFile { .. }
            | PairOp::StopFile { .. } => self.carry(person, end, op),
            PairOp::Open { .. } => {}
        }
    }

    /// A description operation is done.
    pub fn complete(&mut self, person: Person, page: u32, pair: PairId, op: PairOp) {
        if self.clients[person].page != page {
            return;
        }
        let Some((end, busy)) = self.clients[person].pairs.get_mut(&pair) else { return };
        let end = *end;
        *busy = false;
        let done = match &op {
            PairOp::Offer { restart } => {
                self.model.offer(end, *restart).map(|sdp| PairEvent::Offered { sdp })
            }
            PairOp::Answer { sdp } => self.model.answer(end, sdp).map(|sdp| PairEvent::Answered { sdp }),
            PairOp::Prepare { .. } if self.dice.percent(5) => Ok(PairEvent::Failed { why: "not yet".into() }),
            PairOp::Prepare { sdp } => {
                if self.dice.percent(30) {
                    self.after(5_000, 5_001, Event::WaitsNoLonger { end });
                }
                self.model.answer(end, sdp).map(|sdp| PairEvent::Prepared { sdp })
            }
            PairOp::Finish { sdp } => self.model.finish(end, sdp).map(|()| PairEvent::Finished),
            _ => Err(Failure::Refused),
        };
        let event = done.unwrap_or_else(|failure| panic!("{op:?} failed: {failure:?}"));
        if let PairEvent::Offered { sdp } | PairEvent::Answered { sdp } | PairEvent::Prepared { sdp } = &event
        {
            self.gather(end, sdp);
        }
        self.input(person, page, Input::Pair { pair, event });
        self.paths_change();
    }

    fn gather(&mut self, end: End, sdp: &str) {
        let fragment = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::to_owned);
        let candidate = Candidate {
            candidate: format!("candidate:1 1 udp 1 192.0.2.{} 9 typ host", end % 200),
            mid: Some("0".into()),
            line: None,
            fragment,
        };
        self.report(end, 1, 50, PairEvent::Candidate(candidate));
        self.report(end, 50, 300, PairEvent::EndOfCandidates);
    }

    fn control(&mut self, end: End, control: Control) {
        // What counts later, too; the rest says it again by itself.
        let lasts = matches!(control, Control::Recording(_) | Control::RecordingShown(_) | Control::State(_));
        if lasts || self.model.other(end).is_some() {
            self.deliver_or_keep(end, PairEvent::Control(control));
        }
    }

    /// What is said without a path waits for one: the channel says it again by itself.
    fn deliver_or_keep(&mut self, end: End, event: PairEvent) {
        match self.model.other(end) {
            // The same delay for all keeps them in their order.
            Some(other) => self.report(other, 20, 21, event),
            None => self.unsent.entry(end).or_default().push(event),
        }
    }

    fn channel_closed(&mut self, end: End) {
        self.standing.remove(&end);
        self.unsent.remove(&end);
        self.bulk_ends(end, false);
        self.report(end, 22, 23, PairEvent::ChatClosed);
        self.report(end, 22, 23, PairEvent::FilesClosed);
        self.report(end, 22, 23, PairEvent::ControlClosed);
        self.after(5_000, 6_000, Event::PathBreaks { end });
    }

    /// Tells the pages of paths that have come up, and lets go on what waited for one.
    fn paths_change(&mut self) {
        let ends: Vec<End> = self.ends.keys().copied().collect();
        for end in ends {
            let open = self.model.get(end).signaling != Signaling::Closed;
            if !open || self.model.other(end).is_none() {
                continue;
            }
            let comes_up = self.standing.insert(end);
            let first = self.told_open.insert(end);
            if comes_up {
                self.report(end, 1, 5, PairEvent::State(PathState::Securing));
                self.report(end, 10, 11, PairEvent::State(PathState::Connected));
            }
            // While a path is sought anew, what is said waits although the old one stands.
            let unsent = self.unsent.remove(&end).unwrap_or_default();
            unsent.into_iter().for_each(|event| self.deliver_or_keep(end, event));
            self.bulk_goes_on(end);
            if first {
                assert_eq!(self.model.get(end).channel, Channel::Open);
                self.report(end, 12, 13, PairEvent::ControlOpen);
                self.report(end, 12, 13, PairEvent::ChatOpen);
                self.report(end, 12, 13, PairEvent::FilesOpen);
                self.report(end, 20, 60, PairEvent::FirstFrame);
            }
        }
    }

    /// Some browsers do not wait for the other side's candidates for long.
    pub fn waits_no_longer(&mut self, end: End) {
        if self.model.is_without_candidates(end) {
            self.tally.count("preparation lost");
            self.report(end, 0, 1, PairEvent::State(PathState::Failed));
        }
    }

    /// The path between two pages is gone; a restart finds another one.
    pub fn lose_path(&mut self, end: End) {
        let Some(other) = self.model.other(end) else { return };
        for end in [end, other] {
            self.model.forget_candidates(end);
            self.standing.remove(&end);
            self.after(100, 9_000, Event::PathBreaks { end });
        }
    }

    pub fn path_breaks(&mut self, end: End) {
        if self.model.other(end).is_none() {
            self.report(end, 0, 1, PairEvent::State(PathState::Disconnected));
        }
    }

    pub fn reload(&mut self, person: Person) {
        let page = self.clients[person].page;
        self.input(person, page, Input::Page(PageEvent::Leaving));
        let seat = self.clients[person].seat.clone();
        self.unload(person);
        self.after(50, 3_000, Event::Reloads { person, page: page + 1, seat });
    }

    /// The page is gone, and all that was its.
    pub fn unload(&mut self, person: Person) {
        self.note(|| format!("{person} unloads the page"));
        let socket = self.clients[person].socket;
        let page = self.clients[person].page;
        if let Some(wire) = self.wire_of(person, page, socket) {
            self.hang_up_wire(wire);
        }
        let pairs = std::mem::take(&mut self.clients[person].pairs);
        for (end, _) in pairs.into_values() {
            self.bulk_ends(end, true);
            if let Some(other) = self.model.close(end) {
                self.channel_closed(other);
            }
        }
        let client = &mut self.clients[person];
        client.page += 1;
        client.away = true;
        client.open_devices.clear();
        client.silent = false;
        client.recording = false;
        client.files = Files::default();
        client.sound = Sound::Silence;
    }

    pub fn load(&mut self, person: Person, page: u32, seat: Option<Seat>) {
        let seed = self.dice.bits();
        let now = self.now;
        let client = &mut self.clients[person];
        client.phone = Phone::new(start(person, page, seed, &client.timeouts, client.remembered.clone()));
        client.loaded_at = now;
        client.away = false;
        if let Some(seat) = seat {
            self.input(person, page, Input::Page(PageEvent::Resume(seat)));
        }
    }
}

/// One line of the trace, without descriptions and candidates.
fn brief(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.chars().take(220).collect()
}

/// Whether it gives a connection no address that came from the other side.
fn names_no_address(op: &PairOp) -> bool {
    match op {
        PairOp::Open { offerer, .. } => !offerer,
        PairOp::Prepare { sdp } => !sdp.contains("candidate") && !sdp.contains("192.0.2."),
        PairOp::Close => true,
        _ => false,
    }
}
