//! What is relayed: from a client to a peer, from a peer to a client, and from one allocation to another.

use std::net::SocketAddr;

use stun_types::{
    message::{Message, MessageClass, TransactionId},
    prelude::{Attribute, AttributeFromRaw, AttributeStaticType},
};
use turn_types::{
    attribute::{Data, XorPeerAddress},
    message::DATA,
};

use super::{Answer, CHANNEL_HEADER, Client, Effect, MOST_BYTES, Now, Transport, Turn};
use crate::server::relay::reach::Way;

impl Turn {
    /// A Send indication (RFC 8656, section 11). It is never answered.
    pub(super) fn hear_send<'a>(
        &mut self,
        client: Client,
        message: &Message<'_>,
        bytes: &'a [u8],
        now: Now,
    ) -> Option<Effect<'a>> {
        let peer = message.attribute::<XorPeerAddress>().ok()?.addr(message.transaction_id());
        let (offset, raw) = message.iter_attributes().find(|(_, raw)| raw.get_type() == Data::TYPE)?;
        let length = Data::from_raw_ref(&raw).ok()?.data().len();
        // Behind the attribute's type and length.
        let payload = bytes.get(offset + 4..)?.get(..length)?;
        self.send(client, peer, payload, now)
    }

    /// ChannelData (RFC 8656, section 12.4).
    pub(super) fn hear_channel<'a>(
        &mut self,
        client: Client,
        bytes: &'a [u8],
        now: Now,
    ) -> Option<Effect<'a>> {
        let (header, rest) = bytes.split_first_chunk::<CHANNEL_HEADER>()?;
        let [a, b, c, d] = *header;
        let payload = rest.get(..usize::from(u16::from_be_bytes([c, d])))?;
        let peer = self.allocations.get(&client)?.peer_of(u16::from_be_bytes([a, b]), now.since_start)?;
        self.send(client, peer, payload, now)
    }

    fn send<'a>(
        &mut self,
        client: Client,
        peer: SocketAddr,
        payload: &'a [u8],
        now: Now,
    ) -> Option<Effect<'a>> {
        let allocation = self.allocations.get(&client)?;
        let (relayed, of) = (allocation.relayed, allocation.holder.peer);
        let way = allocation.way(peer.ip(), now.since_start)?;
        let is_alive = allocation.expires > now.since_start;
        if !is_alive || !self.accounts.spend(of, payload.len(), now.since_start) {
            return None;
        }
        if self.relayed.contains_key(&peer) {
            return self.deliver(peer, relayed, Way::Inside, payload, now);
        }
        if way != Way::Outside || peer.port() == 0 {
            return None;
        }
        self.count(payload);
        Some(Effect::ToPeer { relayed, peer, bytes: payload })
    }

    /// A datagram has come to the socket of an allocation.
    pub fn arrived(
        &mut self,
        relayed: SocketAddr,
        peer: SocketAddr,
        payload: &[u8],
        now: Now,
    ) -> Option<Effect<'static>> {
        self.deliver(relayed, peer, Way::Outside, payload, now)
    }

    /// What comes from outside is heard only from where something may be sent to outside: nobody pretends to be an
    /// allocation.
    fn deliver(
        &mut self,
        relayed: SocketAddr,
        peer: SocketAddr,
        comes: Way,
        payload: &[u8],
        now: Now,
    ) -> Option<Effect<'static>> {
        let client = *self.relayed.get(&relayed)?;
        let allocation = self.allocations.get(&client)?;
        let way = allocation.way(peer.ip(), now.since_start)?;
        let is_heard = match comes {
            Way::Inside => true,
            Way::Outside => way == Way::Outside && !self.relayed.contains_key(&peer),
        };
        let is_alive = allocation.expires > now.since_start;
        if !is_heard || !is_alive || payload.len() > MOST_BYTES {
            return None;
        }
        let (of, channel) = (allocation.holder.peer, allocation.channel_of(peer, now.since_start));
        if !self.accounts.spend(of, payload.len(), now.since_start) {
            return None;
        }
        let bytes = match channel {
            Some(number) => in_channel(number, payload, client.transport)?,
            None => in_indication(peer, payload)?,
        };
        self.count(payload);
        Some(Effect::ToClient { client, bytes })
    }

    fn count(&self, payload: &[u8]) {
        self.metrics.relay_bytes.add(payload.len().try_into().unwrap_or(u64::MAX));
    }
}

/// In a stream the next one begins at a multiple of four (RFC 8656, section 12.5).
fn in_channel(number: u16, payload: &[u8], transport: Transport) -> Option<Vec<u8>> {
    let length = u16::try_from(payload.len()).ok()?;
    let mut bytes = Vec::with_capacity(CHANNEL_HEADER + payload.len().next_multiple_of(4));
    bytes.extend(number.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend(payload);
    if transport == Transport::Tcp {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    Some(bytes)
}

/// RFC 8656, section 11.
fn in_indication(peer: SocketAddr, payload: &[u8]) -> Option<Vec<u8>> {
    let transaction = TransactionId::generate();
    Answer::of(MessageClass::Indication, DATA, transaction)
        .with(&XorPeerAddress::new(peer, transaction))
        .with(&Data::new(payload))
        .bytes()
}
