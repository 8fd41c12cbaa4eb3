//! What needs time to pass. Everything else is tried over real sockets, in `tests/relay.rs`.

use std::num::NonZero;

use stun_types::{
    attribute::{ErrorCode, Nonce, Realm, Username},
    message::{IntegrityAlgorithm, MessageType, MessageWriteVec, Method, TransactionId},
    prelude::{AttributeWrite, MessageWrite, MessageWriteExt},
};
use turn_types::{
    attribute::{ChannelNumber, Lifetime, RequestedTransport, XorPeerAddress},
    message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH},
};

use super::*;
use crate::{
    protocol::PeerId,
    server::{
        config::Secret,
        rate::Rate,
        relay::credentials::{Issued, REALM},
    },
};

const EXPIRES: u64 = 12 * 3600;

fn secret() -> Secret {
    Secret::parse("0123456789abcdef").unwrap()
}

pub(crate) fn turn() -> Turn {
    let bytes = Rate { per_second: NonZero::new(1000).unwrap(), burst: NonZero::new(1000).unwrap() };
    let quotas = Quotas {
        allocations: 10,
        allocations_per_peer: 10,
        allocations_per_address: 3,
        permissions: 10,
        bytes,
    };
    let relayed = vec!["192.0.2.1".parse().unwrap()];
    let reach = Reach { relayed, allowed: Vec::new(), near: Vec::new() };
    let (credentials, nonces) = (Credentials::new(&secret()).unwrap(), Nonces::new(&secret()).unwrap());
    Turn::new(credentials, nonces, reach, quotas, Arc::default())
}

fn issued(peer: u64) -> Issued {
    Credentials::new(&secret()).unwrap().issue(PeerId::from_random(peer), EXPIRES)
}

fn client(port: u16) -> Client {
    Client { address: ([198, 51, 100, 1], port).into(), transport: Transport::Udp, socket: 0 }
}

/// Both clocks began together.
fn at(seconds: u64) -> Now {
    Now { since_start: Duration::from_secs(seconds), unix: seconds }
}

/// The answer's code, or the port of a new allocation, in its place that of its client; `None` without an answer.
fn ask(
    turn: &mut Turn,
    of: (Client, &Issued),
    method: Method,
    transaction: TransactionId,
    attributes: &[&dyn AttributeWrite],
    now: Now,
) -> Option<u16> {
    let (client, issued) = of;
    let kind = MessageType::from_class_method(MessageClass::Request, method);
    let mut message = Message::builder(kind, transaction, MessageWriteVec::new());
    attributes.iter().for_each(|attribute| message.add_attribute(*attribute).unwrap());
    message.add_attribute(&Username::new(&issued.username).unwrap()).unwrap();
    message.add_attribute(&Realm::new(REALM).unwrap()).unwrap();
    let nonce = turn.nonces.issue(client.address, now.unix);
    message.add_attribute(&Nonce::new(&nonce).unwrap()).unwrap();
    message.add_message_integrity_with_key(&issued.key(), IntegrityAlgorithm::Sha1).unwrap();
    let bytes = message.finish();
    let effect = turn.hear(client, &bytes, now).into_iter().next()?;
    let effect = match effect {
        Effect::Bind(wanted) => turn.bound(*wanted, Some(client.address.port()), now).1?,
        effect => effect,
    };
    let Effect::ToClient { bytes, .. } = effect else { return None };
    let answer = Message::from_bytes(&bytes).unwrap();
    assert!(answer.transaction_id() == transaction);
    Some(answer.attribute::<ErrorCode>().map_or(200, |error| error.code()))
}

fn allocate(turn: &mut Turn, of: (Client, &Issued), now: Now) -> Option<u16> {
    let wanted = RequestedTransport::new(RequestedTransport::UDP);
    ask(turn, of, ALLOCATE, TransactionId::generate(), &[&wanted], now)
}

fn refresh(turn: &mut Turn, of: (Client, &Issued), now: Now) -> Option<u16> {
    ask(turn, of, REFRESH, TransactionId::generate(), &[&Lifetime::new(3600)], now)
}

fn permit(turn: &mut Turn, of: (Client, &Issued), peer: SocketAddr, now: Now) -> Option<u16> {
    permit_all(turn, of, &[peer], now)
}

fn permit_all(turn: &mut Turn, of: (Client, &Issued), peers: &[SocketAddr], now: Now) -> Option<u16> {
    let transaction = TransactionId::generate();
    let peers: Vec<_> = peers.iter().map(|peer| XorPeerAddress::new(*peer, transaction)).collect();
    let peers: Vec<&dyn AttributeWrite> = peers.iter().map(|peer| peer as &dyn AttributeWrite).collect();
    ask(turn, of, CREATE_PERMISSION, transaction, &peers, now)
}

fn bind(turn: &mut Turn, of: (Client, &Issued), number: u16, peer: SocketAddr, now: Now) -> Option<u16> {
    let transaction = TransactionId::generate();
    let (number, peer) = (ChannelNumber::new(number), XorPeerAddress::new(peer, transaction));
    ask(turn, of, CHANNEL_BIND, transaction, &[&number, &peer], now)
}

/// Addresses from which nobody is kept away.
fn peers(first: u8, last: u8) -> Vec<SocketAddr> {
    (first..=last).map(|number| SocketAddr::from(([1, 1, 1, number], 9))).collect()
}

#[test]
fn expired_credentials_allocate_nothing_and_what_was_allocated_goes_on_for_a_day() {
    let (mut turn, ada) = (turn(), issued(1));
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(EXPIRES - 1)), Some(200));
    assert_eq!(allocate(&mut turn, (client(2), &ada), at(EXPIRES)), Some(401));
    let mut now = EXPIRES;
    while turn.has_allocation(client(1)) {
        refresh(&mut turn, (client(1), &ada), at(now));
        now += 1800;
        turn.tick(at(now));
    }
    assert!((24 * 3600..=25 * 3600 + 1800).contains(&(now - EXPIRES)), "{now}");
}

#[test]
fn an_allocation_is_its_holders_alone() {
    let (mut turn, ada, bob) = (turn(), issued(1), issued(2));
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(200));
    assert_eq!(refresh(&mut turn, (client(1), &bob), at(1)), Some(441));
    assert_eq!(refresh(&mut turn, (client(2), &ada), at(1)), Some(437), "somewhere else there is none");
}

#[test]
fn an_allocation_that_is_not_refreshed_ends() {
    let (mut turn, ada) = (turn(), issued(1));
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(200));
    assert!(turn.tick(at(599)).is_empty());
    assert!(matches!(turn.tick(at(600))[..], [Effect::Close { .. }]));
    assert!(turn.allocations.is_empty() && turn.relayed.is_empty());
}

#[test]
fn a_request_that_is_said_again_is_answered_again() {
    let (mut turn, ada) = (turn(), issued(1));
    let (transaction, wanted) = (TransactionId::generate(), RequestedTransport::new(RequestedTransport::UDP));
    for _ in 0..2 {
        assert_eq!(ask(&mut turn, (client(1), &ada), ALLOCATE, transaction, &[&wanted], at(0)), Some(200));
    }
    assert_eq!(turn.allocations.len(), 1);
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(437), "another one is a mistake");
}

#[test]
fn a_permission_ends_and_so_does_what_one_may_send() {
    let (mut turn, ada) = (turn(), issued(1));
    let (relayed, peer): (SocketAddr, SocketAddr) =
        ("192.0.2.1:1".parse().unwrap(), "1.1.1.1:9".parse().unwrap());
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(200));
    assert_eq!(permit(&mut turn, (client(1), &ada), peer, at(0)), Some(200));
    assert!(turn.arrived(relayed, peer, b"in time", at(299)).is_some());
    assert!(turn.arrived(relayed, peer, b"too late", at(300)).is_none());
    assert_eq!(permit(&mut turn, (client(1), &ada), peer, at(300)), Some(200));
    assert!(turn.arrived(relayed, peer, &[0; 1000], at(301)).is_some());
    assert!(turn.arrived(relayed, peer, b"more than its holder may have", at(301)).is_none());
    assert!(turn.arrived(relayed, peer, b"a second later", at(302)).is_some());
    assert!(turn.arrived(relayed, "1.1.1.2:9".parse().unwrap(), b"a stranger", at(303)).is_none());
}

#[test]
fn of_several_permissions_that_are_too_many_none_is_given() {
    let (mut turn, ada) = (turn(), issued(1));
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(200));
    assert_eq!(permit_all(&mut turn, (client(1), &ada), &peers(1, 9), at(0)), Some(200));
    assert_eq!(permit_all(&mut turn, (client(1), &ada), &peers(10, 11), at(0)), Some(508));
    assert_eq!(
        permit_all(&mut turn, (client(1), &ada), &peers(12, 12), at(0)),
        Some(200),
        "none was used up"
    );
    assert_eq!(permit_all(&mut turn, (client(1), &ada), &peers(10, 10), at(0)), Some(508));
    assert_eq!(permit_all(&mut turn, (client(1), &ada), &peers(1, 9), at(0)), Some(200), "those it has");
}

#[test]
fn a_channel_to_whom_one_may_not_speak_is_not_bound() {
    let (mut turn, ada) = (turn(), issued(1));
    let [known @ .., stranger] = &peers(1, 11)[..] else { panic!("nobody") };
    assert_eq!(allocate(&mut turn, (client(1), &ada), at(0)), Some(200));
    assert_eq!(permit_all(&mut turn, (client(1), &ada), known, at(0)), Some(200));
    assert_eq!(bind(&mut turn, (client(1), &ada), 0x4000, *stranger, at(0)), Some(508));
    assert_eq!(bind(&mut turn, (client(1), &ada), 0x4000, known[0], at(0)), Some(200), "its number is free");
    assert_eq!(bind(&mut turn, (client(1), &ada), 0x4000, known[1], at(0)), Some(400));
    assert_eq!(bind(&mut turn, (client(1), &ada), 0x4001, known[0], at(0)), Some(400));
    assert_eq!(bind(&mut turn, (client(1), &ada), 0x4000, known[0], at(1)), Some(200), "again");
}

#[test]
fn who_connects_anew_has_no_more_from_the_same_address() {
    let mut turn = turn();
    let of = |number| issued(u64::from(number));
    for number in 1..=3 {
        assert_eq!(allocate(&mut turn, (client(number), &of(number)), at(0)), Some(200));
    }
    assert_eq!(allocate(&mut turn, (client(4), &of(4)), at(0)), Some(486));
    let elsewhere = Client { address: "198.51.100.2:4".parse().unwrap(), ..client(4) };
    assert_eq!(allocate(&mut turn, (elsewhere, &of(5)), at(0)), Some(200));
}

#[test]
fn what_is_no_message_is_not_answered() {
    let mut turn = turn();
    for nonsense in [
        &b""[..],
        b"\x00",
        b"\x40",
        b"\x40\x00\xff\xff",
        b"\x80\x60 media",
        b"\x00\x01\x00\x00",
        &[0; 20],
        &[0x40; 3000],
        b"\x00\x03\x00\x04\x21\x12\xa4\x42aaaaaaaaaaaa\x00\x06\xff\xff",
        b"\x00\x03\x00\x00\x21\x12\xa4\x42aaaaaaaaaaaa too long",
    ] {
        assert!(turn.hear(client(1), nonsense, at(0)).is_empty(), "{nonsense:?}");
    }
    assert!(turn.allocations.is_empty());
}
