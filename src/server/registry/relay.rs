//! What the members of a call say to each other, forwarded unread.

use std::time::Duration;

use super::{Delivery, Event, Registry};
use crate::protocol::{CallId, ErrorCode, Payload, PeerId, ServerMessage};

impl Registry {
    /// A participant may speak to everybody in the call, those it still rings for too. Somebody who has not
    /// accepted may not answer: its addresses stay its own.
    pub(super) fn relay(
        &mut self,
        from: PeerId,
        id: CallId,
        to: PeerId,
        payload: Payload,
    ) -> Result<(), ErrorCode> {
        if from == to {
            return Err(ErrorCode::Yourself);
        }
        let connection = self.connection(to);
        let call = self.calls.get_mut(&id).ok_or(ErrorCode::UnknownCall)?;
        if !call.member(from).ok_or(ErrorCode::UnknownCall)?.is_joined() {
            return Err(ErrorCode::NotAccepted);
        }
        let member = call.member_mut(to).ok_or(ErrorCode::UnknownCall)?;
        let size = payload.as_str().len();
        let signal = ServerMessage::Signal { call: id, from, payload };
        if !member.is_joined() || connection.is_none() {
            member.inbox.keep(from, signal.clone(), size);
        }
        self.tell(to, signal);
        Ok(())
    }

    /// Counts once for each participant of a call, however often it is said.
    pub(super) fn note_set_up(
        &mut self,
        by: PeerId,
        id: CallId,
        took: Duration,
        relayed: bool,
    ) -> Result<(), ErrorCode> {
        let call = self.calls.get_mut(&id).ok_or(ErrorCode::UnknownCall)?;
        let member = call.member_mut(by).ok_or(ErrorCode::UnknownCall)?;
        if !member.is_joined() {
            return Err(ErrorCode::NotAccepted);
        }
        if !std::mem::replace(&mut member.sees, true) {
            self.out.push(Delivery::Record(Event::SetUp { took, relayed }));
        }
        Ok(())
    }
}
