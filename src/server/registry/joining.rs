//! Coming into the room, and coming back to it.

use super::{
    Admission, Delivery, Event, Join, Registry,
    changes::Contacts,
    deadlines::Due,
    peer::{Link, Peer},
};
use crate::{
    protocol::{Availability, CLOSE_SUPERSEDED, ErrorCode, Nickname, PeerId, ServerMessage},
    server::{
        names::{self, Skeleton},
        sentences::Refusal,
    },
};

impl Registry {
    pub(super) fn join(&mut self, join: Join) {
        if let Some(peer) = join.claim.as_ref().map(|claim| claim.peer).filter(|peer| self.knows(*peer)) {
            return self.resume(peer, &join);
        }
        match self.admit(&join) {
            Ok(peer) => {
                self.welcome(peer, &join);
                self.tell_what_was_missed(peer, &join);
            }
            Err(refusal) => {
                let message = refusal.into();
                self.out.push(Delivery::Send { to: join.connection, id: Some(join.id), message });
            }
        }
    }

    fn admit(&mut self, join: &Join) -> Result<PeerId, Refusal> {
        if self.knows(join.fresh) {
            return Err(ErrorCode::RoomFull.into());
        }
        let (id, nickname) = match &join.claim {
            Some(claim) => (claim.peer, self.restored(&claim.nickname)?),
            None => (join.fresh, self.unclaimed(&join.nickname)?),
        };
        self.make_room()?;
        self.names.extend(Skeleton::of(&nickname).map(|skeleton| (skeleton, id)));
        let (incarnation, availability) = (join.incarnation, Availability::default());
        let link = Link::Online { connection: join.connection, leaving: false };
        self.peers
            .insert(id, Peer { nickname, incarnation, availability, link, call: None, takes_part: None });
        self.note_joined(id);
        if let Some(grant) = &join.grant {
            self.come_back_to_call(id, grant);
        }
        Ok(id)
    }

    /// In a full room whoever comes goes before those in grace, who may come back with their tickets all the same:
    /// else a thousand connections that were opened and dropped would keep everybody out for the grace.
    fn make_room(&mut self) -> Result<(), ErrorCode> {
        if self.peers.len() < self.limits.peers {
            return Ok(());
        }
        let in_a_call = |peer: &PeerId| self.peers.get(peer).is_some_and(|peer| peer.call.is_some());
        let spare = self.deadlines.leaving().find(|peer| !in_a_call(peer)).ok_or(ErrorCode::RoomFull)?;
        self.forget(spare);
        Ok(())
    }

    fn unclaimed(&self, typed: &str) -> Result<Nickname, Refusal> {
        let nickname = names::normalise(typed)?;
        if self.is_free(&nickname) {
            return Ok(nickname);
        }
        Err(Refusal::NicknameTaken { suggestion: self.free_variant(&nickname) })
    }

    /// Whoever comes back is let in, with another name if theirs has been taken.
    fn restored(&self, nickname: &Nickname) -> Result<Nickname, Refusal> {
        if self.is_free(nickname) {
            return Ok(nickname.clone());
        }
        self.free_variant(nickname).ok_or(Refusal::NicknameTaken { suggestion: None })
    }

    fn free_variant(&self, nickname: &Nickname) -> Option<Nickname> {
        names::free_variant(nickname, self.peers.len(), |variant| self.is_free(variant))
    }

    fn is_free(&self, nickname: &Nickname) -> bool {
        Skeleton::of(nickname).iter().all(|skeleton| !self.names.contains_key(skeleton))
    }

    /// The newest connection is the peer's; an older one gives way.
    fn resume(&mut self, id: PeerId, join: &Join) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let is_new_page = peer.incarnation != join.incarnation;
        peer.incarnation = join.incarnation;
        let link = Link::Online { connection: join.connection, leaving: false };
        let (instead_of, missed) = match std::mem::replace(&mut peer.link, link) {
            Link::Online { connection, .. } => {
                self.out.push(Delivery::Close { connection, code: CLOSE_SUPERSEDED });
                (Some(connection), None)
            }
            Link::Lost { until, ended } => {
                self.deadlines.remove(until, Due::Gone(id));
                (None, ended)
            }
        };
        let call = peer.call.filter(|_| is_new_page);
        if let Some(call) = call.and_then(|call| self.calls.get_mut(&call)) {
            call.rejoin(id);
        }
        self.record(Event::Returned { connection: join.connection, instead_of });
        self.welcome(id, join);
        if let Some((call, reason)) = missed {
            self.tell(id, ServerMessage::CallEnded { call, reason });
        }
        self.return_to_call(id, is_new_page);
    }

    fn welcome(&mut self, peer: PeerId, join: &Join) {
        let Some(entry) = self.peers.get(&peer) else { return };
        let call = entry.call.and_then(|id| Some(self.snapshot(id, self.calls.get(&id)?)));
        let (nickname, availability) = (entry.nickname.clone(), entry.availability);
        let to = join.connection;
        let Contacts { first, further } = self.contacts(peer);
        let admission = Admission { peer, nickname, availability, contacts: first, call };
        self.out.push(Delivery::Welcome { to, id: join.id, admission });
        self.out.extend(further.into_iter().map(|people| Delivery::Introduce { to, people }));
        self.grant(peer);
    }

    /// Hands over what was said meanwhile, and tells the others when they have to begin anew.
    fn return_to_call(&mut self, id: PeerId, is_new_page: bool) {
        let Some(call_id) = self.peers.get(&id).and_then(|peer| peer.call) else { return };
        let Some(call) = self.calls.get_mut(&call_id) else { return };
        let others: Vec<PeerId> = call.peers().into_iter().filter(|other| *other != id).collect();
        let Some(member) = call.member_mut(id) else { return };
        let has_joined = member.is_joined();
        // What was said to an earlier page of a participant is of no use to the new one.
        let missed = if is_new_page && has_joined { Vec::new() } else { member.inbox.signals() };
        if has_joined {
            member.inbox.clear();
        }
        for signal in missed {
            self.tell(id, signal);
        }
        if is_new_page && has_joined {
            self.tell_of_new_page(id, &others);
        }
    }

    fn tell_of_new_page(&mut self, id: PeerId, others: &[PeerId]) {
        let Some(call_id) = self.peers.get(&id).and_then(|peer| peer.call) else { return };
        let Some(message) = self.participant_joined(call_id, id) else { return };
        for other in others {
            if let Some(member) = self.calls.get_mut(&call_id).and_then(|call| call.member_mut(*other)) {
                member.inbox.forget_from(id);
            }
            self.tell(*other, message.clone());
        }
    }
}
