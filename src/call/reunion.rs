//! After a time without a connection: what this phone and the server know of a call is brought together.

use super::{
    Phone, Time,
    active::{ActiveCall, Other, Stage},
    status::Ended,
};
use crate::protocol::{CallState, ClientMessage, EndReason, ErrorCode, Media, Member, PeerId};

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
        let mut others =
            self.others(state.members.iter().filter(|member| member.peer != me && member.joined));
        // They do not know this page: whoever comes back offers.
        others.extend(state.awaited.iter().map(|peer| Other::new(*peer, self.name_of(*peer))));
        if others.is_empty() {
            // It was ringing somebody: what was offered there is gone with the earlier page.
            self.send(ClientMessage::Leave { call: state.call });
            return;
        }
        let camera = self.camera_for(media);
        let mut call = ActiveCall::new(state.call, Stage::Joined, others, camera);
        // Whoever loads the page again waits anew, which is no set-up of the call.
        (call.answered_at, call.is_reported) = (Some(now), true);
        self.begin(call);
        self.agreed(now);
    }

    fn others<'a>(&self, members: impl Iterator<Item = &'a Member>) -> Vec<Other> {
        let other = |member: &Member| {
            let mut other = Other::new(member.peer, self.name_of(member.peer));
            other.incarnation = Some(member.incarnation);
            other.wish = Some(member.media);
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
        let CallState { call: id, members, awaited } = state;
        let own_joined = members.iter().any(|member| member.peer == me && member.joined);
        let Some(call) = &mut self.call else { return };
        match call.stage {
            // It rings there; to invite once more would begin a call that is declined at this moment anew.
            Stage::Outgoing { ref mut ringing, .. } => *ringing = true,
            Stage::Accepting { media, .. } if !own_joined => {
                let accept = self.send(ClientMessage::Accept { call: id, media });
                if let Some(call) = &mut self.call {
                    call.stage = Stage::Accepting { accept: Some(accept), media };
                }
            }
            Stage::Accepting { .. } => call.stage = Stage::Joined,
            _ => {}
        }
        self.drop_absent(&members, &awaited);
        for member in members.iter().filter(|member| member.joined && member.peer != me) {
            self.participant_joined(id, member.peer, (member.incarnation, member.media), now);
        }
        self.say_again();
    }

    fn drop_absent(&mut self, members: &[Member], awaited: &[PeerId]) {
        let Some(call) = &self.call else { return };
        let id = call.id;
        let known: Vec<PeerId> = call.others.iter().map(|other| other.peer).collect();
        let counts = |peer| members.iter().any(|member| member.peer == peer) || awaited.contains(&peer);
        for absent in known.into_iter().filter(|peer| !counts(*peer)) {
            self.participant_left(id, absent);
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

    /// The server knows of no call. After a restart a call whose media flows goes on without it, and one that
    /// rang has to wait until the other side is back as well.
    fn server_forgot(&mut self, restarted: bool, now: Time) {
        let patient_until = now + self.timeouts.backoff_most + self.timeouts.pong;
        let Some(call) = &mut self.call else { return };
        match call.stage {
            Stage::Outgoing { ringing, .. } if restarted || !ringing => {
                if let (Stage::Outgoing { ringing, .. }, true) = (&mut call.stage, restarted) {
                    *ringing = false;
                    call.patient_until = Some(patient_until);
                }
                self.invite_again();
            }
            Stage::Incoming { .. } | Stage::Accepting { .. } if restarted => {
                call.patient_until = Some(patient_until);
            }
            Stage::Joined if restarted && call.connected_since.is_some() => {}
            Stage::Joined if call.is_alive() => call.unlisted = true,
            Stage::Joined if restarted => self.end_call(Ended::NoServer, now),
            _ => self.end_call(Ended::There(EndReason::Gone), now),
        }
    }

    /// The caller rings again, after a restart of the server.
    pub(super) fn invited_again(&mut self, media: Media, now: Time) {
        let until = now + self.timeouts.ring + self.timeouts.pong;
        let Some(call) = &mut self.call else { return };
        call.patient_until = None;
        match &mut call.stage {
            Stage::Incoming { media: wanted, give_up_at } => {
                *wanted = media;
                *give_up_at = until;
            }
            Stage::Accepting { accept, media } => {
                let (id, media) = (call.id, *media);
                *accept = None;
                let sent = self.send(ClientMessage::Accept { call: id, media });
                if let Some(ActiveCall { stage: Stage::Accepting { accept, .. }, .. }) = &mut self.call {
                    *accept = Some(sent);
                }
                self.open_anew_if_outdated();
            }
            _ => {}
        }
    }

    /// Somebody whom the server did not know yet when it was asked to ring again may be there now.
    pub(super) fn ring_who_is_back(&mut self) {
        let Some(call) = self.call.as_ref().filter(|call| call.patient_until.is_some()) else { return };
        let is_back = call.first().is_some_and(|other| self.contacts.is_here(other.peer));
        if matches!(call.stage, Stage::Outgoing { ringing: false, .. }) && is_back {
            self.invite_again();
        }
    }

    /// The other side did not come back to a call that rang when the server was restarted.
    pub(super) fn lose_patience(&mut self, now: Time) {
        let Some(call) = &mut self.call else { return };
        if call.patient_until.take_if(|until| *until <= now).is_none() {
            return;
        }
        match call.stage {
            Stage::Outgoing { .. } => self.give_up(Ended::Refused(ErrorCode::UnknownPeer), now),
            Stage::Incoming { .. } => self.end_call(Ended::There(EndReason::Gone), now),
            Stage::Accepting { .. } => self.give_up(Ended::NoServer, now),
            Stage::Joined | Stage::Ended { .. } => {}
        }
    }
}

fn joined(members: &[Member]) -> Vec<PeerId> {
    members.iter().filter(|member| member.joined).map(|member| member.peer).collect()
}
