//! One peer connection to one other participant: perfect negotiation (W3C WebRTC, section 10.7), with the
//! rules that keep it sound when messages arrive twice, late or out of order.
//!
//! **At most one description operation is under way on a connection; everything else waits as plain data.**

use super::{
    candidates::Candidates,
    effect::{Ice, PairOp},
    input::{PairEvent, PathState},
    seen::Seen,
    signal::{Body, Signal, candidates_in, without_addresses, without_foreign_hosts},
};
use crate::protocol::{CallId, PeerId};

/// One peer connection. A new generation is a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PairId {
    pub call: CallId,
    pub peer: PeerId,
    pub generation: u32,
}

/// What a pair asks for, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    Op(PairOp),
    Say(Signal),
}

/// The description operation under way.
#[derive(Clone, Debug, PartialEq)]
enum Work {
    None,
    Offering,
    Answering {
        to: u32,
        fragment: Option<String>,
    },
    /// Answering before this person has accepted.
    Preparing {
        to: u32,
        offer: String,
    },
    Finishing {
        fragment: Option<String>,
    },
}

/// An answer that was made while it rang, and is kept until this person accepts.
#[derive(Clone, Debug)]
struct Prepared {
    to: u32,
    /// The offer without its addresses.
    offer: String,
    sdp: String,
}

#[derive(Clone, Debug)]
pub struct Pair {
    pub id: PairId,
    /// What it was opened with.
    pub ice: Ice,
    /// Made the transceivers and the first offer.
    offerer: bool,
    /// Gives way when both sides offer at once.
    polite: bool,
    work: Work,
    prepared: Option<Prepared>,
    /// What is to be said right after the answer that was prepared.
    unsaid: Vec<Body>,
    /// The sequence of the own offer that waits for its answer.
    awaiting: Option<u32>,
    next_sequence: u32,
    seen: Seen,
    /// The sequence of the newest remote offer; an older one that comes later is stale.
    newest_offer: Option<u32>,
    /// A remote offer that came while an operation was under way.
    waiting: Option<(u32, String)>,
    restart_wanted: bool,
    candidates: Candidates,
    /// Everything said since the last local description, to be said again when it may have been lost.
    log: Vec<Signal>,
    pub path: PathState,
}

/// More local candidates than any machine has.
const LOG_MOST: usize = 128;

impl Prepared {
    fn is_for(&self, to: u32, offer: &str) -> bool {
        self.to == to && without_addresses(offer).as_ref() == Some(&self.offer)
    }
}

impl Pair {
    /// A connection that makes the first offer.
    #[must_use]
    pub fn offering(id: PairId, me: PeerId, ice: Ice) -> (Self, Vec<Out>) {
        let mut pair = Self::new(id, me, true, ice.clone());
        pair.work = Work::Offering;
        let open = PairOp::Open { ice, offerer: true };
        (pair, vec![Out::Op(open), Out::Op(PairOp::Offer { restart: false })])
    }

    /// A connection that waits for the first offer.
    #[must_use]
    pub fn answering(id: PairId, me: PeerId, ice: Ice) -> (Self, Vec<Out>) {
        let pair = Self::new(id, me, false, ice.clone());
        (pair, vec![Out::Op(PairOp::Open { ice, offerer: false })])
    }

    fn new(id: PairId, me: PeerId, offerer: bool, ice: Ice) -> Self {
        Self {
            id,
            ice,
            offerer,
            polite: me < id.peer,
            work: Work::None,
            prepared: None,
            unsaid: Vec::new(),
            awaiting: None,
            next_sequence: 0,
            seen: Seen::default(),
            newest_offer: None,
            waiting: None,
            restart_wanted: false,
            candidates: Candidates::default(),
            log: Vec::new(),
            path: PathState::FindingPath,
        }
    }

    #[must_use]
    pub fn is_offerer(&self) -> bool {
        self.offerer
    }

    /// Whether the offer that it was opened for has not come yet.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        !self.offerer && self.newest_offer.is_none()
    }

    /// Has the browser make the answer to an offer that this person may still decline, for that takes it a while. It
    /// gets a description in which nothing names an address, so it sends nothing to anybody but the relay, which it asks for a
    /// place, and what else the server's host has set; and nothing is said before the offer is [heard](Self::heard).
    pub fn prepare(&mut self, offer: &Signal) -> Vec<Out> {
        let Body::Offer { sdp } = &offer.body else { return Vec::new() };
        let is_idle = self.is_blank() && self.work == Work::None && self.prepared.is_none();
        if !is_idle || offer.generation != self.id.generation {
            return Vec::new();
        }
        let Some(bare) = without_addresses(sdp) else { return Vec::new() };
        self.work = Work::Preparing { to: offer.sequence, offer: bare.clone() };
        vec![Out::Op(PairOp::Prepare { sdp: bare })]
    }

    /// Whether nothing is being negotiated.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.work == Work::None && self.awaiting.is_none() && self.waiting.is_none()
    }

    /// Looks for a path anew (ICE restart, RFC 8839, section 4.4.1.1.1).
    pub fn restart(&mut self) -> Vec<Out> {
        self.restart_wanted = true;
        self.next_work()
    }

    /// Everything that may not have arrived, once more. Each message counts once all the same.
    #[must_use]
    pub fn said(&self) -> Vec<Out> {
        self.log.iter().cloned().map(Out::Say).collect()
    }

    /// What the other side said, on whichever way. Messages of another generation are not for this pair.
    pub fn heard(&mut self, signal: Signal) -> Vec<Out> {
        if signal.generation != self.id.generation || !self.seen.first_time(signal.sequence) {
            return Vec::new();
        }
        match signal.body {
            Body::Offer { sdp } => self.offered_there(signal.sequence, without_foreign_hosts(&sdp)),
            Body::Answer { sdp, to } => self.answered_there(without_foreign_hosts(&sdp), to),
            Body::Candidate(candidate) => ops(self.candidates.add(candidate)),
            Body::EndOfCandidates {} => ops(self.candidates.end()),
        }
    }

    /// What the peer connection reports. Errors of an operation leave the pair ready for the next one; `Err`
    /// carries them to whoever decides whether the call can go on.
    pub fn happened(&mut self, event: PairEvent) -> Result<Vec<Out>, String> {
        match event {
            PairEvent::Offered { sdp } => Ok(self.offered_here(sdp)),
            PairEvent::Answered { sdp } => Ok(self.answered_here(sdp)),
            PairEvent::Prepared { sdp } => Ok(self.prepared_here(sdp)),
            PairEvent::Finished => Ok(self.finished()),
            PairEvent::Failed { why } => match std::mem::replace(&mut self.work, Work::None) {
                // The offer that waits is answered as if nothing had been prepared.
                Work::Preparing { .. } => Ok(self.next_work()),
                _ => Err(why),
            },
            PairEvent::Candidate(candidate) => Ok(self.gathered(Body::Candidate(candidate))),
            PairEvent::EndOfCandidates => Ok(self.gathered(Body::EndOfCandidates {})),
            PairEvent::State(path) => {
                self.path = path;
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn offered_there(&mut self, sequence: u32, sdp: String) -> Vec<Out> {
        if self.newest_offer.is_some_and(|newest| sequence < newest) {
            return Vec::new();
        }
        self.newest_offer = Some(sequence);
        let collision = self.work == Work::Offering || self.awaiting.is_some();
        if collision && !self.polite {
            return Vec::new();
        }
        self.waiting = Some((sequence, sdp));
        self.next_work()
    }

    fn answered_there(&mut self, sdp: String, to: u32) -> Vec<Out> {
        if self.awaiting != Some(to) || self.work != Work::None {
            return Vec::new();
        }
        self.awaiting = None;
        let fragment = ice_fragment(&sdp);
        let sdp = self.candidates.put_into(sdp, fragment.as_deref());
        self.work = Work::Finishing { fragment };
        vec![Out::Op(PairOp::Finish { sdp })]
    }

    fn offered_here(&mut self, sdp: String) -> Vec<Out> {
        if self.work != Work::Offering {
            return Vec::new();
        }
        self.work = Work::None;
        if self.waiting.is_some() {
            // The polite side: its offer is rolled back before anybody has seen it.
            return self.next_work();
        }
        self.log.clear();
        self.awaiting = Some(self.next_sequence);
        vec![self.say(Body::Offer { sdp })]
    }

    fn answered_here(&mut self, sdp: String) -> Vec<Out> {
        let Work::Answering { to, fragment } = std::mem::replace(&mut self.work, Work::None) else {
            return Vec::new();
        };
        self.log.clear();
        let mut out = vec![self.say(Body::Answer { sdp, to })];
        out.extend(ops(self.candidates.described(fragment)));
        out.extend(self.next_work());
        out
    }

    fn prepared_here(&mut self, sdp: String) -> Vec<Out> {
        let Work::Preparing { to, offer } = std::mem::replace(&mut self.work, Work::None) else {
            return Vec::new();
        };
        self.prepared = Some(Prepared { to, offer, sdp });
        self.next_work()
    }

    /// The offer is heard whose answer is there already; the candidates that are known go with it.
    fn answer_prepared(&mut self, prepared: Prepared, offer: &str) -> Vec<Out> {
        let Prepared { to, mut sdp, .. } = prepared;
        let gathered = std::mem::take(&mut self.unsaid);
        let put = |body: &Body| matches!(body, Body::Candidate(candidate) if candidate.put_into(&mut sdp));
        let (_, rest): (Vec<Body>, Vec<Body>) = gathered.into_iter().partition(put);
        self.log.clear();
        let mut out = vec![self.say(Body::Answer { sdp, to })];
        out.extend(rest.into_iter().map(|body| self.say(body)));
        for candidate in candidates_in(offer) {
            out.extend(ops(self.candidates.add(candidate)));
        }
        out.extend(ops(self.candidates.described(ice_fragment(offer))));
        out.push(Out::Op(PairOp::Receive));
        out.extend(self.next_work());
        out
    }

    fn finished(&mut self) -> Vec<Out> {
        let Work::Finishing { fragment } = std::mem::replace(&mut self.work, Work::None) else {
            return Vec::new();
        };
        let mut out = ops(self.candidates.described(fragment));
        out.extend(self.next_work());
        out
    }

    /// Starts the next operation, if none is under way. A remote offer goes before an own restart, which it
    /// makes unnecessary.
    fn next_work(&mut self) -> Vec<Out> {
        if self.work != Work::None {
            return Vec::new();
        }
        if let Some((to, sdp)) = self.waiting.take() {
            self.restart_wanted = false;
            self.awaiting = None;
            if let Some(prepared) = self.prepared.take().filter(|prepared| prepared.is_for(to, &sdp)) {
                return self.answer_prepared(prepared, &sdp);
            }
            self.unsaid.clear();
            let fragment = ice_fragment(&sdp);
            let sdp = self.candidates.put_into(sdp, fragment.as_deref());
            self.work = Work::Answering { to, fragment };
            return vec![Out::Op(PairOp::Answer { sdp })];
        }
        if self.restart_wanted {
            self.restart_wanted = false;
            self.work = Work::Offering;
            return vec![Out::Op(PairOp::Offer { restart: true })];
        }
        Vec::new()
    }

    fn gathered(&mut self, body: Body) -> Vec<Out> {
        let quiet = self.prepared.is_some() || matches!(self.work, Work::Preparing { .. });
        if !quiet {
            return vec![self.say(body)];
        }
        if self.unsaid.len() < LOG_MOST {
            self.unsaid.push(body);
        }
        Vec::new()
    }

    fn say(&mut self, body: Body) -> Out {
        let signal = Signal { generation: self.id.generation, sequence: self.next_sequence, body };
        self.next_sequence += 1;
        if self.log.len() < LOG_MOST {
            self.log.push(signal.clone());
        }
        Out::Say(signal)
    }
}

fn ops(ops: Vec<PairOp>) -> Vec<Out> {
    ops.into_iter().map(Out::Op).collect()
}

/// The ICE username fragment of a description (RFC 8839, section 5.4).
fn ice_fragment(sdp: &str) -> Option<String> {
    sdp.lines().find_map(|line| line.trim_end().strip_prefix("a=ice-ufrag:")).map(str::to_owned)
}

#[cfg(test)]
mod tests;
