//! PURE: the relay's decisions (RFC 8656, and RFC 8489 for Binding). Datagrams and the time go in, what to send comes out.
//!
//! **Whoever has not shown a good password takes up no memory here.** Allocations are looked up by their client and by
//! their relayed address alone, so a packet costs the same however many there are.

mod allocation;
mod answer;
mod data;
mod request;
#[cfg(test)]
pub(super) mod tests;

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use stun_types::{
    attribute::XorMappedAddress,
    message::{BINDING, Message, MessageClass},
};
use turn_types::message::SEND;

use self::{allocation::Allocation, answer::Answer};
use super::{
    credentials::{Credentials, Holder},
    nonce::Nonces,
    quota::{Accounts, Quotas},
    reach::Reach,
};
use crate::server::{metrics::Metrics, network::Network};

/// Bytes of the longest message from a client, and of the longest datagram to one. What browsers send is below 1500.
pub const MOST_BYTES: usize = 4096;
/// Before the attributes (RFC 8489, section 5), and before the data of a channel (RFC 8656, section 12.4).
pub const STUN_HEADER: usize = 20;
pub const CHANNEL_HEADER: usize = 4;

/// The clock of the program, and that of credentials in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub since_start: Duration,
    pub unix: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    Tcp,
}

/// Where a client is: with the socket on which it was heard, its 5-tuple.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    pub address: SocketAddr,
    pub transport: Transport,
    /// Which of the relay's sockets.
    pub socket: usize,
}

#[derive(Debug)]
pub enum Effect<'a> {
    ToClient {
        client: Client,
        bytes: Vec<u8>,
    },
    /// Leaves the program by the socket of an allocation.
    ToPeer {
        relayed: SocketAddr,
        peer: SocketAddr,
        bytes: &'a [u8],
    },
    /// A socket is wanted; [`Turn::bound`] is to hear what became of it.
    Bind(Box<Wanted>),
    /// The socket of an allocation that is over.
    Close {
        relayed: SocketAddr,
    },
}

/// An allocation but for its socket.
pub struct Wanted {
    client: Client,
    holder: Holder,
    transaction: u128,
    lifetime: Duration,
    pub is_ipv6: bool,
    pub is_even: bool,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").field("client", &self.client).finish_non_exhaustive()
    }
}

pub struct Turn {
    credentials: Credentials,
    nonces: Nonces,
    reach: Reach,
    quotas: Quotas,
    metrics: Arc<Metrics>,
    accounts: Accounts,
    allocations: HashMap<Client, Allocation>,
    /// Which client has a relayed address.
    relayed: HashMap<SocketAddr, Client>,
}

impl Turn {
    pub fn new(
        credentials: Credentials,
        nonces: Nonces,
        reach: Reach,
        quotas: Quotas,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            credentials,
            nonces,
            reach,
            quotas,
            metrics,
            accounts: Accounts::new(quotas),
            allocations: HashMap::new(),
            relayed: HashMap::new(),
        }
    }

    /// One datagram from a client, or one message from its stream. What cannot be read is not answered.
    pub fn hear<'a>(&mut self, client: Client, bytes: &'a [u8], now: Now) -> Vec<Effect<'a>> {
        match bytes.first() {
            // The first two bits tell them apart (RFC 8656, section 12).
            Some(0x00..=0x3f) => match read(bytes) {
                Some(message) => self.hear_stun(client, &message, bytes, now),
                None => Vec::new(),
            },
            Some(0x40..=0x7f) => self.hear_channel(client, bytes, now).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn hear_stun<'a>(
        &mut self,
        client: Client,
        message: &Message<'_>,
        bytes: &'a [u8],
        now: Now,
    ) -> Vec<Effect<'a>> {
        match (message.class(), message.method()) {
            (MessageClass::Request, BINDING) => {
                let mapped = XorMappedAddress::new(client.address, message.transaction_id());
                Answer::success(message).with(&mapped).to(client).into_iter().collect()
            }
            (MessageClass::Request, _) => self.hear_request(client, message, now),
            (MessageClass::Indication, SEND) => {
                self.hear_send(client, message, bytes, now).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    pub fn has_allocation(&self, client: Client) -> bool {
        self.allocations.contains_key(&client)
    }

    /// The stream of a client is closed.
    pub fn lost(&mut self, client: Client) -> Option<Effect<'static>> {
        self.end(client)
    }

    /// The networks that this machine is in, of which nothing is reached.
    pub fn moved(&mut self, near: Vec<Network>) {
        self.reach.near = near;
    }

    /// Ends what has not been refreshed. To be called every few seconds.
    pub fn tick(&mut self, now: Now) -> Vec<Effect<'static>> {
        let is_over = |allocation: &Allocation| allocation.expires <= now.since_start;
        let over: Vec<Client> = self
            .allocations
            .iter_mut()
            .filter_map(|(client, allocation)| {
                allocation.tidy(now.since_start);
                is_over(allocation).then_some(*client)
            })
            .collect();
        self.accounts.tidy(now.since_start);
        over.into_iter().filter_map(|client| self.end(client)).collect()
    }

    fn end(&mut self, client: Client) -> Option<Effect<'static>> {
        let Allocation { holder, relayed, .. } = self.allocations.remove(&client)?;
        self.relayed.remove(&relayed);
        self.metrics.relay_allocations.change(1, 0);
        self.accounts.close(holder.peer);
        Some(Effect::Close { relayed })
    }
}

/// A whole message and nothing behind it. Whether its attributes are signed is another matter.
fn read(bytes: &[u8]) -> Option<Message<'_>> {
    let length = bytes.get(2..4).and_then(|length| length.try_into().ok()).map(u16::from_be_bytes)?;
    let is_whole = bytes.len() == STUN_HEADER + usize::from(length);
    is_whole.then(|| Message::from_bytes(bytes).ok()).flatten()
}
