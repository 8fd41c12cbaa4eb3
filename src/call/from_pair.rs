//! What the peer connections report, and what comes from the other side through them.

use std::time::Duration;

use super::{
    Phone, Time,
    active::{ActiveCall, ControlState, Other, Stage},
    control::{Control, MediaState, ScreenState},
    effect::{Effect, PairOp},
    input::{PairEvent, PathState},
    pair::{Pair, PairId},
    signal::Signal,
    status::Ended,
    watch::{Finding, Watch},
};
use crate::protocol::{ClientMessage, EndReason, Media, PeerId};

/// So many failed operations before the first connection mean that this browser cannot do it.
const FAILURES_MOST: u32 = 3;

impl Phone {
    pub(super) fn pair_said(&mut self, id: PairId, event: PairEvent, now: Time) {
        let known = self.call.as_ref().and_then(|call| call.other(id.peer)).and_then(Other::pair_id);
        if known != Some(id) {
            if event == PairEvent::ControlClosed {
                self.closing_delivered(id);
            }
            return;
        }
        match event {
            PairEvent::ControlOpen => self.control_opened(id, now),
            PairEvent::ControlClosed => self.control_closed(id.peer, now),
            PairEvent::Control(control) => self.control_heard(id, control, now),
            PairEvent::ChatOpen => self.chat_opened(id),
            PairEvent::Chat(message) => self.chat_heard(id, message, now),
            PairEvent::ChatClosed => self.chat_closed(id.peer),
            PairEvent::FilesOpen => self.files_opened(id),
            PairEvent::Files(message) => self.files_heard(id, message, now),
            PairEvent::FilesClosed => self.files_closed(id.peer),
            PairEvent::FileSent { file, sha256 } => self.file_moved(id, |post| post.sent(file, sha256)),
            PairEvent::FileUnsent { file, why } => self.file_moved(id, |post| post.unsent(file, why)),
            PairEvent::FileLost { file } => self.file_moved(id, |post| post.lost(file)),
            PairEvent::Counted { bytes } => self.counted(id.peer, bytes, now),
            PairEvent::Measured(sample) => self.measured(id.peer, *sample, now),
            PairEvent::FirstFrame => self.first_frame(now),
            PairEvent::Path { relayed } => {
                self.with_other(id.peer, |other| other.relayed = Some(relayed));
                self.report_set_up();
            }
            PairEvent::Speaking(speaks) => _ = self.with_other(id.peer, |other| other.speaks = speaks),
            PairEvent::PlayRefused => self.tap_to_hear(true),
            PairEvent::Playing => self.tap_to_hear(false),
            event => self.negotiated(id, event, now),
        }
    }

    /// A message about the connection, by socket or data channel.
    pub(super) fn hear(&mut self, from: PeerId, signal: Signal, now: Time) {
        let Some(call) = &mut self.call else { return };
        let agreed = call.is_agreed();
        let Some(other) = call.other_mut(from) else { return };
        if !agreed {
            self.prepare_answer(from, &signal);
            _ = self.with_other(from, |other| other.held.push(signal));
            return;
        }
        other.note_theirs(&signal);
        let known = other.pair.as_ref().map(|pair| pair.id.generation);
        if known.is_none_or(|known| signal.generation > known) {
            self.answer_afresh(from, signal.generation, now);
        }
        let pair =
            self.call.as_mut().and_then(|call| call.other_mut(from)).and_then(|other| other.pair.as_mut());
        if let Some(pair) = pair {
            let (id, outs) = (pair.id, pair.heard(signal));
            self.perform(id, outs);
        }
    }

    /// The call is agreed on by both sides: what waited is used, and a path is needed from now on.
    pub(super) fn agreed(&mut self, now: Time) {
        let patience = self.timeouts.restart_again;
        let Some(call) = &mut self.call else { return };
        let mut waiting = Vec::new();
        for other in &mut call.others {
            if !other.is_connected() {
                other.seek(now, patience);
            }
            waiting.extend(other.held.take().into_iter().map(|signal| (other.peer, signal)));
        }
        // A description takes with it the candidates that are known.
        waiting.sort_by_key(|(_, signal)| (signal.generation, signal.is_description()));
        for (peer, signal) in waiting {
            self.hear(peer, signal, now);
        }
    }

    /// Opens the connection that the caller's offer will need, while it rings: making one takes the browser a while.
    pub(super) fn open_early(&mut self, caller: PeerId) {
        let (Some(me), ice) = (self.me(), self.ice()) else { return };
        let Some(call) = &mut self.call else { return };
        let id = PairId { call: call.id, peer: caller, generation: 0 };
        let Some(other) = call.other_mut(caller) else { return };
        let (pair, outs) = Pair::answering(id, me, ice);
        other.pair = Some(pair);
        other.next_generation = 1;
        other.encoded = None;
        self.perform(id, outs);
    }

    /// And makes the answer, so that it can be said at once when this person accepts. Only with devices that the person has
    /// allowed: without, browsers call their addresses by names of the moment, and tell those to the local network.
    fn prepare_answer(&mut self, caller: PeerId, signal: &Signal) {
        if !self.local.is_permitted() {
            return;
        }
        let prepared = self.with_other(caller, |other| {
            let pair = other.pair.as_mut().filter(|_| !other.is_prepared)?;
            let outs = pair.prepare(signal);
            other.is_prepared = !outs.is_empty();
            Some((pair.id, outs))
        });
        if let Some((id, outs)) = prepared.flatten() {
            self.perform(id, outs);
        }
    }

    /// The server has started anew while it rang, or wants other paths: what was found by way of the old one is of no use.
    pub(super) fn open_anew_if_outdated(&mut self) {
        let ice = self.ice();
        let Some(call) = &self.call else { return };
        let outdated =
            call.others.iter().filter_map(|other| other.pair.as_ref()).filter(|pair| pair.ice != ice);
        let outdated: Vec<PairId> = outdated.map(|pair| pair.id).collect();
        for pair in outdated {
            self.close_pair(pair);
            self.open_early(pair.peer);
        }
    }

    /// A fresh connection to somebody, offered by this side.
    pub(super) fn offer_afresh(&mut self, peer: PeerId, now: Time) {
        let (Some(me), ice) = (self.me(), self.ice()) else { return };
        self.renew(peer, None, now, |id| Pair::offering(id, me, ice));
    }

    fn answer_afresh(&mut self, peer: PeerId, generation: u32, now: Time) {
        let (Some(me), ice) = (self.me(), self.ice()) else { return };
        self.renew(peer, Some(generation), now, |id| Pair::answering(id, me, ice));
    }

    fn renew(
        &mut self,
        peer: PeerId,
        generation: Option<u32>,
        now: Time,
        make: impl FnOnce(PairId) -> (Pair, Vec<super::pair::Out>),
    ) {
        let patience = self.timeouts.restart_again;
        let Some(call) = &mut self.call else { return };
        let id = call.id;
        let Some(other) = call.other_mut(peer) else { return };
        let generation = generation.unwrap_or(other.next_generation);
        let old = other.pair_id();
        let (pair, outs) = make(PairId { call: id, peer, generation });
        let fresh = pair.id;
        other.pair = Some(pair);
        other.next_generation = generation.saturating_add(1);
        other.control = ControlState::NotYet;
        other.thread.close();
        other.post.close();
        other.watch = None;
        other.relayed = None;
        other.speaks = false;
        other.screen_shown = false;
        other.pane = None;
        other.seek(now, patience);
        if let Some(old) = old {
            self.close_pair(old);
        }
        self.perform(fresh, outs);
    }

    fn negotiated(&mut self, id: PairId, event: PairEvent, now: Time) {
        let agreed = self.call.as_ref().is_some_and(ActiveCall::is_agreed);
        let path = if let PairEvent::State(path) = event { Some(path) } else { None };
        let happened = self.with_other(id.peer, |other| other.pair.as_mut().map(|pair| pair.happened(event)));
        match happened.flatten() {
            Some(Ok(outs)) => self.perform(id, outs),
            // While it rings nothing was asked for: whoever then accepts is told.
            Some(Err(_)) if agreed => self.operation_failed(id.peer, now),
            Some(Err(_)) | None => {}
        }
        match path {
            Some(path) if agreed => self.path_changed(id.peer, path, now),
            // Firefox waits 5 s for the other side's candidates, and not for as long as it rings.
            Some(PathState::Failed) => {
                self.close_pair(id);
                self.open_early(id.peer);
            }
            _ => {}
        }
    }

    /// Tried again with the next look at the path, but not for ever when nothing ever worked.
    fn operation_failed(&mut self, peer: PeerId, now: Time) {
        let Some(call) = &mut self.call else { return };
        let never = call.connected_since.is_none();
        let failures = call.other_mut(peer).map_or(0, |other| {
            other.failures += 1;
            other.failures
        });
        if never && failures >= FAILURES_MOST {
            self.give_up(Ended::Browser, now);
        }
    }

    fn path_changed(&mut self, peer: PeerId, path: PathState, now: Time) {
        let (soon, again) = (self.timeouts.restart_after, self.timeouts.restart_again);
        let Some(call) = &mut self.call else { return };
        if call.unlisted && matches!(path, PathState::Disconnected | PathState::Failed) {
            return self.end_call(Ended::There(EndReason::Gone), now);
        }
        let ringing = matches!(call.stage, Stage::Outgoing { .. });
        let Some(other) = call.other_mut(peer) else { return };
        let offerer = other.pair.as_ref().is_some_and(Pair::is_offerer);
        match path {
            PathState::Connected => {
                let was_lost = other.seeking.take().is_some();
                let pair = other.pair_id();
                other.failures = 0;
                if call.connected_since.is_none() {
                    self.stands(peer, now);
                } else if let Some(pair) = pair.filter(|_| was_lost) {
                    self.emit(Effect::Pair { pair, op: PairOp::KeyFrame });
                }
            }
            // Before the answer, a path that failed is none that was lost.
            PathState::Disconnected | PathState::Failed if !ringing => {
                let patience = match (path, offerer) {
                    (PathState::Failed, true) => Duration::ZERO,
                    (_, true) => soon,
                    // Both sides notice; the offerer is given a head start.
                    (_, false) => soon + again,
                };
                other.seek(now, patience);
                if let Some(seeking) = &mut other.seeking {
                    seeking.try_again_at = seeking.try_again_at.min(now + patience);
                }
            }
            _ => {}
        }
    }

    fn control_opened(&mut self, id: PairId, now: Time) {
        let state = self.local.announced();
        self.with_other(id.peer, |other| {
            other.control = ControlState::Open;
            other.quality.start_over(now);
            other.watch = Some(Watch::new(now));
            other.pictures.start_over();
            other.recording = None;
            other.notified.start_over();
        });
        self.emit(Effect::Pair { pair: id, op: PairOp::Control(Control::State(state)) });
    }

    /// The other side's page or connection is gone; whether it comes back is for the server to say.
    fn control_closed(&mut self, peer: PeerId, now: Time) {
        self.with_other(peer, |other| {
            other.control = ControlState::Closed;
            other.watch = None;
            if let Some(pair) = &mut other.pair {
                pair.path = PathState::Disconnected;
            }
        });
        self.path_changed(peer, PathState::Disconnected, now);
    }

    fn control_heard(&mut self, id: PairId, control: Control, now: Time) {
        let is_heartbeat = control == Control::Heartbeat {};
        self.watched(id.peer, now, |watch| watch.heard(is_heartbeat, now));
        match control {
            Control::State(state) => self.state_heard(id, state),
            Control::Negotiation(signal) => self.hear(id.peer, signal, now),
            Control::Heartbeat {} => {}
            Control::View(size) => _ = self.with_other(id.peer, |other| other.pane = Some(size)),
            Control::Picture(picture) => self.picture_taken_there(id.peer, picture, now),
            Control::Recording(recording) => self.recording_heard(id, recording, now),
            Control::RecordingShown(shown) => self.recording_shown(id.peer, shown.number),
            Control::HangUp {} => self.hung_up_there(id.peer, now),
        }
    }

    fn state_heard(&mut self, id: PairId, state: MediaState) {
        self.with_other(id.peer, |other| other.media = state);
        let shown = state.screen == ScreenState::On;
        let was_shown = self.with_other(id.peer, |other| std::mem::replace(&mut other.screen_shown, shown));
        if was_shown != Some(shown) {
            self.emit(Effect::Pair { pair: id, op: PairOp::ShowScreen(shown) });
        }
    }

    fn counted(&mut self, peer: PeerId, bytes: u64, now: Time) {
        self.watched(peer, now, |watch| watch.counted(bytes, now));
    }

    /// What the watch finds is as good as the browser's word, and comes sooner.
    fn watched(&mut self, peer: PeerId, now: Time, look: impl FnOnce(&mut Watch) -> Option<Finding>) {
        let found = self.with_other(peer, |other| other.watch.as_mut().and_then(look)).flatten();
        let path = match found {
            None => return,
            Some(Finding::Lost) => PathState::Failed,
            Some(Finding::Back) => PathState::Connected,
        };
        self.with_other(peer, |other| other.pair.iter_mut().for_each(|pair| pair.path = path));
        self.path_changed(peer, path, now);
        if found == Some(Finding::Lost) {
            let steps = self.link.prove(now, &self.timeouts);
            self.walk(steps);
        }
    }

    fn hung_up_there(&mut self, peer: PeerId, now: Time) {
        let Some(call) = &self.call else { return };
        let id = call.id;
        if call.others.len() > 1 {
            self.participant_left(id, peer);
            return;
        }
        // The server may have heard it already; saying it again costs nothing.
        self.send_if_online(ClientMessage::Leave { call: id });
        self.end_call(Ended::There(EndReason::HungUp), now);
    }

    /// There is a path, for the first time in this page.
    fn stands(&mut self, peer: PeerId, now: Time) {
        let Some(call) = &mut self.call else { return };
        call.connected_since = Some(now);
        if let Some(stood) = self.stood.filter(|stood| stood.call == call.id) {
            call.earlier = (self.loaded_at + now).saturating_sub(Duration::from_secs(stood.since));
        }
        let shows_nothing = call.other(peer).is_some_and(|other| other.wish == Some(Media::Voice));
        self.measure("tincan-connected", now);
        if shows_nothing {
            self.set_up(now);
        }
    }

    /// A camera that is turned on later is nothing that anybody has waited for.
    fn first_frame(&mut self, now: Time) {
        let Some(call) = &self.call else { return };
        let late = call.connected_since.filter(|since| now > *since + self.timeouts.path_long);
        self.set_up(late.unwrap_or(now));
    }

    /// The other side is seen, or heard where there is nothing to see.
    fn set_up(&mut self, at: Time) {
        let Some(call) = &mut self.call else { return };
        if let (None, Some(answered)) = (call.setup, call.answered_at) {
            call.setup = Some(at.saturating_sub(answered));
            self.measure("tincan-setup", at);
        }
        self.report_set_up();
    }

    /// Once, when both are known: how long it took, and by which path.
    fn report_set_up(&mut self) {
        let Some(call) = self.call.as_mut().filter(|call| !call.is_reported) else { return };
        let relayed = call.others.first().and_then(|other| other.relayed);
        let (Some(setup), Some(relayed)) = (call.setup, relayed) else { return };
        call.is_reported = true;
        let (call, milliseconds) = (call.id, u32::try_from(setup.as_millis()).unwrap_or(u32::MAX));
        self.send_if_online(ClientMessage::SetUp { call, milliseconds, relayed });
    }

    fn measure(&mut self, name: &'static str, to: Time) {
        if let Some(from) = self.call.as_ref().and_then(|call| call.answered_at) {
            self.emit(Effect::Measure { name, from, to });
        }
    }

    fn tap_to_hear(&mut self, needed: bool) {
        if let Some(call) = &mut self.call {
            call.tap_to_hear = needed;
        }
    }

    pub(super) fn with_other<T>(&mut self, peer: PeerId, change: impl FnOnce(&mut Other) -> T) -> Option<T> {
        self.call.as_mut().and_then(|call| call.other_mut(peer)).map(change)
    }
}
