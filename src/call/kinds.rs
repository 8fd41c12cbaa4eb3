//! Which kinds of candidates a side has (RFC 8445, section 5.1.1), and never where they lead to.

use std::net::IpAddr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    HostIpv4,
    HostIpv6,
    /// A name in place of an address of its own (RFC 6762).
    HostName,
    ServerReflexive,
    /// A relay that is spoken to over UDP.
    RelayUdp,
    /// A relay that is spoken to over TCP or TLS.
    RelayStream,
}

/// The type preferences (RFC 8445, section 5.1.2.1) that Chromium and Firefox give relays over TCP and TLS; over UDP they
/// give higher ones. Nothing else in a candidate says how its relay is spoken to.
const STREAM_PREFERENCE_MOST: u32 = 1;

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::HostIpv4,
        Self::HostIpv6,
        Self::HostName,
        Self::ServerReflexive,
        Self::RelayUdp,
        Self::RelayStream,
    ];

    /// Of a `candidate-attribute` (RFC 8839, section 5.1); `None` for what leads nowhere by itself, such as a host over TCP.
    #[must_use]
    pub fn of(candidate: &str) -> Option<Self> {
        let mut words = candidate.split_ascii_whitespace().skip(2);
        let (transport, priority, address) = (words.next()?, words.next()?, words.next()?);
        match words.nth(2)? {
            "host" if transport.eq_ignore_ascii_case("udp") => match address.parse() {
                Ok(IpAddr::V4(_)) => Some(Self::HostIpv4),
                Ok(IpAddr::V6(_)) => Some(Self::HostIpv6),
                Err(_) => Some(Self::HostName),
            },
            "srflx" => Some(Self::ServerReflexive),
            "relay" if priority.parse::<u32>().ok()? >> 24 > STREAM_PREFERENCE_MOST => Some(Self::RelayUdp),
            "relay" => Some(Self::RelayStream),
            _ => None,
        }
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    pub fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }

    pub fn note(&mut self, candidate: &str) {
        if let Some(kind) = Kind::of(candidate) {
            self.add(kind);
        }
    }

    /// Those that stand in a description.
    pub fn note_all(&mut self, sdp: &str) {
        let lines = sdp.lines().filter_map(|line| line.strip_prefix("a="));
        lines.filter(|line| line.starts_with("candidate:")).for_each(|line| self.note(line));
    }

    #[must_use]
    pub fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn has_host(self) -> bool {
        [Kind::HostIpv4, Kind::HostIpv6, Kind::HostName].into_iter().any(|kind| self.has(kind))
    }

    #[must_use]
    pub fn has_relay(self) -> bool {
        self.has(Kind::RelayUdp) || self.has(Kind::RelayStream)
    }

    /// Something came back over UDP.
    #[must_use]
    pub fn has_udp(self) -> bool {
        self.has(Kind::ServerReflexive) || self.has(Kind::RelayUdp)
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        let mut set = Self::default();
        kinds.into_iter().for_each(|kind| set.add(kind));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_candidate() {
        for (candidate, kind) in [
            ("candidate:1 1 udp 2122260223 192.0.2.7 9 typ host generation 0", Some(Kind::HostIpv4)),
            ("candidate:1 1 UDP 2122260223 2001:db8::1 9 typ host", Some(Kind::HostIpv6)),
            (
                "candidate:1 1 udp 1 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 9 typ host",
                Some(Kind::HostName),
            ),
            (
                "candidate:1 1 udp 1686052607 203.0.113.9 9 typ srflx raddr 0.0.0.0 rport 0",
                Some(Kind::ServerReflexive),
            ),
            // As Chromium and as Firefox have them.
            (
                "candidate:1 1 udp 41885695 203.0.113.9 9 typ relay raddr 0.0.0.0 rport 0",
                Some(Kind::RelayUdp),
            ),
            ("candidate:1 1 UDP 92217086 203.0.113.9 9 typ relay", Some(Kind::RelayUdp)),
            ("candidate:1 1 udp 25108479 203.0.113.9 9 typ relay", Some(Kind::RelayStream)),
            ("candidate:1 1 udp 8331263 203.0.113.9 9 typ relay", Some(Kind::RelayStream)),
            ("candidate:1 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active", None),
            ("candidate:1 1 udp 1 192.0.2.7 9 typ moon", None),
            ("candidate:1 1 udp high 192.0.2.7 9 typ relay", None),
            ("candidate:1 1 udp", None),
            ("", None),
        ] {
            assert_eq!(Kind::of(candidate), kind, "{candidate}");
        }
    }

    #[test]
    fn those_in_a_description_count_too() {
        let mut kinds = Kinds::default();
        kinds.note_all("v=0\r\nm=audio 9\r\na=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\na=mid:0\r\n");
        assert_eq!(kinds, Kinds::from_iter([Kind::HostIpv4]));
    }

    #[test]
    fn a_set_holds_what_was_added_and_nothing_else() {
        for one in Kind::ALL {
            let kinds = Kinds::from_iter([one, one]);
            assert!(Kind::ALL.into_iter().all(|kind| kinds.has(kind) == (kind == one)), "{one:?}");
        }
    }
}
