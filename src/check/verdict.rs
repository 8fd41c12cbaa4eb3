//! What all the findings together mean for a call.

use super::Doctor;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub reach: Reach,
    pub part: Part,
}

/// Who can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Anyone,
    /// Nothing but the relay leads out.
    ThroughRelay,
    /// Those whose networks let a direct call through: there is no relay for the others.
    Most,
    ThisNetworkOnly,
    Nobody(Obstacle),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The browser has no WebRTC.
    Browser,
    /// The server is out of reach, or lets nobody in.
    Server,
    /// The browser finds no way out.
    NoWayOut,
    /// There are ways, and nothing passes on them.
    NothingPasses,
}

/// What this person's side of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Full,
    /// Nobody sees this person.
    Unseen,
    /// Nobody hears this person.
    Unheard,
    Neither,
}

impl Doctor {
    pub(super) fn verdict(&self) -> Verdict {
        let part = match (self.camera.is_of_use(), self.microphone.is_of_use()) {
            (true, true) => Part::Full,
            (false, true) => Part::Unseen,
            (true, false) => Part::Unheard,
            (false, false) => Part::Neither,
        };
        Verdict { reach: self.reach(), part }
    }

    fn reach(&self) -> Reach {
        let network = &self.network;
        let (direct, relayed) = (self.direct.works(), self.relayed.works());
        match () {
            () if self.start.is_none_or(|start| !start.can_call) => Reach::Nobody(Obstacle::Browser),
            () if !self.server.is_reached() => Reach::Nobody(Obstacle::Server),
            () if direct && relayed && network.has_udp() => Reach::Anyone,
            () if relayed => Reach::ThroughRelay,
            () if !network.own().has_host() && !network.has_udp() => Reach::Nobody(Obstacle::NoWayOut),
            () if !direct => Reach::Nobody(Obstacle::NothingPasses),
            () if network.has_udp() => Reach::Most,
            // Without anybody to ask nobody knows what is outside.
            () => Reach::ThisNetworkOnly,
        }
    }
}
