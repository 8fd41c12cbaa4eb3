//! Why no path was found: what is known of the attempt, and what is likely wrong. No address is in it.

use super::{
    Phone,
    active::{ActiveCall, Other},
    input::PathState,
    kinds::{Kind, Kinds},
    signal::{Body, Signal},
    status::Ended,
};
use crate::protocol::{EndReason, IceServer};

/// What the two sides had to find a path with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    pub ours: Kinds,
    pub theirs: Kinds,
    pub relay: RelayUse,
    /// There was a path, and it was lost.
    pub was_connected: bool,
}

/// The relay, as this side could use it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RelayUse {
    /// The server names none.
    #[default]
    None,
    Possible,
    /// Nothing else was tried from this side.
    Only,
}

/// What is likely wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// One that stood was lost, and not found again.
    Lost,
    /// This side's browser found no way out at all.
    NothingHere,
    /// Nothing has come from the other side's.
    NothingThere,
    /// Neither reached the other directly, and the server has no relay.
    NoRelay,
    /// The relay could not be reached from here, neither over UDP nor over TCP.
    RelayUnreachedHere,
    /// The relay was reached from here, and gave no place.
    RelayRefusedHere,
    RelayUnreachedThere,
    RelayUnreachedByBoth,
    /// Nothing gets out of this network over UDP, and the way around it was not enough.
    NoUdpHere,
    NoUdpThere,
    /// Both have reached the relay, and did not meet there.
    RelayCarriesNothing,
}

impl Attempt {
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let Self { ours, theirs, relay, was_connected } = *self;
        match (ours.has_relay(), theirs.has_relay()) {
            _ if was_connected => Diagnosis::Lost,
            (true, _) if theirs.is_empty() => Diagnosis::NothingThere,
            _ if relay == RelayUse::None && ours.is_empty() => Diagnosis::NothingHere,
            _ if theirs.is_empty() => Diagnosis::NothingThere,
            _ if relay == RelayUse::None => Diagnosis::NoRelay,
            (false, false) => Diagnosis::RelayUnreachedByBoth,
            (false, true) if ours.has(Kind::ServerReflexive) => Diagnosis::RelayRefusedHere,
            (false, true) => Diagnosis::RelayUnreachedHere,
            (true, false) => Diagnosis::RelayUnreachedThere,
            (true, true) if !ours.has_udp() => Diagnosis::NoUdpHere,
            (true, true) if !theirs.has_udp() => Diagnosis::NoUdpThere,
            (true, true) => Diagnosis::RelayCarriesNothing,
        }
    }

    /// Whether a call through the relay alone is another attempt, and not the same once more.
    #[must_use]
    pub fn may_try_the_relay(&self) -> bool {
        self.relay == RelayUse::Possible
    }
}

impl Other {
    pub(super) fn note_theirs(&mut self, signal: &Signal) {
        note(&mut self.theirs, &signal.body);
    }

    pub(super) fn note_ours(&mut self, signal: &Signal) {
        note(&mut self.ours, &signal.body);
    }

    /// A path was looked for as long as it takes to say that there is none.
    fn looked_in_vain(&self) -> bool {
        let long = self.seeking.is_some_and(|seeking| seeking.long);
        let failed = self.pair.as_ref().is_some_and(|pair| pair.path == PathState::Failed);
        self.seeking.is_some() && (long || failed)
    }
}

fn note(kinds: &mut Kinds, body: &Body) {
    match body {
        Body::Offer { sdp } | Body::Answer { sdp, .. } => kinds.note_all(sdp),
        Body::Candidate(candidate) => kinds.note(&candidate.candidate),
        Body::EndOfCandidates {} => {}
    }
}

impl Phone {
    /// What the call that is there had to find a path with.
    pub(super) fn attempt(&self) -> Attempt {
        let (ice, call) = (self.ice(), self.call.as_ref());
        let other = call.and_then(ActiveCall::first);
        Attempt {
            ours: other.map(|other| other.ours).unwrap_or_default(),
            theirs: other.map(|other| other.theirs).unwrap_or_default(),
            relay: match ice.servers.iter().any(IceServer::relays) {
                true if ice.relay_only => RelayUse::Only,
                true => RelayUse::Possible,
                false => RelayUse::None,
            },
            was_connected: call.is_some_and(|call| call.connected_since.is_some()),
        }
    }

    /// Whoever loses patience with a path that is not found wants to know why, whichever side ends it.
    pub(super) fn explained(&self, why: Ended) -> Ended {
        let hung_up = matches!(why, Ended::Here | Ended::There(EndReason::HungUp | EndReason::Gone));
        let call = self.call.as_ref().filter(|call| !call.is_over() && call.connected_since.is_none());
        let in_vain = call.and_then(ActiveCall::first).is_some_and(Other::looked_in_vain);
        if hung_up && in_vain { Ended::NoPath(self.attempt()) } else { why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis(ours: &[Kind], theirs: &[Kind], relay: RelayUse) -> Diagnosis {
        let set = |kinds: &[Kind]| kinds.iter().copied().collect();
        Attempt { ours: set(ours), theirs: set(theirs), relay, was_connected: false }.diagnosis()
    }

    const HOME: &[Kind] = &[Kind::HostIpv4, Kind::ServerReflexive];
    const ALL: &[Kind] = &[Kind::HostIpv4, Kind::ServerReflexive, Kind::RelayUdp, Kind::RelayStream];
    const STREAM: &[Kind] = &[Kind::HostIpv4, Kind::RelayStream];
    const HOST: &[Kind] = &[Kind::HostName];

    #[test]
    fn without_a_relay_that_is_what_is_missing() {
        assert_eq!(diagnosis(HOME, HOME, RelayUse::None), Diagnosis::NoRelay);
    }

    #[test]
    fn a_side_that_has_nothing_is_named() {
        assert_eq!(diagnosis(&[], HOME, RelayUse::None), Diagnosis::NothingHere);
        assert_eq!(diagnosis(HOME, &[], RelayUse::None), Diagnosis::NothingThere);
        assert_eq!(diagnosis(ALL, &[], RelayUse::Possible), Diagnosis::NothingThere);
        assert_eq!(diagnosis(ALL, &[], RelayUse::Only), Diagnosis::NothingThere);
    }

    #[test]
    fn whoever_did_not_reach_the_relay_is_named() {
        assert_eq!(diagnosis(HOST, ALL, RelayUse::Possible), Diagnosis::RelayUnreachedHere);
        assert_eq!(diagnosis(&[], ALL, RelayUse::Only), Diagnosis::RelayUnreachedHere);
        assert_eq!(diagnosis(ALL, HOST, RelayUse::Possible), Diagnosis::RelayUnreachedThere);
        assert_eq!(diagnosis(HOST, HOST, RelayUse::Possible), Diagnosis::RelayUnreachedByBoth);
        assert_eq!(diagnosis(HOME, ALL, RelayUse::Possible), Diagnosis::RelayRefusedHere);
    }

    #[test]
    fn a_network_without_udp_is_named() {
        assert_eq!(diagnosis(STREAM, ALL, RelayUse::Possible), Diagnosis::NoUdpHere);
        assert_eq!(diagnosis(ALL, STREAM, RelayUse::Possible), Diagnosis::NoUdpThere);
        assert_eq!(diagnosis(ALL, ALL, RelayUse::Only), Diagnosis::RelayCarriesNothing);
    }

    #[test]
    fn a_path_that_was_lost_is_no_path_that_was_never_there() {
        let attempt = Attempt { was_connected: true, ..Attempt::default() };
        assert_eq!(attempt.diagnosis(), Diagnosis::Lost);
    }

    #[test]
    fn the_relay_is_tried_once() {
        let may = |relay| Attempt { relay, ..Attempt::default() }.may_try_the_relay();
        assert_eq!([RelayUse::None, RelayUse::Possible, RelayUse::Only].map(may), [false, true, false]);
    }
}
