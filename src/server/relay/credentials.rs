//! PURE: who may use the relay. Nothing is stored: the username says whose it is and until when, and the password
//! follows from it (draft-uberti-behave-turn-rest-00): `expiry:peer` and Base64(HMAC-SHA-1(key, username)).

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;
use stun_types::message::{IntegrityAlgorithm, IntegrityKey, LongTermKeyCredentials};

use crate::{protocol::PeerId, server::config::Secret};

/// The protection space (RFC 8489, section 9.2). The same everywhere: it is part of every key.
pub const REALM: &str = "tincan";

pub struct Credentials(Hmac<Sha1>);

/// What one peer gives its browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    pub username: String,
    pub password: String,
}

/// Whose a username is, if whoever says it can sign with the key.
#[derive(Clone)]
pub struct Holder {
    pub peer: PeerId,
    /// Seconds since 1970.
    pub expires: u64,
    pub key: IntegrityKey,
}

/// A key for one purpose, so that nothing made for it says anything about the secret, or about another purpose.
pub(super) fn derived(secret: &Secret, purpose: &str) -> Option<[u8; 32]> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(mac.chain_update(purpose).finalize().into_bytes().into())
}

impl Credentials {
    /// `None` never: HMAC takes a key of any length.
    pub fn new(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(&derived(secret, "relay credentials")?).ok().map(Self)
    }

    /// Of another relay, which knows the secret. `None` never.
    pub fn shared(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(secret.as_bytes()).ok().map(Self)
    }

    /// Good until `expires`, in seconds since 1970.
    pub fn issue(&self, peer: PeerId, expires: u64) -> Issued {
        let username = format!("{expires}:{peer}");
        let password = self.password(&username);
        Issued { username, password }
    }

    /// `None` when no such username was ever issued. Whether it has expired is for the caller to say.
    pub fn holder(&self, username: &str) -> Option<Holder> {
        let (expires, peer) = username.split_once(':')?;
        let (expires, peer): (u64, PeerId) = (expires.parse().ok()?, peer.parse().ok()?);
        let issued = self.issue(peer, expires);
        // There is one way to write it, so that nobody has two names.
        (issued.username == username).then(|| Holder { peer, expires, key: issued.key() })
    }

    fn password(&self, username: &str) -> String {
        STANDARD.encode(self.0.clone().chain_update(username).finalize().into_bytes())
    }
}

impl Issued {
    /// What messages are signed with (RFC 8489, section 9.2.2).
    pub fn key(&self) -> IntegrityKey {
        let Self { username, password } = self.clone();
        LongTermKeyCredentials::new(username, password, REALM.to_owned()).make_key(IntegrityAlgorithm::Sha1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(secret: &str) -> Credentials {
        Credentials::new(&Secret::parse(secret).unwrap()).unwrap()
    }

    #[test]
    fn what_was_issued_is_known_again() {
        let credentials = credentials("0123456789abcdef");
        let issued = credentials.issue(PeerId::from_random(7), 100);
        assert_eq!(issued.username, "100:00000007");
        let holder = credentials.holder(&issued.username).unwrap();
        assert_eq!((holder.peer, holder.expires), (PeerId::from_random(7), 100));
        assert!(holder.key == issued.key());
    }

    #[test]
    fn another_name_another_time_and_another_server_have_another_password() {
        let mine = credentials("0123456789abcdef");
        let issued = mine.issue(PeerId::from_random(7), 100);
        for other in [
            mine.issue(PeerId::from_random(8), 100),
            mine.issue(PeerId::from_random(7), 101),
            credentials("fedcba9876543210").issue(PeerId::from_random(7), 100),
        ] {
            assert!(other.password != issued.password && other.key() != issued.key());
        }
    }

    #[test]
    fn there_is_one_way_to_write_a_username() {
        let credentials = credentials("0123456789abcdef");
        for wrong in
            ["", ":", "100", "100:", ":00000007", "+100:00000007", "0100:00000007", "100:7", "100:0000000g"]
        {
            assert!(credentials.holder(wrong).is_none(), "{wrong}");
        }
    }
}
