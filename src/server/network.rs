//! Networks as people write them: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// All addresses that begin with the same bits (RFC 4632, RFC 4291).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    V4 { first: u32, mask: u32 },
    V6 { first: u128, mask: u128 },
}

impl Network {
    /// `length` bits count, at most 32.
    pub const fn v4(address: Ipv4Addr, length: u32) -> Self {
        // A shift by all bits is none in the processor's eyes.
        let mask = if length == 0 { 0 } else { u32::MAX << (32 - length) };
        Self::V4 { first: address.to_bits() & mask, mask }
    }

    /// `length` bits count, at most 128.
    pub const fn v6(address: Ipv6Addr, length: u32) -> Self {
        let mask = if length == 0 { 0 } else { u128::MAX << (128 - length) };
        Self::V6 { first: address.to_bits() & mask, mask }
    }

    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4 { first, mask }, IpAddr::V4(address)) => address.to_bits() & mask == *first,
            (Self::V6 { first, mask }, IpAddr::V6(address)) => address.to_bits() & mask == *first,
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it must look like 10.0.0.0/8 or fd00::/8".to_owned();
        let (address, length) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = if text.contains('/') { length.parse().map_err(|_| wrong())? } else { most };
        if length > most {
            return Err(wrong());
        }
        Ok(match address {
            IpAddr::V4(address) => Self::v4(address, length),
            IpAddr::V6(address) => Self::v6(address, length),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_what_begins_like_it() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3/8", "10.0.0.0", "9.255.255.255"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("0.0.0.0/0", "255.255.255.255", "::"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1", "2001:db8::2"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network:?} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network:?} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "fd00::/129", "home", "10.0.0/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
