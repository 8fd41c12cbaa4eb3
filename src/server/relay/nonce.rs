//! PURE: nonces (RFC 8489, section 9.2). Each is signed for one address and some time, so none has to be remembered,
//! and whoever asks under a thousand addresses that are not theirs takes up no room.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::credentials::derived;
use crate::server::config::Secret;

/// In seconds. A client that comes with an older one is given another and asks again.
const LIFETIME: u64 = 3600;

pub struct Nonces(Hmac<Sha256>);

impl Nonces {
    /// `None` never: HMAC takes a key of any length.
    pub fn new(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(&derived(secret, "relay nonces")?).ok().map(Self)
    }

    /// For a client at that address, `now` seconds after 1970.
    pub fn issue(&self, client: SocketAddr, now: u64) -> String {
        self.sealed(client, now.saturating_add(LIFETIME))
    }

    pub fn is_good(&self, nonce: &str, client: SocketAddr, now: u64) -> bool {
        let expires = nonce.split_once('.').and_then(|(expires, _)| u64::from_str_radix(expires, 16).ok());
        // Not in constant time: a nonce is no secret, it only shows that its holder hears what is sent there.
        expires.is_some_and(|expires| expires > now && self.sealed(client, expires) == nonce)
    }

    fn sealed(&self, client: SocketAddr, expires: u64) -> String {
        let mac = self.0.clone().chain_update(format!("{expires} {client}")).finalize().into_bytes();
        format!("{expires:x}.{}", URL_SAFE_NO_PAD.encode(mac))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_for_its_time_and_its_address() {
        let nonces = Nonces::new(&Secret::parse("0123456789abcdef").unwrap()).unwrap();
        let (here, there) = ("192.0.2.1:7".parse().unwrap(), "192.0.2.1:8".parse().unwrap());
        let nonce = nonces.issue(here, 100);
        assert!(nonces.is_good(&nonce, here, 100 + LIFETIME - 1));
        assert!(!nonces.is_good(&nonce, here, 100 + LIFETIME), "too late");
        assert!(!nonces.is_good(&nonce, there, 100), "somebody else's");
        for nonsense in ["", ".", "ffffffff.", "-1.x", &"f".repeat(700)] {
            assert!(!nonces.is_good(nonsense, here, 100), "{nonsense}");
        }
    }
}
