//! One room of the hub: a registry, its clock, and the mailboxes of its peers.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tracing::{debug, info};

use super::{Frame, Mailbox, crier::Crier, frame::Told};
use crate::{
    protocol::{self, BootId, CLOSE_TOO_SLOW, PeerId, ServerMessage},
    server::{
        config::OtherServer,
        metrics::Metrics,
        registry::{ConnectionId, Delivery, Event, Input, Join, Registry},
        relay::Offer,
        ticket::Signer,
    },
};

/// What every welcome says besides what the registry knows.
pub(super) struct Welcoming {
    pub boot: BootId,
    pub signer: Signer,
    /// ICE servers that the configuration names.
    pub others: Vec<OtherServer>,
    pub relay: Option<Offer>,
    /// Every call is to go through a relay.
    pub relay_only: bool,
    pub ticket_lifetime: Duration,
}

/// Whoever comes in just now.
#[derive(Clone, Copy)]
pub(super) struct Newcomer<'a> {
    pub mailbox: &'a Arc<Mailbox>,
    /// The `Host` under which its browser has reached this server.
    pub reached: Option<&'a str>,
}

pub(super) struct Room {
    key: protocol::Room,
    welcoming: Arc<Welcoming>,
    crier: Arc<Crier>,
    metrics: Arc<Metrics>,
    started: Instant,
    /// Held for one input with its deliveries, so that every peer hears things in the same order. Never held
    /// across an await: nothing in there waits.
    state: Mutex<State>,
    /// The next deadline is sooner than it was, or the room is empty.
    sooner: Notify,
}

struct State {
    registry: Registry,
    members: HashMap<ConnectionId, Member>,
    /// What newcomers were told since the room was last told anything.
    told: Told,
    /// What the clock waits for.
    alarm: Option<Duration>,
    /// The hub has forgotten this room: nobody joins any more.
    is_retired: bool,
}

struct Member {
    peer: PeerId,
    mailbox: Arc<Mailbox>,
}

impl Room {
    pub fn new(
        key: protocol::Room,
        registry: Registry,
        welcoming: Arc<Welcoming>,
        crier: Arc<Crier>,
        metrics: Arc<Metrics>,
        started: Instant,
    ) -> Arc<Self> {
        let state = State {
            registry,
            members: HashMap::new(),
            told: Told::default(),
            alarm: None,
            is_retired: false,
        };
        let (state, sooner) = (Mutex::new(state), Notify::new());
        Arc::new(Self { key, welcoming, crier, metrics, started, state, sooner })
    }

    pub fn key(&self) -> &protocol::Room {
        &self.key
    }

    /// `None` when the room is retired; inside, who was let in.
    pub fn join(&self, join: Join, newcomer: Newcomer<'_>) -> Option<Option<PeerId>> {
        let connection = join.connection;
        let mut state = self.state();
        if state.is_retired {
            return None;
        }
        self.handle(&mut state, Input::Join(join), Some(newcomer));
        Some(state.members.get(&connection).map(|member| member.peer))
    }

    pub fn input(&self, input: Input) {
        self.handle(&mut self.state(), input, None);
    }

    pub fn leave(&self, connection: ConnectionId, peer: PeerId) {
        let mut state = self.state();
        state.members.remove(&connection);
        self.handle(&mut state, Input::Closed { peer, connection }, None);
    }

    /// A fresh ticket, fresh credentials for the relay, and a fresh grant for whoever is in a call; nothing for whoever
    /// is not here any more.
    pub fn renewals(&self, peer: PeerId, reached: Option<&str>) -> Vec<ServerMessage> {
        let (nickname, grant) = {
            let registry = &self.state().registry;
            (registry.nickname(peer).cloned(), registry.grant_of(peer))
        };
        let ticket = nickname.map(|nickname| self.welcoming.ticket(&self.key, peer, &nickname));
        let ice_servers = self.welcoming.ice_servers(peer, reached);
        let ticket = ticket.map(|ticket| ServerMessage::Ticket { ticket, ice_servers });
        ticket.into_iter().chain(grant.map(|grant| self.welcoming.grant(&self.key, peer, grant))).collect()
    }

    /// Until the registry wants a tick, or the room is empty.
    pub async fn wait(&self) {
        loop {
            let alarm = self.set_alarm();
            let due = async {
                match alarm {
                    Some(at) => tokio::time::sleep_until(self.started + at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => return,
                () = self.sooner.notified() => {}
            }
            if self.state().registry.is_empty() {
                return;
            }
        }
    }

    fn set_alarm(&self) -> Option<Duration> {
        let mut state = self.state();
        state.alarm = state.registry.next_deadline();
        state.alarm
    }

    /// True when nobody was left; then nobody will come.
    pub fn retire(&self) -> bool {
        let mut state = self.state();
        state.is_retired = state.registry.is_empty();
        state.is_retired
    }

    fn handle(&self, state: &mut State, input: Input, newcomer: Option<Newcomer<'_>>) {
        let (mut next, mut lost) = (Some(input), VecDeque::new());
        let people = state.registry.len();
        while let Some(input) = next {
            for delivery in state.registry.handle(input, self.started.elapsed()) {
                lost.extend(self.deliver(state, delivery, newcomer));
            }
            next = lost.pop_front().map(|(connection, peer)| Input::Closed { peer, connection });
        }
        self.metrics.people.change(people, state.registry.len());
        let next = state.registry.next_deadline();
        let is_sooner = next.is_some_and(|next| state.alarm.is_none_or(|alarm| next < alarm));
        if is_sooner || state.registry.is_empty() {
            self.sooner.notify_one();
        }
    }

    /// Gives back whom it lost by that.
    fn deliver(
        &self,
        State { members, told, .. }: &mut State,
        delivery: Delivery,
        newcomer: Option<Newcomer<'_>>,
    ) -> Vec<(ConnectionId, PeerId)> {
        match delivery {
            Delivery::Welcome { to, id, admission } => {
                let Some(Newcomer { mailbox, reached }) = newcomer else { return Vec::new() };
                members.insert(to, Member { peer: admission.peer, mailbox: Arc::clone(mailbox) });
                let ticket = self.welcoming.ticket(&self.key, admission.peer, &admission.nickname);
                let ice_servers = self.welcoming.ice_servers(admission.peer, reached);
                let welcome = {
                    let Welcoming { boot, relay_only, .. } = *self.welcoming;
                    admission.complete(boot, ticket, ice_servers, relay_only)
                };
                send(members, to, Frame::write(Some(id), ServerMessage::Welcome(welcome)))
            }
            Delivery::Send { to, id, message } if members.contains_key(&to) => {
                self.metrics.count_message(&message);
                send(members, to, Frame::write(id, message))
            }
            Delivery::Send { id, message, .. } => {
                self.metrics.count_message(&message);
                if let Some(Newcomer { mailbox, .. }) = newcomer {
                    mailbox.push(Frame::write(id, message));
                }
                Vec::new()
            }
            Delivery::Introduce { to, people } => send(members, to, told.write(&people)),
            Delivery::Grant { to, peer, grant } => {
                send(members, to, Frame::write(None, self.welcoming.grant(&self.key, peer, grant)))
            }
            Delivery::Broadcast(message) => {
                told.clear();
                let frame = Frame::write(None, message);
                let slow: Vec<ConnectionId> = members
                    .iter()
                    .filter(|(_, member)| !member.mailbox.push_quietly(frame.clone()))
                    .map(|(connection, _)| *connection)
                    .collect();
                let lost = slow.into_iter().filter_map(|connection| drop_slow(members, connection)).collect();
                self.crier.call(members.values().map(|member| &member.mailbox));
                lost
            }
            Delivery::Close { connection, code } => {
                if let Some(member) = members.remove(&connection) {
                    member.mailbox.close(code);
                }
                Vec::new()
            }
            Delivery::Record(event) => {
                log(event);
                count(event, &self.metrics);
                Vec::new()
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line for each call that rings, is joined, ends; of connections only who looks for one wants to know.
fn log(event: Event) {
    let number = |connection: Option<ConnectionId>| connection.map(|connection| connection.0);
    match event {
        Event::Returned { connection, instead_of } => {
            debug!(connection = connection.0, instead_of = number(instead_of), "came back");
        }
        Event::Rings { call, caller, callee } => {
            info!(%call, caller = number(caller), callee = number(callee), "a call rings");
        }
        Event::Joined { call, connection } => {
            info!(%call, connection = number(connection), "joined a call");
        }
        Event::SetUp { .. } => {}
        Event::Ended { call, reason, lasted } => {
            info!(%call, ?reason, seconds = lasted.map(|lasted| lasted.as_secs()), "a call ended");
        }
    }
}

fn count(event: Event, metrics: &Metrics) {
    match event {
        Event::Rings { .. } => metrics.calls_rung.add(1),
        Event::Ended { reason, lasted, .. } => metrics.count_end(reason, lasted),
        Event::SetUp { took, relayed } => metrics.count_set_up(took, relayed),
        Event::Returned { .. } | Event::Joined { .. } => {}
    }
}

/// Whoever does not read is dropped, never buffered without end.
fn send(
    members: &mut HashMap<ConnectionId, Member>,
    to: ConnectionId,
    frame: Frame,
) -> Vec<(ConnectionId, PeerId)> {
    let is_full = members.get(&to).is_some_and(|member| !member.mailbox.push(frame));
    is_full.then(|| drop_slow(members, to)).flatten().into_iter().collect()
}

fn drop_slow(
    members: &mut HashMap<ConnectionId, Member>,
    connection: ConnectionId,
) -> Option<(ConnectionId, PeerId)> {
    let member = members.remove(&connection)?;
    info!(connection = connection.0, "dropped: it does not read");
    member.mailbox.close_at_once(CLOSE_TOO_SLOW);
    Some((connection, member.peer))
}
