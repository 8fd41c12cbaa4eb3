//! After a time without a connection: what this phone and the server know of a call is brought together.

use super::{
    Phone, Time,
    active::{ActiveCall, Other, Stage},
    status::Ended,
};
use crate::protocol::{CallState, ClientMessage, EndReason, Member, PeerId};

impl Phone {
    /// Brings together what this phone and the server know of a call, after a time without a connection.
    pub(super) fn agree_on_call(
        &mut self,
        theirs: Option<CallState>,
        fresh: bool,
        restarted: bool,
        now: Time,
    ) {
        let mine = self.call.as_ref().filter(|call| !call.is_over()).map(|call| call.id);
        match (mine, theirs) {
            (None, None) => {}
            (None, Some(state)) if fresh => self.take_up(state, now),
            (None, Some(state)) => self.leave_unknown(&state),
            (Some(mine), Some(state)) if mine == state.call => self.compare(state, now),
            (Some(_), Some(state)) => self.switch_over(state, now),
            (Some(_), None) => self.server_forgot(restarted, now),
        }
    }

    /// The page was loaded again in the middle of a call.
    fn take_up(&mut self, state: CallState, now: Time) {
        let Some(me) = self.me() else { return };
        let Some(own) = state.members.iter().find(|member| member.peer == me) else { return };
        let (media, invited_by) = (own.media, own.invited_by);
        if !own.joined {
            if let Some(from) = invited_by {
                let participants = joined(&state.members);
                self.invited(state.call, from, media, &participants, now);
            }
            return;
        }
        let others = self.others(state.members.iter().filter(|member| member.peer != me && member.joined));
        if others.is_empty() {
            // It was ringing somebody: what was offered there is gone with the earlier page.
            self.send(ClientMessage::Leave { call: state.call });
            return;
        }
        let camera = self.camera_for(media);
        self.begin(ActiveCall::new(state.call, Stage::Joined, others, camera));
        self.agreed(now);
    }

    fn others<'a>(&self, members: impl Iterator<Item = &'a Member>) -> Vec<Other> {
        let other = |member: &Member| {
            let mut other = Other::new(member.peer, self.name_of(member.peer));
            other.incarnation = Some(member.incarnation);
            // A connection of the earlier page may still be on the other side.
            other.next_generation = 1;
            other
        };
        members.map(other).collect()
    }

    /// A call that this person left while the server could not hear it.
    fn leave_unknown(&mut self, state: &CallState) {
        let own = state.members.iter().find(|member| Some(member.peer) == self.me());
        match own {
            Some(own) if own.joined => self.send(ClientMessage::Leave { call: state.call }),
            _ => self.send(ClientMessage::Decline { call: state.call }),
        };
    }

    /// The same call on both sides: says again whatever may have been lost.
    fn compare(&mut self, state: CallState, now: Time) {
        let Some(me) = self.me() else { return };
        let CallState { call: id, members } = state;
        let own_joined = members.iter().any(|member| member.peer == me && member.joined);
        let Some(call) = &mut self.call else { return };
        match call.stage {
            Stage::Outgoing { .. } if members.iter().all(|member| member.peer == me || !member.joined) => {
                self.invite_again();
            }
            Stage::Accepting { media, .. } if !own_joined => {
                let accept = self.send(ClientMessage::Accept { call: id, media });
                if let Some(call) = &mut self.call {
                    call.stage = Stage::Accepting { accept: Some(accept), media };
                }
            }
            Stage::Accepting { .. } => call.stage = Stage::Joined,
            _ => {}
        }
        self.drop_absent(&members);
        for member in members.iter().filter(|member| member.joined && member.peer != me) {
            self.participant_joined(id, member.peer, member.incarnation, now);
        }
        self.say_again();
    }

    fn drop_absent(&mut self, members: &[Member]) {
        let Some(call) = &self.call else { return };
        let id = call.id;
        let absent: Vec<PeerId> = call.others.iter().map(|other| other.peer).collect();
        for peer in absent.into_iter().filter(|peer| members.iter().all(|member| member.peer != *peer)) {
            self.participant_left(id, peer);
        }
    }

    fn invite_again(&mut self) {
        let Some(call) = &self.call else { return };
        let (Stage::Outgoing { media, .. }, Some(peer), id) =
            (&call.stage, call.first().map(|o| o.peer), call.id)
        else {
            return;
        };
        let sent = self.send(ClientMessage::Invite { call: id, peer, media: *media });
        if let Some(ActiveCall { stage: Stage::Outgoing { invite, .. }, .. }) = &mut self.call {
            *invite = sent;
        }
    }

    /// The server has this person in another call than this phone does.
    fn switch_over(&mut self, state: CallState, now: Time) {
        let Some(me) = self.me() else { return };
        let own_joined = state.members.iter().any(|member| member.peer == me && member.joined);
        let first = self.call.as_ref().and_then(|call| call.first()).map(|other| other.peer);
        let same_person = state.members.iter().any(|member| Some(member.peer) == first && member.joined);
        let outgoing = matches!(self.call.as_ref().map(|call| &call.stage), Some(Stage::Outgoing { .. }));
        if outgoing && own_joined && same_person {
            self.give_way_to(state.call, now);
            self.compare(state, now);
            return;
        }
        self.end_call(Ended::There(EndReason::Gone), now);
        if own_joined { self.leave_unknown(&state) } else { self.take_up(state, now) }
    }

    /// The server knows of no call. After a restart a call whose media flows goes on without it.
    fn server_forgot(&mut self, restarted: bool, now: Time) {
        let Some(call) = &self.call else { return };
        match call.stage {
            Stage::Outgoing { ringing, .. } if restarted || !ringing => self.invite_again(),
            Stage::Joined if restarted && call.connected_since.is_some() => {}
            Stage::Incoming { .. } if restarted => {
                // Whoever calls rings again, as soon as it is back itself.
                self.close_pairs();
                self.call = None;
            }
            Stage::Accepting { .. } | Stage::Joined if restarted => self.end_call(Ended::NoServer, now),
            _ => self.end_call(Ended::There(EndReason::Gone), now),
        }
    }
}

fn joined(members: &[Member]) -> Vec<PeerId> {
    members.iter().filter(|member| member.joined).map(|member| member.peer).collect()
}
