//! Requests that need a password: Allocate, Refresh, CreatePermission, ChannelBind (RFC 8656, sections 7 to 12).

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use stun_types::{
    AddressFamily,
    attribute::{
        AttributeType, ErrorCode, MessageIntegrity, Nonce, Realm, UnknownAttributes, Username,
        XorMappedAddress,
    },
    message::{Message, MessageClass},
    prelude::{Attribute, AttributeFromRaw, AttributeStaticType},
};
use turn_types::{
    attribute::{
        ChannelNumber, EvenPort, Lifetime, RequestedAddressFamily, RequestedTransport, XorPeerAddress,
        XorRelayedAddress,
    },
    message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH},
};

use super::{Allocation, Answer, Client, Effect, Now, Turn, Wanted, allocation::NotGiven};
use crate::server::{
    address::Origin,
    relay::{
        credentials::Holder,
        reach::{Reach, Way},
    },
};

/// RFC 8656, section 3.2.
const LEAST_LIFETIME: Duration = Duration::from_secs(600);
const MOST_LIFETIME: Duration = Duration::from_secs(3600);
/// However often it is refreshed. At least as long as credentials are good, so that no call ends with them.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// RFC 8656, section 12, allows fewer; clients of RFC 5766 use all of them.
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x7fff;

/// An error code (RFC 8489, section 14.8; RFC 8656, section 19).
type Code = u16;

type Done = Result<Vec<Effect<'static>>, Code>;

#[derive(Clone, Copy)]
struct Request<'a> {
    client: Client,
    message: &'a Message<'a>,
    now: Now,
}

impl Turn {
    pub(super) fn hear_request(
        &mut self,
        client: Client,
        message: &Message<'_>,
        now: Now,
    ) -> Vec<Effect<'static>> {
        let asked = Request { client, message, now };
        let holder = match self.authenticate(asked) {
            Ok(holder) => holder,
            Err(answer) => return answer.to(client).into_iter().collect(),
        };
        let key = holder.key.clone();
        let done = match message.method() {
            _ if !unknown(message).is_empty() => Err(ErrorCode::UNKNOWN_ATTRIBUTE),
            ALLOCATE => self.allocate(asked, holder),
            REFRESH => self.refresh(asked),
            CREATE_PERMISSION => self.create_permission(asked),
            CHANNEL_BIND => self.bind_channel(asked),
            _ => Err(ErrorCode::BAD_REQUEST),
        };
        done.unwrap_or_else(|code| {
            let mut answer = Answer::error(message, code);
            if code == ErrorCode::UNKNOWN_ATTRIBUTE {
                answer = answer.with(&UnknownAttributes::new(&unknown(message)));
            }
            answer.signed(&key).to(client).into_iter().collect()
        })
    }

    /// The long-term credential mechanism (RFC 8489, section 9.2.4), with SHA-1 alone, as browsers use it.
    fn authenticate(&self, Request { client, message, now }: Request<'_>) -> Result<Holder, Answer> {
        let refused = |code: Code| Answer::error(message, code);
        let challenged = |code: Code| refused(code).challenging(&self.nonces.issue(client.address, now.unix));
        if !message.has_attribute(MessageIntegrity::TYPE) {
            return Err(challenged(ErrorCode::UNAUTHORIZED));
        }
        let (Ok(username), Ok(_), Ok(nonce)) =
            (message.attribute::<Username>(), message.attribute::<Realm>(), message.attribute::<Nonce>())
        else {
            return Err(refused(ErrorCode::BAD_REQUEST));
        };
        if !self.nonces.is_good(nonce.nonce(), client.address, now.unix) {
            return Err(challenged(ErrorCode::STALE_NONCE));
        }
        let holder = self.credentials.holder(username.username());
        let holder = holder.filter(|holder| message.validate_integrity_with_key(&holder.key).is_ok());
        let Some(holder) = holder else { return Err(challenged(ErrorCode::UNAUTHORIZED)) };
        match self.allocations.get(&client) {
            Some(allocation) if !is_same(&allocation.holder, &holder) => {
                Err(refused(ErrorCode::WRONG_CREDENTIALS).signed(&holder.key))
            }
            // An allocation goes on after that, for as long as it is refreshed.
            None if holder.expires <= now.unix => Err(challenged(ErrorCode::UNAUTHORIZED)),
            _ => Ok(holder),
        }
    }

    /// RFC 8656, section 7.2.
    fn allocate(&mut self, Request { client, message, now }: Request<'_>, holder: Holder) -> Done {
        let transaction = message.transaction_id().into();
        if let Some(allocation) = self.allocations.get(&client) {
            let (made_by, answer) = &allocation.made_by;
            let is_said_again = *made_by == transaction;
            let again = || vec![Effect::ToClient { client, bytes: answer.clone() }];
            return is_said_again.then(again).ok_or(ErrorCode::ALLOCATION_MISMATCH);
        }
        let transport = message.attribute::<RequestedTransport>().map_err(|_| ErrorCode::BAD_REQUEST)?;
        if transport.protocol() != RequestedTransport::UDP {
            return Err(ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL);
        }
        let is_ipv6 = match wanted_family(message)? {
            Some(family) => family == AddressFamily::IPV6,
            None => false,
        };
        if !self.reach.relayed.iter().any(|address| address.is_ipv6() == is_ipv6) {
            return Err(ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED);
        }
        let even = message.attribute::<EvenPort>().ok();
        if even.as_ref().is_some_and(EvenPort::requested) {
            // The port behind it is not kept for anybody: there are no reservations.
            return Err(ErrorCode::INSUFFICIENT_CAPACITY);
        }
        if self.allocations.len() >= self.quotas.allocations {
            return Err(ErrorCode::INSUFFICIENT_CAPACITY);
        }
        let origin = |client: &Client| Origin::from(client.address.ip());
        let beside = self.allocations.keys().filter(|other| origin(other) == origin(&client)).count();
        if beside >= self.quotas.allocations_per_address {
            return Err(ErrorCode::ALLOCATION_QUOTA_REACHED);
        }
        if !self.accounts.open(holder.peer, now.since_start) {
            return Err(ErrorCode::ALLOCATION_QUOTA_REACHED);
        }
        let lifetime = wanted_lifetime(message).max(LEAST_LIFETIME);
        let wanted = Wanted { client, holder, transaction, lifetime, is_ipv6, is_even: even.is_some() };
        Ok(vec![Effect::Bind(Box::new(wanted))])
    }

    /// The socket that was wanted, by its port; `None` when there is none to be had. Gives the address that it now has,
    /// and what to say.
    pub fn bound(
        &mut self,
        wanted: Wanted,
        port: Option<u16>,
        now: Now,
    ) -> (Option<SocketAddr>, Option<Effect<'static>>) {
        let Wanted { client, holder, transaction, lifetime, is_ipv6, .. } = wanted;
        let relayed = self.reach.relayed.iter().find(|address| address.is_ipv6() == is_ipv6);
        let relayed = relayed.zip(port).map(|(address, port)| SocketAddr::new(*address, port));
        let of = transaction.into();
        let answer = match relayed {
            Some(relayed) => Answer::of(MessageClass::Success, ALLOCATE, of)
                .with(&XorRelayedAddress::new(relayed, of))
                .with(&Lifetime::new(seconds(lifetime)))
                .with(&XorMappedAddress::new(client.address, of)),
            None => Answer::of(MessageClass::Error, ALLOCATE, of).refusing(ErrorCode::INSUFFICIENT_CAPACITY),
        };
        let bytes = answer.signed(&holder.key).bytes();
        let (Some(relayed), Some(answer)) = (relayed, bytes.clone()) else {
            self.accounts.close(holder.peer);
            return (None, bytes.map(|bytes| Effect::ToClient { client, bytes }));
        };
        let expires = now.since_start + lifetime;
        let last = now.since_start + LONGEST;
        self.relayed.insert(relayed, client);
        self.metrics.relay_allocations.change(0, 1);
        self.allocations
            .insert(client, Allocation::new(holder, relayed, expires, last, (transaction, answer.clone())));
        (Some(relayed), Some(Effect::ToClient { client, bytes: answer }))
    }

    /// RFC 8656, section 8.
    fn refresh(&mut self, asked: Request<'_>) -> Done {
        let Request { client, message, now } = asked;
        let allocation = alive(&mut self.allocations, asked)?;
        if let Some(family) = wanted_family(message)?
            && (family == AddressFamily::IPV6) != allocation.relayed.is_ipv6()
        {
            return Err(ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH);
        }
        let left = allocation.last.saturating_sub(now.since_start);
        let lifetime = match wanted_lifetime(message) {
            Duration::ZERO => Duration::ZERO,
            wanted => wanted.max(LEAST_LIFETIME).min(left),
        };
        allocation.expires = now.since_start + lifetime;
        let answer = Answer::success(message)
            .with(&Lifetime::new(seconds(lifetime)))
            .signed(&allocation.holder.key)
            .to(client);
        let ended = lifetime.is_zero().then(|| self.end(client)).flatten();
        Ok(answer.into_iter().chain(ended).collect())
    }

    /// RFC 8656, section 9. All of the peers, or none.
    fn create_permission(&mut self, asked: Request<'_>) -> Done {
        let Request { client, message, now } = asked;
        let most = self.quotas.permissions;
        let mut peers = Vec::new();
        for (_, raw) in message.iter_attributes().filter(|(_, raw)| raw.get_type() == XorPeerAddress::TYPE) {
            let peer = XorPeerAddress::from_raw_ref(&raw).map_err(|_| ErrorCode::BAD_REQUEST)?;
            peers.push(peer.addr(message.transaction_id()));
        }
        if peers.is_empty() {
            return Err(ErrorCode::BAD_REQUEST);
        }
        if peers.len() > most {
            return Err(ErrorCode::INSUFFICIENT_CAPACITY);
        }
        let allocation = alive(&mut self.allocations, asked)?;
        let ways = peers.into_iter().map(|peer| Ok((peer.ip(), way(&self.reach, allocation, peer)?)));
        allocation.permit(ways.collect::<Result<_, Code>>()?, most, now.since_start).map_err(code)?;
        let answer = Answer::success(message).signed(&allocation.holder.key);
        Ok(answer.to(client).into_iter().collect())
    }

    /// RFC 8656, section 12.
    fn bind_channel(&mut self, asked: Request<'_>) -> Done {
        let Request { client, message, now } = asked;
        let most = self.quotas.permissions;
        let number = message.attribute::<ChannelNumber>().map_err(|_| ErrorCode::BAD_REQUEST)?.channel();
        let peer = message.attribute::<XorPeerAddress>().map_err(|_| ErrorCode::BAD_REQUEST)?;
        let peer = peer.addr(message.transaction_id());
        if !CHANNELS.contains(&number) {
            return Err(ErrorCode::BAD_REQUEST);
        }
        let allocation = alive(&mut self.allocations, asked)?;
        let way = way(&self.reach, allocation, peer)?;
        allocation.bind(number, (peer, way), most, now.since_start).map_err(code)?;
        let answer = Answer::success(message).signed(&allocation.holder.key);
        Ok(answer.to(client).into_iter().collect())
    }
}

fn alive<'a>(
    all: &'a mut HashMap<Client, Allocation>,
    asked: Request<'_>,
) -> Result<&'a mut Allocation, Code> {
    let allocation = all.get_mut(&asked.client);
    allocation
        .filter(|allocation| allocation.expires > asked.now.since_start)
        .ok_or(ErrorCode::ALLOCATION_MISMATCH)
}

fn way(reach: &Reach, allocation: &Allocation, peer: SocketAddr) -> Result<Way, Code> {
    let way = reach.way(peer.ip()).ok_or(ErrorCode::FORBIDDEN)?;
    let is_same_family = allocation.relayed.is_ipv6() == peer.is_ipv6();
    is_same_family.then_some(way).ok_or(ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH)
}

/// An allocation is its holder's alone (RFC 8656, section 5); two sets of credentials of one peer are two users.
fn is_same(one: &Holder, other: &Holder) -> bool {
    (one.peer, one.expires) == (other.peer, other.expires)
}

fn code(not_given: NotGiven) -> Code {
    match not_given {
        NotGiven::Taken => ErrorCode::BAD_REQUEST,
        NotGiven::TooMany => ErrorCode::INSUFFICIENT_CAPACITY,
    }
}

fn wanted_family(message: &Message<'_>) -> Result<Option<AddressFamily>, Code> {
    if !message.has_attribute(RequestedAddressFamily::TYPE) {
        return Ok(None);
    }
    let family = message.attribute::<RequestedAddressFamily>();
    family.map(|family| Some(family.family())).map_err(|_| ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED)
}

/// Nothing said is the shortest.
fn wanted_lifetime(message: &Message<'_>) -> Duration {
    let wanted =
        message.attribute::<Lifetime>().map(|lifetime| Duration::from_secs(lifetime.seconds().into()));
    wanted.unwrap_or(LEAST_LIFETIME).min(MOST_LIFETIME)
}

fn seconds(lifetime: Duration) -> u32 {
    u32::try_from(lifetime.as_secs()).unwrap_or(u32::MAX)
}

/// Attributes that have to be understood and are not, up to a few (RFC 8489, section 6.3.1). RESERVATION-TOKEN and
/// DONT-FRAGMENT are among them: no browser uses them.
fn unknown(message: &Message<'_>) -> Vec<AttributeType> {
    const KNOWN: &[AttributeType] = &[
        Username::TYPE,
        MessageIntegrity::TYPE,
        Realm::TYPE,
        Nonce::TYPE,
        ChannelNumber::TYPE,
        Lifetime::TYPE,
        XorPeerAddress::TYPE,
        RequestedAddressFamily::TYPE,
        RequestedTransport::TYPE,
        EvenPort::TYPE,
        stun_types::attribute::MessageIntegritySha256::TYPE,
        turn_types::attribute::Data::TYPE,
    ];
    let types = message.iter_attributes().map(|(_, raw)| raw.get_type());
    types.filter(|kind| kind.comprehension_required() && !KNOWN.contains(kind)).take(8).collect()
}
