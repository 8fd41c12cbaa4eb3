//! The browser's state machine: [`Phone`] takes what happens and the time, and says what to do.
//!
//! **Nothing in here waits, asks the clock, rolls dice or touches a browser.** The same machine runs in the
//! page, in native tests, and many times over in the simulation.

mod active;
pub mod attempt;
mod candidates;
pub mod chat;
mod chatting;
mod contacts;
pub mod control;
pub mod effect;
pub mod encoding;
pub mod files;
mod filing;
mod from_pair;
mod from_person;
mod from_server;
pub mod history;
pub mod input;
pub mod kinds;
mod link;
pub mod local;
mod media;
pub mod pair;
mod pictures;
pub mod preferences;
pub mod quality;
pub mod recording;
mod reunion;
mod seen;
pub mod signal;
pub mod status;
mod upkeep;
pub mod view;
pub mod voice;
mod watch;

#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use self::{
    active::{ActiveCall, ControlState, Stage},
    chat::ChatView,
    contacts::Contacts,
    control::Control,
    effect::{Effect, Ice, Notification, OnTheKeys, PairOp, Remembered, Seat, Sound, Standing},
    files::{Kept, view::Bulletin},
    input::{DeviceEvent, Input, PageEvent, SocketEvent, SocketId},
    link::{Link, Step},
    local::LocalMedia,
    pair::{Out, PairId},
    preferences::Preferences,
    recording::Recorder,
    signal::Signal,
    status::Ended,
    view::{Contact, Entry, EntryProblem, Me, Missed, RelayView, View},
};
use crate::{
    protocol::{
        Availability, BootId, CallId, ClientFrame, ClientMessage, IceServer, Incarnation, Payload, PeerId,
        Room,
    },
    settings::Timeouts,
};

/// Since the page was loaded.
pub type Time = Duration;

/// What a phone starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Random for each load of the page.
    pub incarnation: Incarnation,
    /// Random: jitter is drawn from it.
    pub seed: u64,
    pub timeouts: Timeouts,
    pub remembered: Remembered,
}

pub struct Phone {
    incarnation: Incarnation,
    timeouts: Timeouts,
    remembered: Remembered,
    place: Place,
    link: Link,
    contacts: Contacts,
    /// So long those are shown who are not back since a restart of the server.
    returning_until: Option<Time>,
    call: Option<ActiveCall>,
    /// Connections that have said goodbye on their control channel and may need a moment to deliver it.
    closing: Vec<(PairId, Time)>,
    local: LocalMedia,
    /// The browser has been asked for its devices, and tells every change from then on.
    listing: bool,
    /// Whether the preview is open, outside of a call.
    preview: bool,
    /// Whether this person is in the photo booth.
    booth: bool,
    /// Whether the microphone's level is measured.
    measured: bool,
    /// Whether the screen stays on.
    awake: bool,
    /// The call on a headset's buttons.
    keys: Option<OnTheKeys>,
    /// What the browser has been told of the preferences.
    applied: Option<Preferences>,
    missed: Vec<Missed>,
    next_missed: u32,
    next_frame: u32,
    /// When the page was loaded, by the clock on the wall: since 1970.
    loaded_at: Duration,
    history_revision: u64,
    hidden: bool,
    sound: Sound,
    notification: Option<Notification>,
    /// What this tab keeps for a reload.
    seat: Option<Seat>,
    /// The call that the earlier page in this tab was in.
    stood: Option<Standing>,
    /// The files that the platform holds for this phone.
    kept: BTreeSet<Kept>,
    next_file: u32,
    bulletin: Bulletin,
    recorder: Recorder,
    effects: Vec<Effect>,
}

/// Where this person is.
enum Place {
    /// Before the prompt is answered.
    Outside {
        problem: Option<EntryProblem>,
    },
    /// A hello is to be answered; the frame it went out in, once it did.
    Entering {
        wish: Wish,
        hello: Option<u32>,
    },
    Inside(Inside),
}

/// What a hello asks for.
#[derive(Clone, Debug)]
struct Wish {
    room: Room,
    nickname: String,
    ticket: Option<String>,
    grant: Option<String>,
}

/// What the welcome said.
struct Inside {
    me: Me,
    boot: BootId,
    ticket: String,
    ice_servers: Vec<IceServer>,
    /// The host of the server wants no other paths.
    relay_only: bool,
    /// The frame of the hello under way, on a socket that is to resume this place.
    hello: Option<u32>,
}

impl Phone {
    #[must_use]
    pub fn new(start: Start) -> Self {
        let Start { incarnation, seed, timeouts, remembered } = start;
        Self {
            incarnation,
            timeouts,
            place: Place::Outside { problem: None },
            link: Link::new(seed),
            contacts: Contacts::default(),
            returning_until: None,
            call: None,
            closing: Vec::new(),
            local: LocalMedia::new(&remembered),
            listing: false,
            preview: false,
            booth: false,
            measured: false,
            awake: false,
            keys: None,
            applied: None,
            missed: Vec::new(),
            next_missed: 0,
            next_frame: 0,
            loaded_at: Duration::ZERO,
            history_revision: 0,
            hidden: false,
            sound: Sound::default(),
            notification: None,
            seat: None,
            stood: None,
            kept: BTreeSet::new(),
            next_file: 0,
            bulletin: Bulletin::default(),
            recorder: Recorder::default(),
            effects: Vec::new(),
            remembered,
        }
    }

    /// Takes what happened and says what to do, in order.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Effect> {
        match input {
            Input::Socket { socket, event } => self.socket_said(socket, event, now),
            Input::Person(action) => self.person_asks(action, now),
            Input::Pair { pair, event } => self.pair_said(pair, event, now),
            Input::Device(event) => self.device_said(event),
            Input::File { id, event } => self.file_said(id, event, now),
            Input::Recorder(event) => self.recorder_said(event, now),
            Input::Page(event) => self.page_said(event, now),
            Input::Tick => self.time_passed(now),
        }
        self.settle(now);
        std::mem::take(&mut self.effects)
    }

    /// When the phone wants [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        let closing = self.closing.iter().map(|(_, at)| *at).min();
        let told = self.bulletin.deadline();
        let recorder = self.recorder.deadline();
        let deadlines =
            [self.link.next_deadline(), self.call_deadline(), closing, self.returning_until, told, recorder];
        deadlines.into_iter().flatten().min()
    }

    #[must_use]
    pub fn view(&self) -> View {
        View {
            entry: match &self.place {
                Place::Outside { problem } => Entry::Prompt { problem: problem.clone() },
                Place::Entering { .. } => Entry::Entering,
                Place::Inside(inside) => Entry::Entered(inside.me.clone()),
            },
            link: self.link.view(),
            call: self.call.as_ref().map(Self::call_view),
            local: self.local_view(),
            missed: self.missed.clone(),
            blocked: self.remembered.blocked.clone(),
            preferences: self.preferences(),
            recorder: self.recorder.view(),
            relay: self.relay_view(),
        }
    }

    /// What has been written in the call.
    #[must_use]
    pub fn chat(&self) -> ChatView {
        let Some(call) = &self.call else { return ChatView::default() };
        call.chat.view(call.others.iter().map(|other| (&other.nickname, &other.thread)))
    }

    /// Another one with each change of [`Self::chat`].
    #[must_use]
    pub fn chat_revision(&self) -> Option<(CallId, u64)> {
        self.call.as_ref().map(|call| (call.id, call.chat.revision()))
    }

    /// Everybody else in the room, in the order in which they are shown.
    #[must_use]
    pub fn contacts(&self) -> Vec<Contact> {
        self.contacts.list(&self.remembered.blocked)
    }

    /// Grows with each change of [`Self::contacts`].
    #[must_use]
    pub fn contacts_revision(&self) -> u64 {
        self.contacts.revision()
    }

    /// Whoever is called has not answered yet.
    #[must_use]
    pub fn is_calling(&self) -> bool {
        self.call.as_ref().is_some_and(|call| matches!(call.stage, Stage::Outgoing { .. }))
    }

    /// Everybody in the call wants to talk.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.call.as_ref().is_some_and(|call| matches!(call.stage, Stage::Joined))
    }

    #[must_use]
    pub fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    fn socket_said(&mut self, socket: SocketId, event: SocketEvent, now: Time) {
        if !self.link.is_newest(socket) {
            return;
        }
        match event {
            SocketEvent::Opened => {
                self.link.opened(now, &self.timeouts);
                self.say_hello();
            }
            SocketEvent::Message(frame) => {
                self.link.heard();
                self.server_said(frame, now);
            }
            SocketEvent::Closed { code } => self.socket_closed(code, now),
        }
    }

    fn device_said(&mut self, event: DeviceEvent) {
        if event == DeviceEvent::ScreenStopped
            && let Some(call) = &mut self.call
        {
            call.screen = false;
        }
        self.local.handle(event);
        if !self.is_inside() {
            // Whoever is about to go in chooses from the list.
            self.local.take_plugged();
        }
    }

    fn page_said(&mut self, event: PageEvent, now: Time) {
        match event {
            PageEvent::Resume(seat) => self.resume(seat, now),
            PageEvent::Hidden => self.hidden = true,
            PageEvent::Visible => {
                self.hidden = false;
                let steps = self.link.nudge(now, &self.timeouts);
                self.walk(steps);
            }
            PageEvent::Online => {
                let steps = self.link.nudge(now, &self.timeouts);
                self.walk(steps);
            }
            PageEvent::Clock { loaded_at } => self.loaded_at = loaded_at,
            PageEvent::Leaving => {
                if self.call.as_ref().is_some_and(|call| call.connected_since.is_some() && !call.is_over()) {
                    self.note_call(Ended::Here, now);
                }
                if self.link.is_online() {
                    self.send(ClientMessage::Leaving {});
                }
            }
        }
    }

    fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Sends on the open socket. What is said while there is none is lost: the next welcome tells what the
    /// server knows, and whatever it lacks is said again then.
    fn send(&mut self, message: ClientMessage) -> u32 {
        let id = self.next_frame;
        self.next_frame = self.next_frame.wrapping_add(1);
        self.emit(Effect::Send(ClientFrame { id, message }));
        id
    }

    /// Sends what only makes sense on a connection that was welcomed.
    fn send_if_online(&mut self, message: ClientMessage) {
        if self.link.is_online() {
            self.send(message);
        }
    }

    fn walk(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Open(socket) => self.emit(Effect::OpenSocket(socket)),
                Step::Close(socket) => self.emit(Effect::CloseSocket(socket)),
                Step::Ping => drop(self.send(ClientMessage::Ping {})),
                Step::Lost => {}
            }
        }
    }

    /// Does what a pair asks for.
    fn perform(&mut self, pair: PairId, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Op(op) => {
                    if let PairOp::Open { .. } = op {
                        // Whoever is back in a call that was just left: what says goodbye there gives way.
                        self.closing_delivered(pair);
                    }
                    self.emit(Effect::Pair { pair, op });
                }
                Out::Say(signal) => self.say(pair, signal),
            }
        }
    }

    /// Says it by data channel and by server: it counts once. What the server would not let through yet is in
    /// the pair's log until it does.
    fn say(&mut self, pair: PairId, signal: Signal) {
        let Some(call) = &mut self.call else { return };
        if let Some(other) = call.other_mut(pair.peer) {
            other.note_ours(&signal);
        }
        let may = call.may_signal();
        let open = call.other(pair.peer).is_some_and(|other| other.control == ControlState::Open);
        if let (true, Some(payload)) = (may, Payload::write(&signal)) {
            self.send_if_online(ClientMessage::Signal { call: pair.call, to: pair.peer, payload });
        }
        if open {
            self.emit(Effect::Pair { pair, op: PairOp::Control(Control::Negotiation(signal)) });
        }
    }

    fn me(&self) -> Option<PeerId> {
        match &self.place {
            Place::Inside(inside) => Some(inside.me.peer),
            _ => None,
        }
    }

    /// For the call that is there.
    fn ice(&self) -> Ice {
        self.ice_for(self.call.as_ref().is_some_and(|call| call.relay_only))
    }

    /// For a call that is to go through the relay alone, or as everybody's calls go.
    fn ice_for(&self, relay_only: bool) -> Ice {
        let servers = match &self.place {
            Place::Inside(inside) => inside.ice_servers.clone(),
            _ => Vec::new(),
        };
        let relay_only = relay_only || self.is_relay_required() || self.preferences().relay_only;
        Ice { servers, relay_only }
    }

    fn is_relay_required(&self) -> bool {
        matches!(&self.place, Place::Inside(inside) if inside.relay_only)
    }

    fn relay_view(&self) -> RelayView {
        if self.is_relay_required() {
            RelayView::Required
        } else if self.ice().servers.iter().any(IceServer::relays) {
            RelayView::Offered
        } else {
            RelayView::None
        }
    }

    fn availability(&self) -> Availability {
        match &self.place {
            Place::Inside(inside) => inside.me.availability,
            _ => Availability::default(),
        }
    }
}
