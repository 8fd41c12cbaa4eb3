//! Losing a connection, leaving the room, leaving a call.

use super::{
    Asked, ConnectionId, Event, Registry,
    call::{Call, Member, while_ringing},
    deadlines::Due,
    peer::{Link, Peer},
};
use crate::{
    protocol::{CallId, EndReason, PeerId, ServerMessage},
    server::names::Skeleton,
};

impl Registry {
    /// The peer keeps its place for the grace; nobody is told.
    pub(super) fn lose(&mut self, id: PeerId, closed: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let Link::Online { connection, leaving } = peer.link else { return };
        if connection == closed {
            let takes_part = peer.call.is_some() && peer.takes_part == peer.call;
            let grace = match (leaving, takes_part) {
                (true, _) => self.timeouts.leaving_grace,
                (false, true) => self.timeouts.call_grace,
                (false, false) => self.timeouts.grace,
            };
            let until = self.now + grace;
            peer.link = Link::Lost { until, ended: None };
            self.deadlines.add(until, Due::Gone(id));
        }
    }

    /// The grace is over.
    pub(super) fn forget(&mut self, id: PeerId) {
        if let Some(call) = self.peers.get(&id).and_then(|peer| peer.call) {
            self.part(None, call, id, EndReason::Gone);
        }
        if let Some(peer) = self.peers.remove(&id) {
            if let Link::Lost { until, .. } = peer.link {
                self.deadlines.remove(until, Due::Gone(id));
            }
            for skeleton in Skeleton::of(&peer.nickname) {
                self.names.remove(&skeleton);
            }
            self.note_left(id);
        }
    }

    /// Takes a member out of a call, and with it those it still rings for. Alone, nobody is in a call.
    pub(super) fn part(&mut self, asked: Option<Asked>, id: CallId, peer: PeerId, reason: EndReason) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let orphans = call.rung_by(peer);
        let Some(member) = call.remove(peer) else { return };
        let rung: Vec<Member> = orphans.iter().filter_map(|orphan| call.remove(*orphan)).collect();
        let goes_on = call.goes_on();
        let nobody_there = call.participants().is_empty() && call.awaited().is_empty();
        let own = if nobody_there { while_ringing(reason) } else { reason };

        self.release(asked, id, &member, own);
        for orphan in &rung {
            self.release(asked, id, orphan, while_ringing(reason));
        }
        if goes_on {
            self.tell_parted(asked, id, &member, reason);
            for orphan in &rung {
                self.tell_parted(asked, id, orphan, while_ringing(reason));
            }
            self.grant_all(id);
            self.note_members(id);
        } else {
            self.end(asked, id, reason);
        }
    }

    /// Ends a call for everybody who is still in it.
    pub(super) fn end(&mut self, asked: Option<Asked>, id: CallId, reason: EndReason) {
        let Some(call) = self.calls.remove(&id) else { return };
        if !call.awaited().is_empty() || self.misses_somebody_of(&call) {
            // Whoever is back and has not heard of it may still ask for it.
            self.over.insert(id, reason);
            self.deadlines.add(self.now + self.timeouts.reunion, Due::Reunion(id));
        }
        for member in call.members() {
            self.release(asked, id, member, reason);
        }
        let lasted = call.since().map(|since| self.now.saturating_sub(since));
        self.record(Event::Ended { call: id, reason, lasted });
    }

    fn misses_somebody_of(&self, call: &Call) -> bool {
        let is_lost = |peer: &Peer| matches!(peer.link, Link::Lost { .. });
        call.members().iter().any(|member| self.peers.get(&member.peer).is_some_and(is_lost))
    }

    /// The call is over for one peer, who is told so, now or when it is back.
    fn release(&mut self, asked: Option<Asked>, call: CallId, member: &Member, reason: EndReason) {
        self.stop_ringing(call, member.peer, member.standing);
        let Some(peer) = self.peers.get_mut(&member.peer) else { return };
        peer.call = None;
        if let Link::Lost { until, ended } = &mut peer.link {
            *ended = Some((call, reason));
            // Nobody waits for it any more as for one who is talking.
            let sooner = (*until).min(self.now + self.timeouts.grace);
            self.deadlines.remove(*until, Due::Gone(member.peer));
            self.deadlines.add(sooner, Due::Gone(member.peer));
            *until = sooner;
        }
        self.note_status(member.peer);
        self.tell_answering(asked, member.peer, ServerMessage::CallEnded { call, reason });
    }

    /// The call goes on without that member.
    fn tell_parted(&mut self, asked: Option<Asked>, call: CallId, member: &Member, reason: EndReason) {
        let peer = member.peer;
        let message = if member.is_joined() {
            ServerMessage::ParticipantLeft { call, peer, reason }
        } else {
            ServerMessage::InvitationEnded { call, peer, reason }
        };
        let participants = self.calls.get(&call).map(|call| call.participants()).unwrap_or_default();
        for participant in participants {
            self.tell_answering(asked, participant, message.clone());
        }
    }
}
