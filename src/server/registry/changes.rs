//! Presence: changes gather for a moment, then go out together, once for the whole room.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
    sync::Arc,
    time::Duration,
};

use super::{Delivery, Registry, deadlines::Due, peer::Peer};
use crate::protocol::{Availability, PeerId, Presence, ServerMessage, Status};

/// People in one message: what is written to every socket of a large room in one piece stays small, and with it
/// each socket's buffer.
const MOST_IN_ONE: usize = 128;
/// People in a welcome. Nobody else gets the same one, so a large room is told in messages that all newcomers
/// share.
const MOST_IN_WELCOME: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Changes {
    pending: BTreeMap<PeerId, Change>,
    due: Option<Duration>,
    /// What those are told who come in, once somebody has, until the next announcement: what changes meanwhile is in
    /// that one, which they hear too.
    contacts: Option<Contacts>,
}

/// Everybody who has been announced.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    /// For the welcome, from which the newcomer itself is to be left out.
    pub first: Presence,
    pub further: Vec<Arc<Presence>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// `known` when the others still know an earlier stay of the same peer.
    Joined {
        known: bool,
    },
    Status,
    Left,
}

impl Changes {
    fn joined(&mut self, peer: PeerId) {
        let known = self.pending.get(&peer) == Some(&Change::Left);
        self.pending.insert(peer, Change::Joined { known });
    }

    fn status(&mut self, peer: PeerId) {
        self.pending.entry(peer).or_insert(Change::Status);
    }

    /// Whoever comes and goes between two announcements was never there.
    fn left(&mut self, peer: PeerId) {
        match self.pending.entry(peer) {
            Entry::Occupied(entry) if *entry.get() == Change::Joined { known: false } => {
                entry.remove();
            }
            Entry::Occupied(mut entry) => {
                entry.insert(Change::Left);
            }
            Entry::Vacant(entry) => {
                entry.insert(Change::Left);
            }
        }
    }

    /// True while the room has not been told that this peer is there.
    pub fn is_unannounced(&self, peer: PeerId) -> bool {
        matches!(self.pending.get(&peer), Some(Change::Joined { .. }))
    }
}

impl Registry {
    pub(super) fn note_joined(&mut self, peer: PeerId) {
        self.changes.joined(peer);
        self.schedule_announcement();
    }

    pub(super) fn note_status(&mut self, peer: PeerId) {
        self.changes.status(peer);
        self.schedule_announcement();
    }

    pub(super) fn note_left(&mut self, peer: PeerId) {
        self.changes.left(peer);
        self.schedule_announcement();
    }

    fn schedule_announcement(&mut self) {
        if self.changes.due.is_none() {
            let at = self.now + self.timeouts.presence_tick;
            self.changes.due = Some(at);
            self.deadlines.add(at, Due::Presence);
        }
    }

    pub(super) fn announce_changes(&mut self) {
        if let Some(at) = self.changes.due.take() {
            self.deadlines.remove(at, Due::Presence);
        }
        self.changes.contacts = None;
        let changes: Vec<(PeerId, Change)> = mem::take(&mut self.changes.pending).into_iter().collect();
        for portion in changes.chunks(MOST_IN_ONE) {
            let presence = self.describe(portion);
            self.out.push(Delivery::Broadcast(ServerMessage::Presence(presence)));
        }
    }

    fn describe(&self, changes: &[(PeerId, Change)]) -> Presence {
        let mut presence = Presence::default();
        for &(id, change) in changes {
            match (change, self.peers.get(&id)) {
                (Change::Joined { .. }, Some(peer)) => self.introduce(&mut presence, id, peer),
                (Change::Status, Some(_)) => {
                    presence.status.insert(id, self.status(id));
                }
                (_, None) | (Change::Left, _) => presence.left.push(id),
            }
        }
        presence
    }

    fn introduce(&self, presence: &mut Presence, id: PeerId, peer: &Peer) {
        presence.joined.insert(id, peer.nickname.clone());
        let status = self.status(id);
        if status != Status::Available {
            presence.status.insert(id, status);
        }
    }

    /// The room as it was last announced: for the welcome, and what follows it. Whoever is not in it yet comes with
    /// the next announcement, which the newcomer hears too. So nobody is told of anybody twice, however many join at
    /// once; and all who do are told the same, themselves included when they come back. It is put together once for
    /// all of them, or a crowd that comes and goes would have the whole room written down for each of them.
    pub(super) fn contacts(&mut self, newcomer: PeerId) -> Contacts {
        let contacts = self.changes.contacts.take().unwrap_or_else(|| self.announced());
        let mut told = contacts.clone();
        self.changes.contacts = Some(contacts);
        told.first.joined.remove(&newcomer);
        told.first.status.remove(&newcomer);
        told
    }

    fn announced(&self) -> Contacts {
        let announced: Vec<(PeerId, &Peer)> = self
            .peers
            .iter()
            .filter(|(id, _)| !self.changes.is_unannounced(**id))
            .map(|(id, peer)| (*id, peer))
            .collect();
        let (first, rest) = announced.split_at(announced.len().min(MOST_IN_WELCOME));
        let further = rest.chunks(MOST_IN_ONE).map(|portion| Arc::new(self.introduction(portion))).collect();
        Contacts { first: self.introduction(first), further }
    }

    fn introduction(&self, people: &[(PeerId, &Peer)]) -> Presence {
        let mut presence = Presence::default();
        people.iter().for_each(|(id, peer)| self.introduce(&mut presence, *id, peer));
        presence
    }

    pub(super) fn set_availability(&mut self, id: PeerId, availability: Availability) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if peer.availability != availability {
            peer.availability = availability;
            self.note_status(id);
        }
    }

    /// What others see: ringing and calls stand before what a person says of themselves.
    pub(super) fn status(&self, id: PeerId) -> Status {
        let Some(peer) = self.peers.get(&id) else { return Status::default() };
        if let Some(call) = peer.call.and_then(|call| self.calls.get(&call)) {
            return if call.is_connected(id) { Status::InCall } else { Status::Ringing };
        }
        match peer.availability {
            Availability::Available => Status::Available,
            Availability::Away => Status::Away,
            Availability::DoNotDisturb => Status::DoNotDisturb,
        }
    }
}
