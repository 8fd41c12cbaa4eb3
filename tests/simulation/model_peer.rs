//! A model of peer connections: as much of them as the phone's rules depend on. It is held to reality by
//! `end2end/model`, whose script and trace both browsers and this model must agree on.

use std::collections::{BTreeMap, BTreeSet};

/// One end of a connection.
pub type End = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `InvalidStateError`.
    WrongState,
    /// Anything else.
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signaling {
    Stable,
    HaveLocalOffer,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Connecting,
    Open,
    Closed,
}

#[derive(Clone, Debug)]
struct Description {
    author: End,
    offer: bool,
    fragment: String,
    transceivers: usize,
}

#[derive(Clone, Debug)]
struct Transceiver {
    /// The place in the descriptions, once it has one.
    line: Option<usize>,
    negotiated: bool,
}

#[derive(Clone, Debug)]
pub struct Connection {
    pub signaling: Signaling,
    pub channel: Channel,
    pub tracks: usize,
    transceivers: Vec<Transceiver>,
    current_local: Option<usize>,
    pending_local: Option<usize>,
    remote: Option<usize>,
    /// Remote fragments that candidates have been added for.
    candidates: BTreeSet<String>,
}

/// All connections, since a path needs two ends.
#[derive(Default)]
pub struct Model {
    connections: BTreeMap<End, Connection>,
    descriptions: Vec<Description>,
    fragments: u32,
}

impl Model {
    pub fn open(&mut self, end: End, offerer: bool) {
        let own = Transceiver { line: None, negotiated: false };
        let connection = Connection {
            signaling: Signaling::Stable,
            channel: Channel::Connecting,
            tracks: 0,
            transceivers: if offerer { vec![own; 4] } else { Vec::new() },
            current_local: None,
            pending_local: None,
            remote: None,
            candidates: BTreeSet::new(),
        };
        self.connections.insert(end, connection);
    }

    pub fn get(&self, end: End) -> &Connection {
        &self.connections[&end]
    }

    pub fn offer(&mut self, end: End, restart: bool) -> Result<String, Failure> {
        self.alive(end)?;
        let known = self.local_fragment(end).filter(|_| !restart);
        let fragment = known.unwrap_or_else(|| self.fresh_fragment());
        let connection = self.connection(end);
        for (line, transceiver) in connection.transceivers.iter_mut().enumerate() {
            transceiver.line = Some(line);
        }
        let transceivers = connection.transceivers.len();
        let description = self.describe(Description { author: end, offer: true, fragment, transceivers });
        let connection = self.connection(end);
        connection.signaling = Signaling::HaveLocalOffer;
        connection.pending_local = Some(description);
        Ok(self.sdp(description))
    }

    pub fn answer(&mut self, end: End, sdp: &str) -> Result<String, Failure> {
        self.alive(end)?;
        let remote = self.read(sdp, true)?;
        let theirs = self.descriptions[remote].clone();
        let restarted = self.remote_fragment(end).is_some_and(|known| known != theirs.fragment);
        let connection = self.connection(end);
        let rolled_back = connection.pending_local.take().is_some();
        connection.adopt(theirs.transceivers, rolled_back);
        connection.take(remote, &theirs.fragment, sdp);
        let known = self.current_fragment(end).filter(|_| !restarted);
        let fragment = known.unwrap_or_else(|| self.fresh_fragment());
        let transceivers = theirs.transceivers;
        let description = self.describe(Description { author: end, offer: false, fragment, transceivers });
        let connection = self.connection(end);
        connection.current_local = Some(description);
        connection.signaling = Signaling::Stable;
        self.connect();
        Ok(self.sdp(description))
    }

    pub fn finish(&mut self, end: End, sdp: &str) -> Result<(), Failure> {
        self.alive(end)?;
        let remote = self.read(sdp, false)?;
        let fragment = self.descriptions[remote].fragment.clone();
        let connection = self.connection(end);
        if connection.signaling != Signaling::HaveLocalOffer {
            return Err(Failure::WrongState);
        }
        connection.signaling = Signaling::Stable;
        connection.current_local = connection.pending_local.take();
        connection.take(remote, &fragment, sdp);
        connection.tracks += connection.transceivers.iter().filter(|one| !one.negotiated).count();
        connection.transceivers.iter_mut().for_each(|one| one.negotiated = true);
        self.connect();
        Ok(())
    }

    /// A candidate that belongs to the description with this fragment.
    pub fn candidate(&mut self, end: End, fragment: &str) -> Result<(), Failure> {
        self.alive(end)?;
        let connection = self.connection(end);
        if connection.remote.is_none() {
            return Err(Failure::WrongState);
        }
        connection.candidates.insert(fragment.to_owned());
        self.connect();
        Ok(())
    }

    pub fn is_without_candidates(&self, end: End) -> bool {
        let connection = self.get(end);
        connection.candidates.is_empty()
            && connection.signaling != Signaling::Closed
            && self.other(end).is_none()
    }

    /// The path is gone: only a restart finds another.
    pub fn forget_candidates(&mut self, end: End) {
        self.connection(end).candidates.clear();
    }

    pub fn say(&self, end: End) -> Result<(), Failure> {
        let connection = self.get(end);
        let open = connection.channel == Channel::Open && connection.signaling != Signaling::Closed;
        if open { Ok(()) } else { Err(Failure::WrongState) }
    }

    /// The other end's channel closes too.
    pub fn close(&mut self, end: End) -> Option<End> {
        let other = self.other(end);
        self.connection(end).signaling = Signaling::Closed;
        let other = other.filter(|other| self.get(*other).channel == Channel::Open)?;
        self.connection(other).channel = Channel::Closed;
        Some(other)
    }

    /// The end this one has a path to: both have each other's living descriptions, and at least one knows a
    /// candidate of the other (which makes the first check, and is found out by it).
    pub fn other(&self, end: End) -> Option<End> {
        let connection = self.get(end);
        let other = self.descriptions[connection.remote?].author;
        let back = self.descriptions[self.get(other).remote?].author;
        let alive = |end: End| self.get(end).signaling != Signaling::Closed;
        let mutual = back == end && self.knows(end, other) && self.knows(other, end);
        let found = self.has_candidate(end, other) || self.has_candidate(other, end);
        (mutual && found && alive(end) && alive(other)).then_some(other)
    }

    /// `direction/currentDirection` of each, as the trace writes them.
    pub fn transceivers(&self, end: End) -> Vec<&'static str> {
        let connection = self.get(end);
        let write = |one: &Transceiver| match (connection.signaling, one.negotiated) {
            (Signaling::Closed, _) => "stopped/stopped",
            (_, true) => "sendrecv/sendrecv",
            (_, false) => "sendrecv/null",
        };
        connection.transceivers.iter().map(write).collect()
    }

    fn connect(&mut self) {
        let ends: Vec<End> = self.connections.keys().copied().collect();
        for end in ends {
            if self.other(end).is_some() && self.get(end).channel == Channel::Connecting {
                self.connection(end).channel = Channel::Open;
            }
        }
    }

    /// Whether `end` has the description that `other` lives by.
    fn knows(&self, end: End, other: End) -> bool {
        self.remote_fragment(end) == self.current_fragment(other)
    }

    fn has_candidate(&self, end: End, other: End) -> bool {
        self.current_fragment(other).is_some_and(|fragment| self.get(end).candidates.contains(&fragment))
    }

    fn current_fragment(&self, end: End) -> Option<String> {
        Some(self.descriptions[self.get(end).current_local?].fragment.clone())
    }

    fn local_fragment(&self, end: End) -> Option<String> {
        let connection = self.get(end);
        let local = connection.pending_local.or(connection.current_local)?;
        Some(self.descriptions[local].fragment.clone())
    }

    fn remote_fragment(&self, end: End) -> Option<String> {
        Some(self.descriptions[self.get(end).remote?].fragment.clone())
    }

    fn fresh_fragment(&mut self) -> String {
        self.fragments += 1;
        format!("f{}", self.fragments)
    }

    fn describe(&mut self, description: Description) -> usize {
        self.descriptions.push(description);
        self.descriptions.len() - 1
    }

    fn sdp(&self, description: usize) -> String {
        let fragment = &self.descriptions[description].fragment;
        format!("v=0\r\ns={description}\r\na=ice-ufrag:{fragment}\r\nm=application 9\r\na=mid:0\r\n")
    }

    fn read(&self, sdp: &str, offer: bool) -> Result<usize, Failure> {
        let number = sdp.lines().find_map(|line| line.strip_prefix("s="));
        let known =
            number.and_then(|number| number.parse().ok()).filter(|known| *known < self.descriptions.len());
        known.filter(|known: &usize| self.descriptions[*known].offer == offer).ok_or(Failure::Refused)
    }

    fn alive(&self, end: End) -> Result<(), Failure> {
        if self.get(end).signaling == Signaling::Closed { Err(Failure::WrongState) } else { Ok(()) }
    }

    fn connection(&mut self, end: End) -> &mut Connection {
        self.connections.get_mut(&end).expect("an end that was opened")
    }
}

impl Connection {
    /// A remote description, with the candidates that stand in it.
    fn take(&mut self, description: usize, fragment: &str, sdp: &str) {
        self.remote = Some(description);
        if sdp.contains("\na=candidate:") {
            self.candidates.insert(fragment.to_owned());
        }
    }

    /// A remote offer's transceivers, by position: those that have their line already, then new ones. Own ones
    /// that were only offered lose their line when the offer is rolled back.
    fn adopt(&mut self, lines: usize, rolled_back: bool) {
        if rolled_back {
            self.transceivers.iter_mut().filter(|one| !one.negotiated).for_each(|one| one.line = None);
        }
        for line in 0..lines {
            if !self.transceivers.iter().any(|one| one.line == Some(line)) {
                self.transceivers.push(Transceiver { line: Some(line), negotiated: false });
            }
        }
        let with_line = self.transceivers.iter_mut().filter(|one| one.line.is_some());
        for one in with_line.filter(|one| !one.negotiated) {
            one.negotiated = true;
            self.tracks += 1;
        }
    }
}
