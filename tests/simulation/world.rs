//! The world of one run: the server with its registry, the phones, the wires between them, and time.

use std::{
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    time::Duration,
};

use tincan::{
    call::{
        effect::Seat,
        input::{Input, PairEvent, SocketEvent, SocketId},
        pair::PairId,
    },
    protocol::{BootId, ClientFrame, ClientMessage, Nickname, PeerId, ServerFrame, ServerMessage},
    server::registry::{self, Claim, ConnectionId, Delivery, Grant, Join, Registry, RoomLimits},
    settings::Timeouts,
};

use crate::{
    bulk::{Bulk, BulkEvent},
    client::Client,
    dice::Dice,
    model_peer::Model,
    promises,
    tally::Tally,
};

const LIMITS: RoomLimits = RoomLimits { peers: 100, call_members: 8 };

pub type Person = usize;

/// What is due at some time.
#[derive(Debug)]
pub enum Event {
    ToServer {
        wire: ConnectionId,
        frame: ClientFrame,
    },
    ServerNotices {
        wire: ConnectionId,
    },
    ToPerson {
        person: Person,
        page: u32,
        socket: SocketId,
        event: SocketEvent,
    },
    Happens {
        person: Person,
        page: u32,
        input: Input,
    },
    Completes {
        person: Person,
        page: u32,
        pair: PairId,
        op: tincan::call::effect::PairOp,
    },
    Bulk(BulkEvent),
    PersonTick {
        person: Person,
    },
    ServerTick,
    /// The page notices that a path is gone, if it still is.
    PathBreaks {
        end: u32,
    },
    /// A connection that has prepared an answer and still knows nobody to look for.
    WaitsNoLonger {
        end: u32,
    },
    Acts {
        person: Person,
    },
    Reloads {
        person: Person,
        page: u32,
        seat: Option<Seat>,
    },
    Fault,
}

struct Due {
    at: Duration,
    order: u64,
    event: Event,
}

/// One socket between a person and the server, numbered as the server numbers it.
pub struct Wire {
    pub person: Person,
    pub page: u32,
    pub socket: SocketId,
    /// On the server: whose it is, once welcomed.
    pub peer: Option<PeerId>,
    pub alive: bool,
    /// TCP keeps the order: nothing arrives before what was sent earlier.
    up: Duration,
    down: Duration,
}

pub struct World {
    pub now: Duration,
    pub dice: Dice,
    pub timeouts: Timeouts,
    pub registry: Registry,
    pub boot: BootId,
    pub clients: Vec<Client>,
    pub wires: BTreeMap<ConnectionId, Wire>,
    /// Nobody listens before.
    pub back_at: Duration,
    pub model: Model,
    /// Nobody acts and nothing breaks any more.
    pub at_rest: bool,
    /// Which model end is whose.
    pub ends: BTreeMap<u32, (Person, u32, PairId)>,
    /// The ends whose path is up, as their pages have been told.
    pub standing: BTreeSet<u32>,
    pub told_open: BTreeSet<u32>,
    /// What an end's channels could not send yet.
    pub unsent: BTreeMap<u32, Vec<PairEvent>>,
    /// How many texts have been written, each of which is its number.
    pub texts: u32,
    pub bulk: Bulk,
    /// How many files have been picked, each of which has its number as its name.
    pub parcels: u32,
    pub tally: Tally,
    /// What happened, in a run that is told.
    pub trace: Option<Vec<String>>,
    due: BinaryHeap<Due>,
    order: u64,
    next_wire: u64,
    next_peer: u64,
}

impl World {
    pub fn new(seed: u64, people: usize) -> Self {
        // Somebody whose last word was lost is waited for no longer than a run comes to rest: the server may learn
        // of the loss from the silence alone, and be started again in the last moment.
        let most = Duration::from_secs(40);
        let timeouts = Timeouts {
            ring: most,
            grace: most,
            call_grace: most,
            reunion: most,
            path_give_up: most,
            ..Timeouts::default()
        };
        let mut world = Self {
            now: Duration::ZERO,
            dice: Dice::new(seed),
            registry: Registry::new(LIMITS, timeouts.clone()),
            timeouts,
            boot: BootId::from_random(seed),
            clients: Vec::new(),
            wires: BTreeMap::new(),
            back_at: Duration::ZERO,
            model: Model::default(),
            at_rest: false,
            ends: BTreeMap::new(),
            standing: BTreeSet::new(),
            told_open: BTreeSet::new(),
            unsent: BTreeMap::new(),
            texts: 0,
            bulk: Bulk::default(),
            parcels: 0,
            tally: Tally::default(),
            trace: None,
            due: BinaryHeap::new(),
            order: 0,
            next_wire: 0,
            next_peer: 0,
        };
        for person in 0..people {
            let client = Client::new(person, world.dice.bits(), &world.timeouts);
            world.clients.push(client);
            world.after(1, 2_000, Event::Acts { person });
        }
        world
    }

    pub fn at(&mut self, at: Duration, event: Event) {
        self.order += 1;
        self.due.push(Due { at: at.max(self.now), order: self.order, event });
    }

    /// Some time from now, in milliseconds.
    pub fn after(&mut self, from: u64, to: u64, event: Event) {
        let at = self.now + self.dice.millis(from, to);
        self.at(at, event);
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        let Some(trace) = &mut self.trace else { return };
        let line = line();
        if !["Ping", "Pong", "<- Tick", "Heartbeat", "Count", "Measure"]
            .iter()
            .any(|dull| line.contains(dull))
        {
            trace.push(format!("{:>9.3} {line}", self.now.as_secs_f64()));
        }
    }

    /// Lets everything happen that is due before `end`.
    pub fn run_until(&mut self, end: Duration) {
        let mut at_once = 0;
        while let Some(due) = self.due.peek().map(|due| due.at).filter(|at| *at < end) {
            at_once = if due == self.now { at_once + 1 } else { 0 };
            assert!(at_once < 10_000, "time stands still");
            self.now = due;
            let Some(Due { event, .. }) = self.due.pop() else { return };
            self.happens(event);
        }
        self.now = end;
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::ToServer { wire, frame } => self.server_hears(wire, frame),
            Event::ServerNotices { wire } => self.server_notices(wire),
            Event::ToPerson { person, page, socket, event } => {
                self.input(person, page, Input::Socket { socket, event });
            }
            Event::Happens { person, page, input } => self.input(person, page, input),
            Event::Completes { person, page, pair, op } => self.complete(person, page, pair, op),
            Event::Bulk(event) => self.bulk_happens(event),
            Event::PersonTick { person } => self.person_tick(person),
            Event::ServerTick => self.server(registry::Input::Tick),
            Event::PathBreaks { end } => self.path_breaks(end),
            Event::WaitsNoLonger { end } => self.waits_no_longer(end),
            Event::Acts { person } => self.act(person),
            Event::Reloads { person, page, seat } => self.load(person, page, seat),
            Event::Fault => self.fault(),
        }
    }

    fn server_hears(&mut self, wire: ConnectionId, ClientFrame { id, message }: ClientFrame) {
        let Some(known) = self.wires.get(&wire).filter(|wire| wire.alive) else { return };
        match (known.peer, message) {
            (None, ClientMessage::Hello(hello)) => {
                let claim = hello.ticket.as_deref().and_then(read_ticket);
                let grant = hello.grant.filter(|_| claim.is_some()).as_deref().and_then(read_grant);
                self.next_peer += 1;
                let fresh = PeerId::from_random(self.next_peer);
                let (nickname, incarnation) = (hello.nickname, hello.incarnation);
                let join = Join { connection: wire, id, fresh, nickname, incarnation, claim, grant };
                self.server(registry::Input::Join(join));
            }
            (Some(peer), message) => {
                self.server(registry::Input::Message { peer, connection: wire, id, message });
            }
            (None, other) => panic!("{other:?} before hello"),
        }
    }

    fn server_notices(&mut self, connection: ConnectionId) {
        let Some(wire) = self.wires.remove(&connection) else { return };
        if let Some(peer) = wire.peer {
            self.server(registry::Input::Closed { peer, connection });
        }
    }

    fn server(&mut self, input: registry::Input) {
        let now = self.now;
        let promised =
            if let registry::Input::Join(_) = input { promises::are_kept } else { promises::calls_are_sound };
        let deliveries = self.registry.handle(input, now);
        promised(&self.registry, LIMITS, now);
        deliveries.into_iter().for_each(|delivery| self.deliver(delivery));
        if let Some(at) = self.registry.next_deadline() {
            self.at(at, Event::ServerTick);
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Welcome { to, id, admission } => {
                if let Some(wire) = self.wires.get_mut(&to) {
                    wire.peer = Some(admission.peer);
                }
                let ticket = format!("{} {}", admission.peer, admission.nickname);
                let welcome = admission.complete(self.boot, ticket, Vec::new(), false);
                self.down(to, ServerFrame { id: Some(id), message: ServerMessage::Welcome(welcome) });
            }
            Delivery::Send { to, id, message } => self.down(to, ServerFrame { id, message }),
            Delivery::Introduce { to, people } => {
                let message = ServerMessage::Presence((*people).clone());
                self.down(to, ServerFrame { id: None, message });
            }
            Delivery::Grant { to, grant: Grant { call, media, others }, .. } => {
                let grant = serde_json::to_string(&(call, media, others)).expect("plain data");
                self.down(to, ServerFrame { id: None, message: ServerMessage::Grant { call, grant } });
            }
            Delivery::Broadcast(message) => {
                let joined = self.wires.iter().filter(|(_, wire)| wire.peer.is_some());
                let all: Vec<ConnectionId> = joined.map(|(id, _)| *id).collect();
                for to in all {
                    self.down(to, ServerFrame { id: None, message: message.clone() });
                }
            }
            Delivery::Close { connection, code } => {
                self.tell_person(connection, SocketEvent::Closed { code });
                self.wires.remove(&connection);
            }
            Delivery::Record(_) => {}
        }
    }

    fn down(&mut self, to: ConnectionId, frame: ServerFrame) {
        if let ServerMessage::Error { code, .. } = &frame.message {
            crate::invariants::expected_error(*code);
        }
        self.tally.heard(&frame.message);
        if matches!(frame.message, ServerMessage::Signal { .. }) && self.dice.percent(5) {
            return self.down_out_of_order(to, frame);
        }
        self.tell_person(to, SocketEvent::Message(frame));
    }

    /// What peers say to each other may take two ways, and be said again when it may have been lost: it comes late
    /// and behind what was said after it, or it comes twice.
    fn down_out_of_order(&mut self, to: ConnectionId, frame: ServerFrame) {
        if self.dice.percent(50) {
            self.tally.count("said twice");
            self.tell_person(to, SocketEvent::Message(frame.clone()));
        }
        let Some(Wire { person, page, socket, .. }) = self.wires.get(&to).filter(|wire| wire.alive) else {
            return;
        };
        let (person, page, socket) = (*person, *page, *socket);
        self.after(1, 400, Event::ToPerson { person, page, socket, event: SocketEvent::Message(frame) });
    }

    fn tell_person(&mut self, wire: ConnectionId, event: SocketEvent) {
        let delay = self.dice.millis(1, 80);
        let now = self.now;
        let Some(wire) = self.wires.get_mut(&wire).filter(|wire| wire.alive) else { return };
        wire.down = wire.down.max(now + delay);
        let (at, person, page, socket) = (wire.down, wire.person, wire.page, wire.socket);
        self.at(at, Event::ToPerson { person, page, socket, event });
    }

    pub fn connect(&mut self, person: Person, page: u32, socket: SocketId) {
        self.next_wire += 1;
        let id = ConnectionId(self.next_wire);
        let (up, down) = (self.now, self.now);
        if self.now < self.back_at {
            let event = SocketEvent::Closed { code: 1006 };
            return self.after(1, 50, Event::ToPerson { person, page, socket, event });
        }
        self.wires.insert(id, Wire { person, page, socket, peer: None, alive: true, up, down });
        self.tell_person(id, SocketEvent::Opened);
    }

    pub fn wire_of(&self, person: Person, page: u32, socket: SocketId) -> Option<ConnectionId> {
        let is_it = |wire: &Wire| wire.person == person && wire.page == page && wire.socket == socket;
        self.wires.iter().find(|(_, wire)| is_it(wire)).map(|(id, _)| *id)
    }

    pub fn up(&mut self, wire: ConnectionId, frame: ClientFrame) {
        let delay = self.dice.millis(1, 80);
        let now = self.now;
        let Some(known) = self.wires.get_mut(&wire).filter(|wire| wire.alive) else { return };
        known.up = known.up.max(now + delay);
        let at = known.up;
        self.at(at, Event::ToServer { wire, frame });
    }

    /// The client has closed it: the server notices after everything that was sent before.
    pub fn hang_up_wire(&mut self, wire: ConnectionId) {
        let Some(known) = self.wires.get(&wire) else { return };
        let at = known.up.max(self.now);
        self.at(at + Duration::from_millis(1), Event::ServerNotices { wire });
    }

    /// A wire is cut: what is under way is lost, and both sides notice in their own time.
    pub fn cut(&mut self, wire: ConnectionId) {
        let Some(known) = self.wires.get_mut(&wire) else { return };
        known.alive = false;
        let (person, page, socket) = (known.person, known.page, known.socket);
        self.after(1, 5_000, Event::ServerNotices { wire });
        let event = SocketEvent::Closed { code: 1006 };
        self.after(1, 5_000, Event::ToPerson { person, page, socket, event });
    }

    /// Nothing arrives any more and nobody is told: each side finds out by itself.
    pub fn freeze(&mut self, wire: ConnectionId) {
        let Some(known) = self.wires.get_mut(&wire) else { return };
        known.alive = false;
        let silence = self.timeouts.silence;
        self.at(self.now + silence, Event::ServerNotices { wire });
    }

    /// The server is killed and forgets everything; after a while another one starts.
    pub fn restart(&mut self) {
        self.registry = Registry::new(LIMITS, self.timeouts.clone());
        self.boot = BootId::from_random(self.dice.bits());
        self.back_at = self.now + self.dice.millis(1, 8_000);
        for (_, Wire { person, page, socket, .. }) in std::mem::take(&mut self.wires) {
            let event = SocketEvent::Closed { code: 1006 };
            self.after(1, 100, Event::ToPerson { person, page, socket, event });
        }
    }

    pub fn report(&mut self, end: u32, from: u64, to: u64, event: PairEvent) {
        let Some((person, page, pair)) = self.ends.get(&end).copied() else { return };
        self.after(from, to, Event::Happens { person, page, input: Input::Pair { pair, event } });
    }
}

fn read_ticket(ticket: &str) -> Option<Claim> {
    let (peer, nickname) = ticket.split_once(' ')?;
    Some(Claim { peer: peer.parse().ok()?, nickname: Nickname::parse(nickname).ok()? })
}

fn read_grant(grant: &str) -> Option<Grant> {
    let (call, media, others) = serde_json::from_str(grant).ok()?;
    Some(Grant { call, media, others })
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    /// The earliest is the greatest, as the heap wants it.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}
