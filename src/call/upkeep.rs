//! What time does to a call, and how a call ends.

use super::{
    Phone, Time,
    active::{ActiveCall, ControlState, Other, Seeking, Stage},
    control::Control,
    effect::{Effect, PairOp},
    input::PathState,
    pair::{Pair, PairId},
    status::{CallStatus, Ended},
    view::{Link, Missed},
    watch::Due,
};
use crate::protocol::{ClientMessage, EndReason, Media, PeerId};

/// How many missed calls are shown; the oldest gives way.
const MISSED_MOST: usize = 50;

/// How often a failed path is restarted before a new peer connection takes its place: Firefox never recovers
/// some of them.
const RESTARTS_MOST: u32 = 2;

/// What a look at a path that is not there leads to.
enum Remedy {
    Wait,
    SayAgain,
    Restart,
    /// A new peer connection.
    Afresh,
}

impl Phone {
    pub(super) fn time_passed(&mut self, now: Time) {
        let steps = self.link.tick(now, &self.timeouts);
        self.walk(steps);
        let due: Vec<PairId> =
            self.closing.iter().filter(|(_, at)| *at <= now).map(|(pair, _)| *pair).collect();
        due.into_iter().for_each(|pair| self.closing_delivered(pair));
        if self.returning_until.take_if(|until| *until <= now).is_some() {
            self.contacts.forget_returning();
        }
        self.call_times_out(now);
        self.lose_patience(now);
        self.look_at_paths(now);
        self.watch_paths(now);
        self.measure_paths(now);
        self.forget_typing(now);
        self.bulletin.tick(now);
        self.forget_pictures(now);
        self.lose_patience_with_recording(now);
    }

    pub(super) fn call_deadline(&self) -> Option<Time> {
        let call = self.call.as_ref()?;
        let paths = call
            .others
            .iter()
            .filter_map(|other| other.seeking)
            .map(|seeking| self.seeking_deadline(&seeking));
        let stage = match call.stage {
            Stage::Outgoing { give_up_at, .. } | Stage::Incoming { give_up_at, .. } => Some(give_up_at),
            Stage::Accepting { .. } | Stage::Joined => {
                let watches = call.others.iter().filter_map(|other| other.watch);
                let typing = call.others.iter().filter_map(|other| other.thread.deadline());
                let pictures = call.others.iter().filter_map(|other| other.pictures.deadline());
                let measures = call.others.iter().filter_map(Other::measure_at);
                let told = typing.chain(pictures).chain(measures);
                paths.chain(watches.map(|watch| watch.deadline(&self.timeouts))).chain(told).min()
            }
            Stage::Ended { .. } => return None,
        };
        stage.into_iter().chain(call.patient_until).min()
    }

    fn seeking_deadline(&self, seeking: &Seeking) -> Time {
        let long = seeking.since + self.timeouts.path_long;
        let give_up = seeking.since + self.timeouts.path_give_up;
        let words = if seeking.long { give_up } else { long.min(give_up) };
        words.min(seeking.try_again_at)
    }

    /// The server ends the ringing; this is for when it is gone.
    fn call_times_out(&mut self, now: Time) {
        match self.call.as_ref().map(|call| &call.stage) {
            Some(Stage::Outgoing { give_up_at, .. }) if *give_up_at <= now => {
                self.give_up(Ended::NoServer, now)
            }
            Some(Stage::Incoming { give_up_at, .. }) if *give_up_at <= now => {
                self.end_call(Ended::There(EndReason::NoAnswer), now);
            }
            _ => {}
        }
    }

    fn look_at_paths(&mut self, now: Time) {
        let Some(call) =
            self.call.as_ref().filter(|call| matches!(call.stage, Stage::Accepting { .. } | Stage::Joined))
        else {
            return;
        };
        let peers: Vec<PeerId> = call.others.iter().map(|other| other.peer).collect();
        peers.into_iter().for_each(|peer| self.look_at_path(peer, now));
    }

    fn watch_paths(&mut self, now: Time) {
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let mut due = Vec::new();
        for other in &mut call.others {
            if let (Some(watch), Some(pair)) = (&mut other.watch, &other.pair) {
                due.extend(watch.tick(now, &self.timeouts).into_iter().map(|due| (pair.id, due)));
            }
        }
        for (pair, due) in due {
            let op = match due {
                Due::Beat => PairOp::Control(Control::Heartbeat {}),
                Due::Count => PairOp::Count,
            };
            self.emit(Effect::Pair { pair, op });
        }
    }

    fn look_at_path(&mut self, peer: PeerId, now: Time) {
        let (long, give_up, again) =
            (self.timeouts.path_long, self.timeouts.path_give_up, self.timeouts.restart_again);
        let me_first = self.me().is_some_and(|me| me < peer);
        let Some(other) = self.call.as_mut().and_then(|call| call.other_mut(peer)) else { return };
        let Some(seeking) = &mut other.seeking else { return };
        if now >= seeking.since + give_up {
            self.give_up(Ended::NoPath(self.attempt()), now);
            return;
        }
        seeking.long = now >= seeking.since + long;
        if now < seeking.try_again_at {
            return;
        }
        seeking.tries += 1;
        seeking.try_again_at = now + again;
        match remedy(other, me_first) {
            Remedy::Wait => {}
            Remedy::SayAgain => self.say_pair_again(peer),
            Remedy::Restart => self.restart(peer),
            Remedy::Afresh => self.offer_afresh(peer, now),
        }
    }

    /// Somebody is back, and the path to them is lost: what was offered while nobody heard it is of no use, since it names
    /// none of what may have come back with the server.
    pub(super) fn restart_lost(&mut self, peer: PeerId, now: Time) {
        let again = self.timeouts.restart_again;
        let Some(call) = self.call.as_mut().filter(|call| call.connected_since.is_some()) else { return };
        let Some(other) = call.other_mut(peer) else { return };
        let Some(seeking) = &mut other.seeking else { return };
        if other.pair.as_ref().is_some_and(Pair::is_offerer) {
            seeking.try_again_at = now + again;
            self.restart(peer);
        }
    }

    pub(super) fn settle_link(&mut self, now: Time) {
        let status = self.call.as_ref().map(ActiveCall::status);
        if matches!(status, Some(CallStatus::Reconnecting { .. })) {
            self.link.hurry(now, &self.timeouts);
        }
    }

    fn say_pair_again(&mut self, peer: PeerId) {
        let pair = self.call.as_ref().and_then(|call| call.other(peer)).and_then(|other| other.pair.as_ref());
        if let Some((id, outs)) = pair.map(|pair| (pair.id, pair.said())) {
            self.perform(id, outs);
        }
    }

    fn restart(&mut self, peer: PeerId) {
        let pair =
            self.call.as_mut().and_then(|call| call.other_mut(peer)).and_then(|other| other.pair.as_mut());
        if let Some((id, outs)) = pair.map(|pair| (pair.id, pair.restart())) {
            self.perform(id, outs);
        }
    }

    /// In place of whatever call was there, which is over.
    pub(super) fn begin(&mut self, call: ActiveCall) {
        self.close_pairs();
        self.preview = false;
        self.retry_devices();
        self.call = Some(call);
    }

    /// Ends a call from this side without the person having asked for it.
    pub(super) fn give_up(&mut self, why: Ended, now: Time) {
        if let Some(call) = &self.call {
            let id = call.id;
            self.send_if_online(ClientMessage::Leave { call: id });
        }
        self.say_goodbye(now);
        self.end_call(why, now);
    }

    /// Says it on every control channel, which then has a moment to deliver it.
    pub(super) fn say_goodbye(&mut self, now: Time) {
        let Some(call) = &mut self.call else { return };
        let open = call.others.iter_mut().filter(|other| other.control == ControlState::Open);
        let pairs: Vec<PairId> = open.filter_map(|other| other.pair.take()).map(|pair| pair.id).collect();
        for pair in pairs {
            self.emit(Effect::Pair { pair, op: PairOp::Control(Control::HangUp {}) });
            self.closing.push((pair, now + self.timeouts.goodbye));
        }
    }

    pub(super) fn closing_delivered(&mut self, pair: PairId) {
        let before = self.closing.len();
        self.closing.retain(|(closing, _)| *closing != pair);
        if self.closing.len() < before {
            self.close_pair(pair);
        }
    }

    pub(super) fn end_call(&mut self, why: Ended, now: Time) {
        let why = self.explained(why);
        self.close_pairs();
        self.note_call(why, now);
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let lasted = call.lasted(now);
        let missed = missed(call, why);
        let quiet = lasted.is_none() && (why == Ended::Here || matches!(call.stage, Stage::Incoming { .. }));
        if quiet {
            self.call = None;
        } else {
            call.others.iter_mut().for_each(|other| other.seeking = None);
            call.stage = Stage::Ended { why, lasted };
        }
        if let Some((other, media, outgoing)) = missed {
            self.note_missed(&other, media, outgoing);
        }
        self.reload_if_outdated();
    }

    fn note_missed(&mut self, other: &Other, media: Media, outgoing: bool) {
        let missed = Missed {
            id: self.next_missed,
            peer: other.peer,
            nickname: other.nickname.clone(),
            media,
            outgoing,
        };
        self.next_missed = self.next_missed.wrapping_add(1);
        self.missed.retain(|known| known.peer != missed.peer);
        self.missed.insert(0, missed);
        self.missed.truncate(MISSED_MOST);
    }

    /// An outdated page loads itself anew, but never in the middle of a call, or of a recording that is being saved.
    pub(super) fn reload_if_outdated(&mut self) {
        if self.link.view() == Link::Outdated
            && self.me().is_some()
            && !self.recorder.is_writing()
            && self.call.as_ref().is_none_or(ActiveCall::is_over)
        {
            self.emit(Effect::Reload);
        }
    }

    pub(super) fn close_pairs(&mut self) {
        let Some(call) = &mut self.call else { return };
        let pairs: Vec<PairId> =
            call.others.iter_mut().filter_map(|other| other.pair.take()).map(|pair| pair.id).collect();
        pairs.into_iter().for_each(|pair| self.close_pair(pair));
    }

    pub(super) fn close_pair(&mut self, pair: PairId) {
        self.emit(Effect::Pair { pair, op: PairOp::Close });
    }
}

/// What helps a path that should be there and is not.
fn remedy(other: &Other, me_first: bool) -> Remedy {
    let tries = other.seeking.map_or(0, |seeking| seeking.tries);
    let Some(pair) = other.pair.as_ref().filter(|pair| !pair.is_blank()) else {
        // Nobody offers: after a while the lower id does.
        return if me_first && tries >= 2 { Remedy::Afresh } else { Remedy::Wait };
    };
    if other.control == ControlState::Closed {
        return if pair.is_offerer() { Remedy::Afresh } else { Remedy::Wait };
    }
    let lost = matches!(pair.path, PathState::Disconnected | PathState::Failed);
    match () {
        // What has failed in spite of restarts has nothing to keep.
        () if pair.path == PathState::Failed && pair.is_offerer() && tries > RESTARTS_MOST => Remedy::Afresh,
        () if !pair.is_settled() && tries % 2 == 1 => Remedy::SayAgain,
        () if !pair.is_settled() || lost || tries.is_multiple_of(4) => Remedy::Restart,
        () => Remedy::Wait,
    }
}

/// Whether a call that ends so is one that rang in vain.
fn missed(call: &ActiveCall, why: Ended) -> Option<(Other, Media, bool)> {
    let other = call.first()?.clone();
    let Ended::There(reason) = why else { return None };
    match (&call.stage, reason) {
        (Stage::Incoming { media, .. }, EndReason::NoAnswer | EndReason::Cancelled | EndReason::Gone) => {
            Some((other, *media, false))
        }
        (Stage::Outgoing { media, .. }, EndReason::NoAnswer) => Some((other, *media, true)),
        _ => None,
    }
}
