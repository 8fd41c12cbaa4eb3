//! What a welcome says about the relay.

use std::{sync::Arc, time::Duration};

use super::{Credentials, unix_seconds};
use crate::protocol::{IceServer, PeerId};

/// Of the domain name system (RFC 1035), and more than any address has.
const LONGEST_HOST: usize = 253;

/// Cheap to clone.
#[derive(Clone)]
pub struct Offer(Arc<Inner>);

struct Inner {
    credentials: Credentials,
    /// How long they are good, in seconds.
    lifetime: u64,
    named: Named,
}

/// Where browsers find it.
pub(super) struct Named {
    /// Without one, that under which each person has reached the page.
    pub host: Option<String>,
    pub port: u16,
    pub by_tls: bool,
}

impl Offer {
    pub(super) fn new(credentials: Credentials, lifetime: Duration, named: Named) -> Self {
        Self(Arc::new(Inner { credentials, lifetime: lifetime.as_secs(), named }))
    }

    /// For `RTCConfiguration.iceServers` of this peer. `reached` is the `Host` of its request. Nothing when there is no host
    /// that could be named.
    #[must_use]
    pub fn ice_servers(&self, peer: PeerId, reached: Option<&str>) -> Vec<IceServer> {
        let Inner { credentials, lifetime, named: Named { host, port, by_tls } } = &*self.0;
        let Some(host) = host.as_deref().map(bracketed).or_else(|| reached.and_then(name)) else {
            return Vec::new();
        };
        let issued = credentials.issue(peer, unix_seconds().saturating_add(*lifetime));
        // The dearest way last (RFC 7065). On the same port: its first byte tells it from the others.
        let tls = by_tls.then(|| format!("turns:{host}:{port}?transport=tcp"));
        let plain = ["udp", "tcp"].map(|transport| format!("turn:{host}:{port}?transport={transport}"));
        let relay = plain.into_iter().chain(tls).collect();
        let stun = IceServer { urls: vec![format!("stun:{host}:{port}")], username: None, credential: None };
        let (username, credential) = (Some(issued.username), Some(issued.password));
        vec![stun, IceServer { urls: relay, username, credential }]
    }

    pub(super) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }
}

/// An address of IPv6 as it stands in a URL (RFC 3986).
fn bracketed(host: &str) -> String {
    if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() }
}

/// The host of a `Host` header without its port; `None` when it has anything in it that a host has not.
#[must_use]
pub fn name(header: &str) -> Option<String> {
    let host = match header.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => header,
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !host.is_empty() && host.bytes().all(is_plain);
    (host.len() <= LONGEST_HOST && (is_ipv6 || is_name)).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::Secret;

    #[test]
    fn a_host_is_named_as_the_person_reached_it() {
        for (header, host) in [
            ("phone.example", Some("phone.example")),
            ("Phone.example:3000", Some("phone.example")),
            ("192.0.2.1:80", Some("192.0.2.1")),
            ("[2001:db8::1]:3000", Some("[2001:db8::1]")),
            ("[2001:db8::1]", Some("[2001:db8::1]")),
            ("", None),
            (":80", None),
            ("a b", None),
            ("a?transport=tls", None),
            ("a@b", None),
            ("2001:db8::g", None),
            ("[x]", None),
        ] {
            assert_eq!(name(header).as_deref(), host, "{header}");
        }
        assert_eq!(name(&"a".repeat(300)), None);
    }

    #[test]
    fn each_peer_has_a_name_and_a_password_of_its_own() {
        let secret = Secret::parse("0123456789abcdef").unwrap();
        let offer = |host: Option<&str>| {
            let named = Named { host: host.map(str::to_owned), port: 3478, by_tls: false };
            Offer::new(Credentials::new(&secret).unwrap(), Duration::from_secs(60), named)
        };
        let [one, other] =
            [1, 2].map(|peer| offer(None).ice_servers(PeerId::from_random(peer), Some("phone.example:443")));
        assert_eq!(one[0].urls, ["stun:phone.example:3478"]);
        let relay = ["turn:phone.example:3478?transport=udp", "turn:phone.example:3478?transport=tcp"];
        assert_eq!(one[1].urls, relay);
        assert!(one[1].username != other[1].username && one[1].credential != other[1].credential);
        let named = offer(Some("2001:db8::1")).ice_servers(PeerId::from_random(1), Some("phone.example"));
        assert_eq!(named[0].urls, ["stun:[2001:db8::1]:3478"]);
        assert!(offer(None).ice_servers(PeerId::from_random(1), None).is_empty());
        let secured = Offer::new(
            Credentials::new(&secret).unwrap(),
            Duration::from_secs(60),
            Named { host: Some("phone.example".to_owned()), port: 3478, by_tls: true },
        );
        let urls = &secured.ice_servers(PeerId::from_random(1), None)[1].urls;
        assert_eq!(urls[..2], relay);
        assert_eq!(urls[2..], ["turns:phone.example:3478?transport=tcp"]);
    }
}
