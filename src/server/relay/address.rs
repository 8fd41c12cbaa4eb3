//! Which addresses are this machine's. It asks its own system, and the resolver for a name that the host has given;
//! nobody else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use tokio::net::lookup_host;

use crate::server::machine;

/// Documentation addresses: nothing is ever sent there, only the way to them is asked for.
const FAR_V4: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const FAR_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// At most one of each family: where allocations are, as others see them. What the host has named comes first; else
/// where the relay listens, and when that is everywhere, where this machine's way to the internet begins, or its own
/// network when there is none.
///
/// # Errors
/// With a sentence, when the name means nothing, or there is no address at all.
pub async fn relayed(host: Option<&str>, listening: &[SocketAddr]) -> Result<Vec<IpAddr>, String> {
    let found: Vec<IpAddr> = match host {
        Some(host) => resolve(host).await?,
        None => listening.iter().filter_map(|address| or_outward(address.ip())).collect(),
    };
    let listens = |is_ipv6| listening.iter().any(|address| address.is_ipv6() == is_ipv6);
    let of_family = |is_ipv6| found.iter().find(|ip| ip.is_ipv6() == is_ipv6 && listens(is_ipv6));
    let one_each: Vec<IpAddr> = [false, true].into_iter().filter_map(of_family).copied().collect();
    if one_each.is_empty() {
        return Err("The relay has no address of the kind that it listens on: set --relay-host.".into());
    }
    Ok(one_each)
}

async fn resolve(host: &str) -> Result<Vec<IpAddr>, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match lookup_host((bare, 0)).await {
        Ok(found) => Ok(found.map(|address| address.ip().to_canonical()).collect()),
        Err(error) => Err(format!("--relay-host {host} cannot be found ({error}).")),
    }
}

fn or_outward(listening: IpAddr) -> Option<IpAddr> {
    match listening {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => {
            toward(FAR_V4).or_else(|| machine::address(false)).or(Some(Ipv4Addr::LOCALHOST.into()))
        }
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => toward(FAR_V6).or_else(|| machine::address(true)),
        specific => Some(specific),
    }
}

/// From where the system would send something there. Nothing is sent.
fn toward(address: IpAddr) -> Option<IpAddr> {
    let any: IpAddr =
        if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((address, 9)).ok()?;
    socket.local_addr().ok().map(|from| from.ip()).filter(|from| !from.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_listened_on_or_named_is_where_allocations_are() {
        let (v4, v6): (SocketAddr, SocketAddr) = ("127.0.0.1:1".parse().unwrap(), "[::1]:1".parse().unwrap());
        assert_eq!(relayed(None, &[v4, v6]).await.unwrap(), [v4.ip(), v6.ip()]);
        let named: IpAddr = "192.0.2.9".parse().unwrap();
        assert_eq!(relayed(Some("192.0.2.9"), &[v4, v6]).await.unwrap(), [named]);
        assert!(relayed(Some("192.0.2.9"), &[v6]).await.is_err(), "there is no socket for it");
        assert!(relayed(Some("[2001:db8::1]"), &[v6]).await.is_ok());
    }
}
