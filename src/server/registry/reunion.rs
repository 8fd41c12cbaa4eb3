//! Calls that outlive the server: each participant holds a grant that says so, and a server that knows nothing
//! of the call takes it up again.
//!
//! **A grant speaks for nobody but the one who holds it**: it makes its holder busy, and nobody else.

use super::{Asked, Delivery, Event, Grant, Join, Registry, call::Call, deadlines::Due};
use crate::protocol::{CallId, EndReason, PeerId, ServerMessage};

impl Registry {
    /// Puts somebody who is back into the call it was in. A call that was made anew under the same id, or is
    /// known to be over, is not joined so.
    pub(super) fn come_back_to_call(&mut self, id: PeerId, grant: &Grant) {
        let Grant { call, media, ref others } = *grant;
        match self.calls.get_mut(&call) {
            Some(known) => {
                if !known.take_back(id, media) {
                    return;
                }
            }
            None if self.over.contains_key(&call) || others.is_empty() => return,
            None => {
                let awaited = others.iter().copied().filter(|other| *other != id).collect();
                self.calls.insert(call, Call::taken_up_by(id, media, awaited, self.now));
                self.deadlines.add(self.now + self.timeouts.reunion, Due::Reunion(call));
            }
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.call = Some(call);
        }
        self.record(Event::Joined { call, connection: self.connection(id) });
        if let Some(message) = self.participant_joined(call, id) {
            self.tell_others(call, id, &message);
        }
        self.note_members(call);
    }

    /// After a welcome that lacked the call: why.
    pub(super) fn tell_what_was_missed(&mut self, id: PeerId, join: &Join) {
        let Some(call) = join.grant.as_ref().map(|grant| grant.call) else { return };
        if let Some(reason) = self.over.get(&call).copied() {
            self.tell(id, ServerMessage::CallEnded { call, reason });
        }
    }

    /// Somebody who is awaited says that it does not come back to the call. False for everybody else.
    pub(super) fn stays_away(&mut self, asked: Asked, id: CallId) -> bool {
        let is_awaited = self.calls.get_mut(&id).is_some_and(|call| call.await_no_longer(asked.by));
        if is_awaited {
            self.answer(asked, ServerMessage::CallEnded { call: id, reason: EndReason::HungUp });
            self.count_out(id, asked.by, EndReason::HungUp);
        }
        is_awaited
    }

    /// There was time enough to come back.
    pub(super) fn end_reunion(&mut self, id: CallId) {
        self.over.remove(&id);
        let awaited = self.calls.get(&id).map(|call| call.awaited().clone()).unwrap_or_default();
        for peer in awaited {
            if let Some(call) = self.calls.get_mut(&id) {
                call.await_no_longer(peer);
            }
            self.count_out(id, peer, EndReason::Gone);
        }
    }

    fn count_out(&mut self, call: CallId, peer: PeerId, reason: EndReason) {
        if self.calls.get(&call).is_some_and(Call::goes_on) {
            self.tell_others(call, peer, &ServerMessage::ParticipantLeft { call, peer, reason });
            self.grant_all(call);
        } else {
            self.end(None, call, reason);
        }
    }

    fn tell_others(&mut self, call: CallId, but: PeerId, message: &ServerMessage) {
        let participants = self.calls.get(&call).map(Call::participants).unwrap_or_default();
        participants
            .into_iter()
            .filter(|peer| *peer != but)
            .for_each(|peer| self.tell(peer, message.clone()));
    }

    /// To everybody who is in the call and here: who is in it has changed.
    pub(super) fn grant_all(&mut self, call: CallId) {
        let participants = self.calls.get(&call).map(Call::participants).unwrap_or_default();
        participants.into_iter().for_each(|peer| self.grant(peer));
    }

    pub(super) fn grant(&mut self, peer: PeerId) {
        if let (Some(to), Some(grant)) = (self.connection(peer), self.grant_of(peer)) {
            self.out.push(Delivery::Grant { to, peer, grant });
        }
    }

    /// What a participant may be given to prove that it is one.
    #[must_use]
    pub fn grant_of(&self, peer: PeerId) -> Option<Grant> {
        let id = self.peers.get(&peer)?.call?;
        let call = self.calls.get(&id).filter(|call| call.is_connected(peer))?;
        let media = call.member(peer)?.media;
        let here = call.participants().into_iter().filter(|other| *other != peer);
        let others = here.chain(call.awaited().iter().copied()).collect();
        Some(Grant { call: id, media, others })
    }
}
