//! PURE: where the relay carries data to. A relay that carries it anywhere is a door into the network behind it
//! (RFC 8656, section 21.2): everything that is not for everybody is refused, unless the configuration names it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::server::network::Network;

/// What somebody who holds an allocation may do with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// This relay's own: other live allocations are reached there, and nothing else. Nothing leaves the program.
    Inside,
    /// Anything there, by a socket.
    Outside,
}

pub struct Reach {
    /// The addresses of all allocations.
    pub relayed: Vec<IpAddr>,
    /// Refused otherwise, allowed by the configuration.
    pub allowed: Vec<Network>,
    /// In which this machine is. Behind a router that only keeps out whoever calls from outside, a printer has a public address too.
    pub near: Vec<Network>,
}

impl Reach {
    /// `None` where nobody is carried: 403 (Forbidden).
    pub fn way(&self, address: IpAddr) -> Option<Way> {
        let is_in = |networks: &[Network]| networks.iter().any(|network| network.contains(address));
        if self.relayed.contains(&address) {
            return Some(Way::Inside);
        }
        let is_open = is_in(&self.allowed) || is_for_everybody(address) && !is_in(&self.near);
        is_open.then_some(Way::Outside)
    }
}

/// Whether it is a host of the public internet (RFC 6890 and the registries that go on from it), however it is written.
fn is_for_everybody(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(address.into())),
        IpAddr::V6(address) => {
            let is_special = SPECIAL_V6.iter().any(|network| network.contains(address.into()));
            let is_global = GLOBAL_V6.iter().any(|network| network.contains(address.into()));
            is_global && !is_special && carried(address).is_none_or(|v4| is_for_everybody(v4.into()))
        }
    }
}

/// The address of IPv4 to which a translator carries what is sent to this one: NAT64 (RFC 6052), 6to4 (RFC 3056).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    if NAT64.contains(address.into()) {
        octets.last_chunk::<4>().map(|last| Ipv4Addr::from(*last))
    } else if SIX_TO_FOUR.contains(address.into()) {
        let [_, _, a, b, c, d, ..] = octets;
        Some(Ipv4Addr::new(a, b, c, d))
    } else {
        None
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u32) -> Network {
    Network::v4(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u32) -> Network {
    Network::v6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>, with multicast and what is reserved.
const SPECIAL_V4: &[Network] = &[
    v4(0, 0, 0, 0, 8),      // this network, unspecified
    v4(10, 0, 0, 0, 8),     // private (RFC 1918)
    v4(100, 64, 0, 0, 10),  // behind a provider's NAT (RFC 6598)
    v4(127, 0, 0, 0, 8),    // loopback
    v4(169, 254, 0, 0, 16), // link-local (RFC 3927), the metadata of clouds
    v4(172, 16, 0, 0, 12),  // private
    v4(192, 0, 0, 0, 24),   // protocol assignments (RFC 6890)
    v4(192, 0, 2, 0, 24),   // documentation
    v4(192, 88, 99, 0, 24), // relays of 6to4
    v4(192, 168, 0, 0, 16), // private
    v4(198, 18, 0, 0, 15),  // benchmarks (RFC 2544)
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4), // multicast
    v4(240, 0, 0, 0, 4), // reserved, broadcast
];

const NAT64: Network = v6(0x64, 0xff9b, 0, 96);
const SIX_TO_FOUR: Network = v6(0x2002, 0, 0, 16);

/// Nothing else has been given out. So loopback, unspecified, IPv4-mapped and -compatible, unique local, link-local,
/// site-local and multicast addresses are refused without being named.
const GLOBAL_V6: &[Network] = &[v6(0x2000, 0, 0, 3), NAT64];

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>, as far as it is within the above.
const SPECIAL_V6: &[Network] = &[
    v6(0x2001, 0, 0, 23),     // protocol assignments, Teredo among them
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x3fff, 0, 0, 20),     // documentation
];

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allowed: &[&str]) -> Reach {
        Reach {
            relayed: vec!["8.8.4.4".parse().unwrap(), "192.168.7.7".parse().unwrap()],
            allowed: allowed.iter().map(|network| network.parse().unwrap()).collect(),
            near: ["9.9.9.0/24", "2600:1:2:3::/64"].map(|network| network.parse().unwrap()).into(),
        }
    }

    fn way(reach: &Reach, address: &str) -> Option<Way> {
        reach.way(address.parse().unwrap())
    }

    #[test]
    fn the_public_internet_is_reached() {
        for address in
            ["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "223.255.255.255", "2606:4700::1111"]
        {
            assert_eq!(way(&reach(&[]), address), Some(Way::Outside), "{address}");
        }
    }

    #[test]
    fn what_is_not_for_everybody_is_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.8",
            "198.18.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "ff0e::1",
            "100::1",
            "2001:db8::1",
            "2001:0:1::1",
            "5f00::1",
        ] {
            assert_eq!(way(&reach(&[]), address), None, "{address}");
        }
    }

    #[test]
    fn an_address_of_ipv4_is_not_smuggled_in_one_of_ipv6() {
        for address in [
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:1.1.1.1",
            "::127.0.0.1",
            "::1.1.1.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1.1.1.1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2002:c0a8:101::",
            "2002:a9fe:a9fe::1",
        ] {
            assert_eq!(way(&reach(&[]), address), None, "{address}");
        }
        for address in ["64:ff9b::1.1.1.1", "2002:101:101::1"] {
            assert_eq!(way(&reach(&[]), address), Some(Way::Outside), "{address}");
        }
    }

    #[test]
    fn own_networks_are_refused_but_for_what_is_relayed_there() {
        for address in ["9.9.9.9", "9.9.9.1", "2600:1:2:3::9"] {
            assert_eq!(way(&reach(&[]), address), None, "{address}");
        }
        assert_eq!(way(&reach(&[]), "2600:1:2:4::9"), Some(Way::Outside));
        assert_eq!(way(&reach(&[]), "8.8.4.4"), Some(Way::Inside));
        assert_eq!(way(&reach(&[]), "192.168.7.7"), Some(Way::Inside), "on a local network too");
    }

    #[test]
    fn a_network_that_is_allowed_does_not_open_the_machine_of_the_relay() {
        assert_eq!(way(&reach(&["192.168.0.0/16"]), "192.168.7.7"), Some(Way::Inside));
        assert_eq!(way(&reach(&["192.168.0.0/16"]), "192.168.7.8"), Some(Way::Outside));
    }

    #[test]
    fn what_the_configuration_names_is_reached_and_nothing_beside_it() {
        let reach = reach(&["10.1.0.0/16", "fd00::/8", "9.9.9.9"]);
        for address in ["10.1.2.3", "fd12::1", "9.9.9.9"] {
            assert_eq!(way(&reach, address), Some(Way::Outside), "{address}");
        }
        for address in ["10.2.0.1", "fc00::1", "192.168.1.1", "::ffff:10.1.2.3", "2002:a01:203::1"] {
            assert_eq!(way(&reach, address), None, "{address}");
        }
    }
}
