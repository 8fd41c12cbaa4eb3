//! The ways out of this network: which kinds of candidates the browser finds, with the servers that the welcome named.

use std::time::Duration;

use super::{
    Effect, Step, Time,
    finding::{Finding, Line},
    rehearsal::Way,
};
use crate::{
    call::{
        effect::Ice,
        kinds::{Kind, Kinds},
        quality::Transport,
    },
    protocol::IceServer,
};

/// Browsers try a silent relay for about ten seconds.
const SEARCH: Duration = Duration::from_secs(12);

/// One search, on a connection of its own: so it is sure who was found by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// This device's own addresses, and how they look from outside.
    Own,
    /// A place at a relay, which is spoken to so.
    Relay(Transport),
}

impl Probe {
    pub const ALL: [Self; 4] =
        [Self::Own, Self::Relay(Transport::Udp), Self::Relay(Transport::Tcp), Self::Relay(Transport::Tls)];
}

#[derive(Clone, Debug, Default)]
pub struct Network {
    pub(super) step: Step<()>,
    servers: Vec<IceServer>,
    /// Those that were begun and are not done.
    searches: Vec<Probe>,
    own: Kinds,
    relays: Vec<Transport>,
}

impl Network {
    /// Begins all searches that there are servers for, once.
    pub fn search(&mut self, servers: &[IceServer], now: Time) -> Vec<Effect> {
        if !self.step.is_waiting() {
            return Vec::new();
        }
        self.step = Step::running(now, SEARCH);
        self.servers = servers.to_vec();
        let probes = Probe::ALL.into_iter().filter(|probe| self.may_be_found(*probe));
        self.searches = probes.collect();
        let search = |probe: &Probe| Effect::Gather { probe: *probe, ice: self.ice_of(*probe) };
        self.searches.iter().map(search).collect()
    }

    pub fn found(&mut self, probe: Probe, candidate: &str) {
        let Some(kind) = Kind::of(candidate).filter(|_| self.step.is_running()) else { return };
        match probe {
            Probe::Own => self.own.add(kind),
            Probe::Relay(transport) if matches!(kind, Kind::RelayUdp | Kind::RelayStream) => {
                if !self.relays.contains(&transport) {
                    self.relays.push(transport);
                }
                // One place there is as good as ten.
                self.complete(probe);
            }
            Probe::Relay(_) => {}
        }
    }

    pub fn complete(&mut self, probe: Probe) {
        self.searches.retain(|search| *search != probe);
        if self.searches.is_empty() && self.step.is_running() {
            self.step = Step::Found(());
        }
    }

    /// What has not been found by now is not there.
    pub fn tick(&mut self, now: Time) {
        if self.step.is_due(now) {
            self.step = Step::Found(());
        }
    }

    /// What a rehearsal on this way is made with; `None` when there is no such way.
    #[must_use]
    pub fn ice(&self, way: Way) -> Option<Ice> {
        match way {
            Way::Direct => Some(self.ice_of(Probe::Own)),
            Way::Relayed if self.relays.is_empty() => None,
            Way::Relayed => {
                let reached = |url: &str| transport(url).is_some_and(|it| self.relays.contains(&it));
                Some(Ice { servers: only(&self.servers, reached), relay_only: true })
            }
        }
    }

    #[must_use]
    pub fn own(&self) -> Kinds {
        self.own
    }

    #[must_use]
    pub fn reaches_relay(&self) -> bool {
        !self.relays.is_empty()
    }

    /// Something has come back over UDP.
    #[must_use]
    pub fn has_udp(&self) -> bool {
        self.own.has(Kind::ServerReflexive) || self.relays.contains(&Transport::Udp)
    }

    /// Somebody was asked how this device's address looks from outside.
    #[must_use]
    pub fn asks_outside(&self) -> bool {
        !self.ice_of(Probe::Own).servers.is_empty()
    }

    #[must_use]
    pub fn finding(&self, line: Line) -> Finding {
        match self.step {
            Step::Waiting => Finding::Waiting,
            _ if self.is_there(line) => Finding::There(line),
            Step::Running { .. } => Finding::Searching,
            Step::Found(()) => self.missing(line),
        }
    }

    fn is_there(&self, line: Line) -> bool {
        match line {
            Line::HostIpv4 => self.own.has(Kind::HostIpv4),
            Line::HostIpv6 => self.own.has(Kind::HostIpv6),
            Line::HostName => self.own.has(Kind::HostName),
            Line::Reflexive => self.own.has(Kind::ServerReflexive),
            Line::RelayUdp => self.relays.contains(&Transport::Udp),
            Line::RelayTcp => self.relays.contains(&Transport::Tcp),
            Line::RelayTls => self.relays.contains(&Transport::Tls),
            _ => false,
        }
    }

    fn missing(&self, line: Line) -> Finding {
        let hidden = self.own.has(Kind::HostName);
        let relay = |transport| {
            let offered = self.may_be_found(Probe::Relay(transport));
            match (offered, self.reaches_relay()) {
                (false, _) => Finding::NotOffered,
                (true, true) => Finding::OtherRelayOnly(line),
                (true, false) => Finding::RelayUnreached(line),
            }
        };
        match line {
            Line::RelayUdp => relay(Transport::Udp),
            Line::RelayTcp => relay(Transport::Tcp),
            Line::RelayTls => relay(Transport::Tls),
            Line::HostIpv4 | Line::HostIpv6 if hidden => Finding::Hidden,
            Line::HostIpv4 if self.own.has(Kind::HostIpv6) => Finding::OnlyIpv6,
            Line::HostIpv4 => Finding::NoHost,
            Line::HostIpv6 => Finding::NoIpv6,
            Line::HostName => Finding::NotHidden,
            _ if !self.asks_outside() => Finding::NobodyToAsk,
            // The same address inside and outside is told only once (RFC 8445, section 5.1.3).
            _ if self.relays.contains(&Transport::Udp) => Finding::SameOutside,
            _ => Finding::NoReflexive,
        }
    }

    fn may_be_found(&self, probe: Probe) -> bool {
        match probe {
            Probe::Own => true,
            Probe::Relay(wanted) => {
                let mut urls = self.servers.iter().flat_map(|server| &server.urls);
                urls.any(|url| transport(url) == Some(wanted))
            }
        }
    }

    fn ice_of(&self, probe: Probe) -> Ice {
        let wanted = |wanted| move |url: &str| transport(url) == Some(wanted);
        match probe {
            Probe::Own => {
                let tells = only(&self.servers, |url| url.starts_with("stun:") || url.starts_with("stuns:"));
                Ice { servers: tells, relay_only: false }
            }
            Probe::Relay(over) => Ice { servers: only(&self.servers, wanted(over)), relay_only: true },
        }
    }
}

/// How a relay's address says that it is spoken to (RFC 7065); `None` for what is no relay.
fn transport(url: &str) -> Option<Transport> {
    match url.split_once(':') {
        Some(("turns", _)) => Some(Transport::Tls),
        Some(("turn", rest)) if rest.ends_with("transport=tcp") => Some(Transport::Tcp),
        Some(("turn", _)) => Some(Transport::Udp),
        _ => None,
    }
}

/// The servers with these of their addresses.
fn only(servers: &[IceServer], wanted: impl Fn(&str) -> bool) -> Vec<IceServer> {
    let keep = |server: &IceServer| {
        let urls: Vec<String> = server.urls.iter().filter(|url| wanted(url)).cloned().collect();
        (!urls.is_empty()).then(|| IceServer { urls, ..server.clone() })
    };
    servers.iter().filter_map(keep).collect()
}
