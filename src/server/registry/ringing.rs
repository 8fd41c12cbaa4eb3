//! Calling somebody, and every way in which the ringing ends.

use super::{
    Asked, Event, Registry,
    call::{Call, Standing},
    deadlines::Due,
};
use crate::protocol::{Availability, CallId, EndReason, ErrorCode, Media, PeerId, ServerMessage};

impl Registry {
    pub(super) fn invite(
        &mut self,
        asked: Asked,
        id: CallId,
        callee: PeerId,
        media: Media,
    ) -> Result<(), ErrorCode> {
        if callee == asked.by {
            return Err(ErrorCode::Yourself);
        }
        match self.peers.get(&asked.by).and_then(|peer| peer.call) {
            None if self.calls.contains_key(&id) || self.over.contains_key(&id) => {
                Err(ErrorCode::CallIdTaken)
            }
            None => self.open_call(asked, id, callee, media),
            Some(own) if own == id => self.invite_into(asked, id, callee, media),
            Some(own) if self.rings_back(asked.by, callee, own) => {
                self.connect_glare(asked, id, own, callee, media)
            }
            Some(_) => Err(ErrorCode::AlreadyInCall),
        }
    }

    fn open_call(&mut self, asked: Asked, id: CallId, callee: PeerId, media: Media) -> Result<(), ErrorCode> {
        self.check_callable(asked.by, callee)?;
        self.calls.insert(id, Call::opened_by(asked.by, media));
        self.set_call(asked.by, id);
        self.ring(asked, id, callee, media);
        Ok(())
    }

    /// From inside a call: for a further person, or the same invitation again.
    fn invite_into(
        &mut self,
        asked: Asked,
        id: CallId,
        callee: PeerId,
        media: Media,
    ) -> Result<(), ErrorCode> {
        let call = self.calls.get(&id).ok_or(ErrorCode::UnknownCall)?;
        if !call.member(asked.by).is_some_and(|member| member.is_joined()) {
            return Err(ErrorCode::NotAccepted);
        }
        if call.rung_by(asked.by).contains(&callee) {
            self.answer(asked, ServerMessage::Ringing { call: id, peer: callee });
            return Ok(());
        }
        let is_full = call.members().len() >= self.limits.call_members;
        self.check_callable(asked.by, callee)?;
        if is_full {
            return Err(ErrorCode::CallFull);
        }
        self.ring(asked, id, callee, media);
        Ok(())
    }

    fn check_callable(&self, caller: PeerId, callee: PeerId) -> Result<(), ErrorCode> {
        let peer = self.peers.get(&callee).ok_or(ErrorCode::UnknownPeer)?;
        if peer.link.connection().is_none() {
            Err(ErrorCode::Offline)
        } else if peer.call.is_some() {
            Err(ErrorCode::Busy)
        } else if peer.availability == Availability::DoNotDisturb {
            Err(ErrorCode::DoNotDisturb)
        } else if self.declines.must_wait(caller, callee) {
            Err(ErrorCode::DeclinedRecently)
        } else {
            Ok(())
        }
    }

    fn ring(&mut self, asked: Asked, id: CallId, callee: PeerId, media: Media) {
        let until = self.now + self.timeouts.ring;
        let Some(call) = self.calls.get_mut(&id) else { return };
        let participants = call.participants();
        call.invite(callee, asked.by, media, until);
        self.set_call(callee, id);
        self.deadlines.add(until, Due::Ring { call: id, peer: callee });
        self.note_welcome(callee, asked.by);
        self.note_members(id);
        // Nobody is rung by a stranger: presence names the caller first.
        if participants.iter().any(|peer| self.changes.is_unannounced(*peer)) {
            self.announce_changes();
        }
        let (caller, rung) = (self.connection(asked.by), self.connection(callee));
        self.record(Event::Rings { call: id, caller, callee: rung });
        self.tell(callee, ServerMessage::Invited { call: id, from: asked.by, media, participants });
        self.answer(asked, ServerMessage::Ringing { call: id, peer: callee });
    }

    fn set_call(&mut self, peer: PeerId, call: CallId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.call = Some(call);
        }
    }

    /// True when `caller`, who is being rung in a call of two, calls the very person who rings.
    fn rings_back(&self, caller: PeerId, callee: PeerId, call: CallId) -> bool {
        self.calls
            .get(&call)
            .is_some_and(|call| call.members().len() == 2 && call.rung_by(callee).contains(&caller))
    }

    /// Two people call each other at once: they are connected. The lower id wins, so that both sides know.
    fn connect_glare(
        &mut self,
        asked: Asked,
        id: CallId,
        rung: CallId,
        other: PeerId,
        media: Media,
    ) -> Result<(), ErrorCode> {
        if self.calls.contains_key(&id) {
            return Err(ErrorCode::CallIdTaken);
        }
        if rung < id {
            let message = ServerMessage::CallEnded { call: id, reason: EndReason::Superseded { by: rung } };
            self.answer(asked, message.clone());
            self.tell(other, message);
            self.admit_to_call(None, rung, asked.by, media);
            return Ok(());
        }
        let wanted =
            self.calls.get(&rung).and_then(|call| call.member(other)).map_or(media, |member| member.media);
        self.end(None, rung, EndReason::Superseded { by: id });
        let mut call = Call::opened_by(asked.by, media);
        call.invite(other, asked.by, media, self.now);
        self.calls.insert(id, call);
        self.set_call(asked.by, id);
        self.set_call(other, id);
        self.answer(asked, ServerMessage::Ringing { call: id, peer: other });
        self.admit_to_call(None, id, other, wanted);
        Ok(())
    }

    /// Accepting twice is accepting once.
    pub(super) fn accept(&mut self, asked: Asked, id: CallId, media: Media) -> Result<(), ErrorCode> {
        let call = self.calls.get(&id).ok_or(ErrorCode::UnknownCall)?;
        let member = call.member(asked.by).ok_or(ErrorCode::UnknownCall)?;
        if member.is_joined() {
            if let Some(message) = self.participant_joined(id, asked.by) {
                self.answer(asked, message);
            }
            return Ok(());
        }
        if let Some(caller) = member.invited_by {
            self.note_welcome(caller, asked.by);
        }
        self.admit_to_call(Some(asked), id, asked.by, media);
        Ok(())
    }

    /// The new participant hears of those who are in already, the earliest first, then of itself; the others
    /// hear of it.
    fn admit_to_call(&mut self, asked: Option<Asked>, id: CallId, peer: PeerId, media: Media) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let earlier = call.participants();
        let standing = call.member(peer).map(|member| member.standing);
        call.admit(peer, media, self.now);
        self.stop_ringing(id, peer, standing.unwrap_or(Standing::Joined));
        for participant in &earlier {
            if let Some(message) = self.participant_joined(id, *participant) {
                self.tell(peer, message);
            }
        }
        if let Some(message) = self.participant_joined(id, peer) {
            for participant in earlier {
                self.tell(participant, message.clone());
            }
            self.tell_answering(asked, peer, message);
        }
        self.record(Event::Joined { call: id, connection: self.connection(peer) });
        self.grant_all(id);
        self.note_members(id);
    }

    pub(super) fn decline(&mut self, asked: Asked, id: CallId) -> Result<(), ErrorCode> {
        let member =
            self.calls.get(&id).and_then(|call| call.member(asked.by)).ok_or(ErrorCode::UnknownCall)?;
        if member.is_joined() {
            return Err(ErrorCode::AlreadyInCall);
        }
        if let Some(caller) = member.invited_by {
            self.note_declined(caller, asked.by);
        }
        self.part(Some(asked), id, asked.by, EndReason::Declined);
        Ok(())
    }

    /// Too late for somebody who has accepted in this moment: in a call of two that is hanging up.
    pub(super) fn cancel(&mut self, asked: Asked, id: CallId, callee: PeerId) -> Result<(), ErrorCode> {
        let call = self.calls.get(&id).ok_or(ErrorCode::UnknownCall)?;
        let by = call.member(asked.by).ok_or(ErrorCode::UnknownCall)?;
        let invited = call.member(callee).filter(|member| member.invited_by == Some(asked.by));
        let invited =
            invited.ok_or(if by.is_joined() { ErrorCode::UnknownPeer } else { ErrorCode::NotAccepted })?;
        if !invited.is_joined() {
            self.part(Some(asked), id, callee, EndReason::Cancelled);
        } else if call.members().len() == 2 {
            self.part(Some(asked), id, asked.by, EndReason::HungUp);
        } else {
            return Err(ErrorCode::Busy);
        }
        Ok(())
    }

    /// Leaving while it rings is declining, of somebody who had accepted before the server forgot the call: no
    /// reason to have the caller wait.
    pub(super) fn leave(&mut self, asked: Asked, id: CallId) -> Result<(), ErrorCode> {
        if self.stays_away(asked, id) {
            return Ok(());
        }
        let member =
            self.calls.get(&id).and_then(|call| call.member(asked.by)).ok_or(ErrorCode::UnknownCall)?;
        let reason = if member.is_joined() { EndReason::HungUp } else { EndReason::Declined };
        self.part(Some(asked), id, asked.by, reason);
        Ok(())
    }

    /// Nobody answered.
    pub(super) fn ring_out(&mut self, call: CallId, peer: PeerId) {
        self.part(None, call, peer, EndReason::NoAnswer);
    }
}
