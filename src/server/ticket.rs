//! Tickets: a peer's place in a room, signed (HMAC-SHA-256), so that a server which has forgotten everything
//! knows it again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{config::Secret, registry::Claim};
use crate::protocol::{Nickname, PeerId, Room};

#[derive(Serialize, Deserialize)]
struct Claims {
    room: Room,
    peer: PeerId,
    nickname: Nickname,
    /// Seconds since 1970.
    expires: u64,
}

pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// `None` never: HMAC takes a key of any length.
    pub fn new(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(secret.as_bytes()).ok().map(Self)
    }

    pub fn sign(&self, room: &Room, claim: Claim, expires: u64) -> String {
        let claims = Claims { room: room.clone(), peer: claim.peer, nickname: claim.nickname, expires };
        let text = serde_json::to_string(&claims).unwrap_or_default();
        let signature = self.0.clone().chain_update(&text).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(signature))
    }

    /// What a ticket proves for this room, `now` seconds after 1970. The comparison takes the same time
    /// whatever is wrong.
    pub fn verify(&self, ticket: &str, room: &Room, now: u64) -> Option<Claim> {
        let (text, signature) = ticket.split_once('.')?;
        let (text, signature) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(signature).ok()?);
        self.0.clone().chain_update(&text).verify_slice(&signature).ok()?;
        let claims: Claims = serde_json::from_slice(&text).ok()?;
        let is_good = claims.room == *room && claims.expires > now;
        is_good.then_some(Claim { peer: claims.peer, nickname: claims.nickname })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::RoomCode;

    fn signer(secret: &str) -> Signer {
        Signer::new(&Secret::parse(secret).unwrap()).unwrap()
    }

    fn claim() -> Claim {
        Claim { peer: PeerId::from_random(7), nickname: Nickname::parse("Ada").unwrap() }
    }

    #[test]
    fn a_ticket_proves_what_was_signed() {
        let signer = signer("0123456789abcdef");
        let ticket = signer.sign(&Room::Lobby, claim(), 100);
        assert_eq!(signer.verify(&ticket, &Room::Lobby, 99), Some(claim()));
    }

    #[test]
    fn a_ticket_is_good_for_its_time_its_room_and_its_server() {
        let mine = signer("0123456789abcdef");
        let ticket = mine.sign(&Room::Lobby, claim(), 100);
        assert_eq!(mine.verify(&ticket, &Room::Lobby, 100), None, "too late");
        let elsewhere = Room::Private(RoomCode::from_random(1));
        assert_eq!(mine.verify(&ticket, &elsewhere, 0), None, "another room");
        assert_eq!(signer("fedcba9876543210").verify(&ticket, &Room::Lobby, 0), None, "another secret");
    }

    #[test]
    fn a_changed_ticket_proves_nothing() {
        let signer = signer("0123456789abcdef");
        let ticket = signer.sign(&Room::Lobby, claim(), 100);
        for place in 0..ticket.len() {
            let mut changed = ticket.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(signer.verify(&changed, &Room::Lobby, 0), None, "{changed}");
        }
        for nonsense in ["", ".", "a.b", "ä.ö", &"x".repeat(60_000)] {
            assert_eq!(signer.verify(nonsense, &Room::Lobby, 0), None);
        }
    }
}
