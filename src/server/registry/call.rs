//! One call: its members, those who have joined and those it rings for.

use std::{collections::BTreeSet, time::Duration};

use super::{Registry, deadlines::Due, inbox::Inbox};
use crate::protocol::{self, CallId, CallState, EndReason, Media, PeerId, ServerMessage};

/// Members in the order in which they joined; an invited one has its final place when it accepts.
#[derive(Debug)]
pub(super) struct Call {
    members: Vec<Member>,
    /// Participants of before a restart who are not back.
    awaited: BTreeSet<PeerId>,
    /// Since when there are two who have joined.
    since: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub peer: PeerId,
    pub media: Media,
    /// Nobody for the one who opened the call.
    pub invited_by: Option<PeerId>,
    pub standing: Standing,
    /// It has said that it sees the other side.
    pub sees: bool,
    /// What others of the call said to it that it may have missed.
    pub inbox: Inbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Ringing { until: Duration },
    Joined,
}

impl Member {
    fn joined(peer: PeerId, media: Media) -> Self {
        Self {
            peer,
            media,
            invited_by: None,
            standing: Standing::Joined,
            sees: false,
            inbox: Inbox::default(),
        }
    }

    pub fn is_joined(&self) -> bool {
        self.standing == Standing::Joined
    }
}

impl Call {
    pub fn opened_by(peer: PeerId, media: Media) -> Self {
        Self { members: vec![Member::joined(peer, media)], awaited: BTreeSet::new(), since: None }
    }

    /// By the first who is back.
    pub fn taken_up_by(peer: PeerId, media: Media, awaited: BTreeSet<PeerId>, now: Duration) -> Self {
        Self { awaited, since: Some(now), ..Self::opened_by(peer, media) }
    }

    /// Whoever was awaited is rung instead.
    pub fn invite(&mut self, peer: PeerId, by: PeerId, media: Media, until: Duration) {
        self.awaited.remove(&peer);
        let standing = Standing::Ringing { until };
        self.members.push(Member {
            peer,
            media,
            invited_by: Some(by),
            standing,
            sees: false,
            inbox: Inbox::default(),
        });
    }

    /// An invited member joins. What it was told so far it has in its page.
    pub fn admit(&mut self, peer: PeerId, media: Media, now: Duration) {
        self.since.get_or_insert(now);
        if let Some(mut member) = self.remove(peer) {
            member.media = media;
            member.standing = Standing::Joined;
            member.inbox.clear();
            self.members.push(member);
        }
    }

    /// Somebody who was awaited is back. False for everybody else.
    pub fn take_back(&mut self, peer: PeerId, media: Media) -> bool {
        let is_awaited = self.awaited.remove(&peer);
        if is_awaited {
            self.members.push(Member::joined(peer, media));
        }
        is_awaited
    }

    pub fn since(&self) -> Option<Duration> {
        self.since
    }

    pub fn awaited(&self) -> &BTreeSet<PeerId> {
        &self.awaited
    }

    pub fn await_no_longer(&mut self, peer: PeerId) -> bool {
        self.awaited.remove(&peer)
    }

    /// Nobody is in a call alone.
    pub fn goes_on(&self) -> bool {
        self.members.len() + self.awaited.len() > 1
    }

    /// A page that was loaded again is a newcomer to the others: they offer, because they know what was before.
    pub fn rejoin(&mut self, peer: PeerId) {
        if self.member(peer).is_some_and(Member::is_joined)
            && let Some(member) = self.remove(peer)
        {
            self.members.push(member);
        }
    }

    pub fn remove(&mut self, peer: PeerId) -> Option<Member> {
        let place = self.members.iter().position(|member| member.peer == peer)?;
        Some(self.members.remove(place))
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub fn member(&self, peer: PeerId) -> Option<&Member> {
        self.members.iter().find(|member| member.peer == peer)
    }

    pub fn member_mut(&mut self, peer: PeerId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.peer == peer)
    }

    pub fn peers(&self) -> Vec<PeerId> {
        self.members.iter().map(|member| member.peer).collect()
    }

    /// Those who have joined, the earliest first.
    pub fn participants(&self) -> Vec<PeerId> {
        self.members.iter().filter(|member| member.is_joined()).map(|member| member.peer).collect()
    }

    /// Those whom `by` has invited and who have not answered.
    pub fn rung_by(&self, by: PeerId) -> Vec<PeerId> {
        let waits_for = |member: &&Member| !member.is_joined() && member.invited_by == Some(by);
        self.members.iter().filter(waits_for).map(|member| member.peer).collect()
    }

    /// True for a member who has joined and is not alone in that.
    pub fn is_connected(&self, peer: PeerId) -> bool {
        let participants = self.participants();
        participants.len() + self.awaited.len() > 1 && participants.contains(&peer)
    }
}

impl Registry {
    /// The joined members first, in the order in which they joined.
    pub(super) fn snapshot(&self, id: CallId, call: &Call) -> CallState {
        let (joined, ringing): (Vec<_>, Vec<_>) = call.members.iter().partition(|member| member.is_joined());
        let describe = |member: &Member| {
            let incarnation = self.peers.get(&member.peer)?.incarnation;
            let Member { peer, media, invited_by, .. } = *member;
            Some(protocol::Member { peer, incarnation, media, invited_by, joined: member.is_joined() })
        };
        let members = joined.into_iter().chain(ringing).filter_map(describe).collect();
        CallState { call: id, members, awaited: call.awaited.iter().copied().collect() }
    }

    pub(super) fn participant_joined(&self, call: CallId, peer: PeerId) -> Option<ServerMessage> {
        let media = self.calls.get(&call)?.member(peer)?.media;
        let incarnation = self.peers.get(&peer)?.incarnation;
        Some(ServerMessage::ParticipantJoined { call, peer, media, incarnation })
    }

    pub(super) fn note_taking_part(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let call = peer.call.filter(|call| peer.takes_part != Some(*call));
            if let Some(call) =
                call.filter(|call| self.calls.get(call).is_some_and(|call| call.is_connected(id)))
            {
                peer.takes_part = Some(call);
            }
        }
    }

    pub(super) fn stop_ringing(&mut self, call: CallId, member: PeerId, standing: Standing) {
        if let Standing::Ringing { until } = standing {
            self.deadlines.remove(until, Due::Ring { call, peer: member });
        }
    }

    /// Others see by their status what members of a call are doing.
    pub(super) fn note_members(&mut self, call: CallId) {
        for peer in self.calls.get(&call).map(Call::peers).unwrap_or_default() {
            self.note_status(peer);
        }
    }
}

/// To somebody it still rings for, hanging up is cancelling.
pub(super) fn while_ringing(reason: EndReason) -> EndReason {
    if reason == EndReason::HungUp { EndReason::Cancelled } else { reason }
}
