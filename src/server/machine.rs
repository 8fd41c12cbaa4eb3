//! What this machine is called, under which addresses it is reached, and which networks it is in. It asks its own system,
//! and nobody else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use if_addrs::IfAddr;
use rustls::pki_types::ServerName;
use tracing::debug;

use super::network::Network;

/// What the system says of itself.
pub struct Machine {
    pub host: String,
    pub addresses: Vec<IpAddr>,
}

impl Machine {
    pub fn look() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().to_ascii_lowercase();
        Self { host, addresses: addresses().map(|address| address.ip()).collect() }
    }

    /// What a certificate has to name, for somebody who listens there and is called so besides: those first that others use.
    pub fn names(&self, listening: IpAddr, more: &[ServerName<'static>]) -> Vec<ServerName<'static>> {
        let mut names = more.to_vec();
        let mut add = |name: ServerName<'static>| {
            if !names.contains(&name) {
                names.push(name);
            }
        };
        let reached = self.addresses.iter().filter(|address| is_reached(**address, listening));
        reached.filter(|address| !address.is_loopback()).for_each(|address| add((*address).into()));
        // By the second one a machine is found in its own network (RFC 6762).
        let local = (!self.host.contains('.')).then(|| format!("{}.local", self.host));
        let hosts = [Some(self.host.clone()), local].into_iter().flatten();
        hosts.filter_map(|host| ServerName::try_from(host).ok()).for_each(&mut add);
        if !listening.is_unspecified() {
            add(listening.into());
        }
        ServerName::try_from("localhost").into_iter().for_each(&mut add);
        add(IpAddr::from(Ipv4Addr::LOCALHOST).into());
        add(IpAddr::from(Ipv6Addr::LOCALHOST).into());
        names
    }
}

/// Those that this machine reaches without a router, its own addresses among them.
pub fn networks() -> Vec<Network> {
    let network = |address| match address {
        IfAddr::V4(v4) => Network::v4(v4.ip, v4.prefixlen.into()),
        IfAddr::V6(v6) => Network::v6(v6.ip, v6.prefixlen.into()),
    };
    addresses().map(network).collect()
}

/// By which others reach this machine in a network of its own.
pub fn address(is_ipv6: bool) -> Option<IpAddr> {
    reachable(addresses().map(|address| address.ip()), is_ipv6)
}

fn reachable(mut own: impl Iterator<Item = IpAddr>, is_ipv6: bool) -> Option<IpAddr> {
    own.find(|own| match own {
        IpAddr::V4(v4) => !is_ipv6 && !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => is_ipv6 && !v6.is_loopback() && !v6.is_unicast_link_local(),
    })
}

fn addresses() -> impl Iterator<Item = IfAddr> {
    let found = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        debug!("the addresses of this machine are not known: {error}");
        Vec::new()
    });
    found.into_iter().map(|interface| interface.addr)
}

/// An address of this machine, by somebody who listens there. Nobody can open a page by a link-local address of IPv6: it needs a zone.
fn is_reached(address: IpAddr, listening: IpAddr) -> bool {
    let is_zoned = matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local());
    let is_heard = match listening {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.is_ipv4(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => true,
        specific => specific == address,
    };
    is_heard && !is_zoned && !address.is_unspecified() && !address.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_own_address_is_in_a_near_network() {
        let near = |address: IpAddr| networks().iter().any(|network| network.contains(address));
        let own = Machine::look().addresses;
        assert!(own.iter().any(IpAddr::is_loopback) && own.into_iter().all(near));
        assert!(near([127, 9, 9, 9].into()), "its neighbours too");
    }

    #[test]
    fn others_reach_it_by_no_address_that_is_good_for_itself_alone() {
        let own = ["127.0.0.1", "169.254.7.7", "192.168.1.5", "::1", "fe80::1", "fd00::5"];
        let own = || own.iter().map(|address| address.parse().unwrap());
        assert_eq!(reachable(own(), false), Some([192, 168, 1, 5].into()));
        assert_eq!(reachable(own(), true), "fd00::5".parse().ok());
        assert_eq!(reachable(own().take(2), false), None);
    }

    fn named(host: &str, listening: &str, more: &[&'static str]) -> String {
        let addresses = ["127.0.0.1", "192.168.1.5", "10.0.0.7", "::1", "fe80::1", "fd00::5"];
        let addresses = addresses.map(|address| address.parse().unwrap()).into();
        let more: Vec<_> = more.iter().map(|name| ServerName::try_from(*name).unwrap()).collect();
        let names = Machine { host: host.to_owned(), addresses }.names(listening.parse().unwrap(), &more);
        names.iter().map(|name| name.to_str().into_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_certificate_names_what_the_machine_is_reached_by() {
        let own = "localhost 127.0.0.1 ::1";
        for (host, listening, more, wanted) in [
            ("box", "0.0.0.0", &[][..], format!("192.168.1.5 10.0.0.7 box box.local {own}")),
            ("box", "::", &[], format!("192.168.1.5 10.0.0.7 fd00::5 box box.local {own}")),
            ("box", "10.0.0.7", &[], format!("10.0.0.7 box box.local {own}")),
            ("box.lan", "127.0.0.1", &[], "box.lan 127.0.0.1 localhost ::1".to_owned()),
            (
                "box",
                "127.0.0.1",
                &["phone.example", "box"],
                "phone.example box box.local 127.0.0.1 localhost ::1".to_owned(),
            ),
            ("what a name", "172.17.0.2", &["192.0.2.1"], format!("192.0.2.1 172.17.0.2 {own}")),
            ("localhost", "127.0.0.1", &[], "localhost localhost.local 127.0.0.1 ::1".to_owned()),
        ] {
            assert_eq!(named(host, listening, more), wanted, "{host} {listening}");
        }
    }
}
