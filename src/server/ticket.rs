//! What the server signs (HMAC-SHA-256), so that one which has forgotten everything knows it again: tickets,
//! for a peer's place in a room, and grants, for its part in a call.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;

use super::{
    config::Secret,
    registry::{Claim, Grant},
};
use crate::protocol::{CallId, Media, Nickname, PeerId, Room};

#[derive(Serialize, Deserialize)]
struct Ticket {
    room: Room,
    peer: PeerId,
    nickname: Nickname,
    /// Seconds since 1970.
    expires: u64,
}

#[derive(Serialize, Deserialize)]
struct CallGrant {
    room: Room,
    peer: PeerId,
    call: CallId,
    media: Media,
    others: Vec<PeerId>,
    /// Seconds since 1970.
    expires: u64,
}

/// What is signed as one kind is never taken for the other.
#[derive(Clone, Copy)]
enum Kind {
    Ticket,
    Grant,
}

pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// `None` never: HMAC takes a key of any length.
    pub fn new(secret: &Secret) -> Option<Self> {
        Hmac::new_from_slice(secret.as_bytes()).ok().map(Self)
    }

    pub fn sign(&self, room: &Room, claim: Claim, expires: u64) -> String {
        let Claim { peer, nickname } = claim;
        self.seal(Kind::Ticket, &Ticket { room: room.clone(), peer, nickname, expires })
    }

    /// What a ticket proves for this room, `now` seconds after 1970.
    pub fn verify(&self, ticket: &str, room: &Room, now: u64) -> Option<Claim> {
        let Ticket { room: of, peer, nickname, expires } = self.open(Kind::Ticket, ticket)?;
        (of == *room && expires > now).then_some(Claim { peer, nickname })
    }

    pub fn sign_grant(&self, room: &Room, peer: PeerId, grant: Grant, expires: u64) -> String {
        let Grant { call, media, others } = grant;
        self.seal(Kind::Grant, &CallGrant { room: room.clone(), peer, call, media, others, expires })
    }

    /// What a grant proves for this peer of this room, `now` seconds after 1970.
    pub fn verify_grant(&self, grant: &str, room: &Room, peer: PeerId, now: u64) -> Option<Grant> {
        let CallGrant { room: of, peer: holder, call, media, others, expires } =
            self.open(Kind::Grant, grant)?;
        (of == *room && holder == peer && expires > now).then_some(Grant { call, media, others })
    }

    fn seal(&self, kind: Kind, claims: &impl Serialize) -> String {
        let text = serde_json::to_string(claims).unwrap_or_default();
        let signature = self.signing(kind, text.as_bytes()).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(signature))
    }

    /// The comparison takes the same time whatever is wrong.
    fn open<T: DeserializeOwned>(&self, kind: Kind, sealed: &str) -> Option<T> {
        let (text, signature) = sealed.split_once('.')?;
        let (text, signature) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(signature).ok()?);
        self.signing(kind, &text).verify_slice(&signature).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn signing(&self, kind: Kind, text: &[u8]) -> Hmac<Sha256> {
        let kind: &[u8] = match kind {
            Kind::Ticket => b"ticket ",
            Kind::Grant => b"grant ",
        };
        self.0.clone().chain_update(kind).chain_update(text)
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

    #[test]
    fn a_grant_is_for_its_holder_its_room_and_its_time_and_is_no_ticket() {
        let signer = signer("0123456789abcdef");
        let (me, other) = (PeerId::from_random(7), PeerId::from_random(8));
        let part = Grant { call: CallId::from_random(1), media: Media::Voice, others: vec![other] };
        let grant = signer.sign_grant(&Room::Lobby, me, part.clone(), 100);
        assert_eq!(signer.verify_grant(&grant, &Room::Lobby, me, 99), Some(part));
        assert_eq!(signer.verify_grant(&grant, &Room::Lobby, me, 100), None, "too late");
        assert_eq!(signer.verify_grant(&grant, &Room::Lobby, other, 0), None, "somebody else's");
        let elsewhere = Room::Private(RoomCode::from_random(1));
        assert_eq!(signer.verify_grant(&grant, &elsewhere, me, 0), None, "another room");
        assert_eq!(signer.verify(&grant, &Room::Lobby, 0), None, "not a ticket");
        let ticket = signer.sign(&Room::Lobby, claim(), 100);
        assert_eq!(signer.verify_grant(&ticket, &Room::Lobby, me, 0), None, "not a grant");
    }
}
