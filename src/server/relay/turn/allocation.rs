//! What one client has been given (RFC 8656, section 3.2), and what it hears there.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use crate::server::relay::{credentials::Holder, reach::Way};

/// RFC 8656, section 9.
const PERMISSION: Duration = Duration::from_secs(300);
/// RFC 8656, section 12.
const CHANNEL: Duration = Duration::from_secs(600);

/// All times are since the start of the program.
pub struct Allocation {
    pub holder: Holder,
    pub relayed: SocketAddr,
    pub expires: Duration,
    /// Not refreshed beyond.
    pub last: Duration,
    /// The request that made it and its answer, for when the answer was lost.
    pub made_by: (u128, Vec<u8>),
    permissions: HashMap<IpAddr, (Way, Duration)>,
    channels: Vec<Channel>,
}

#[derive(Clone, Copy)]
struct Channel {
    number: u16,
    peer: SocketAddr,
    expires: Duration,
}

/// Why a channel or a permission is not given.
pub enum NotGiven {
    /// 400: the number is another peer's, or the peer has another number.
    Taken,
    /// 508: it has as many as it may have.
    TooMany,
}

impl Allocation {
    pub fn new(
        holder: Holder,
        relayed: SocketAddr,
        expires: Duration,
        last: Duration,
        made_by: (u128, Vec<u8>),
    ) -> Self {
        let (permissions, channels) = (HashMap::new(), Vec::new());
        Self { holder, relayed, expires, last, made_by, permissions, channels }
    }

    /// All of the peers, or none.
    pub fn permit(&mut self, ways: HashMap<IpAddr, Way>, most: usize, now: Duration) -> Result<(), NotGiven> {
        self.tidy(now);
        let fresh = ways.keys().filter(|peer| !self.permissions.contains_key(*peer)).count();
        if self.permissions.len() + fresh > most {
            return Err(NotGiven::TooMany);
        }
        self.permissions.extend(ways.into_iter().map(|(peer, way)| (peer, (way, now + PERMISSION))));
        Ok(())
    }

    /// With leave to speak with the peer.
    pub fn bind(
        &mut self,
        number: u16,
        (peer, way): (SocketAddr, Way),
        most: usize,
        now: Duration,
    ) -> Result<(), NotGiven> {
        self.tidy(now);
        let is_known = |channel: &Channel| channel.number == number || channel.peer == peer;
        let known = self.channels.iter().position(is_known);
        match known.and_then(|place| self.channels.get(place)) {
            Some(channel) if channel.number != number || channel.peer != peer => return Err(NotGiven::Taken),
            None if self.channels.len() >= most => return Err(NotGiven::TooMany),
            _ => self.permit([(peer.ip(), way)].into(), most, now)?,
        }
        self.channels.retain(|channel| !is_known(channel));
        self.channels.push(Channel { number, peer, expires: now + CHANNEL });
        Ok(())
    }

    /// How this peer may be spoken to and heard.
    pub fn way(&self, peer: IpAddr, now: Duration) -> Option<Way> {
        let (way, expires) = self.permissions.get(&peer)?;
        (*expires > now).then_some(*way)
    }

    pub fn peer_of(&self, number: u16, now: Duration) -> Option<SocketAddr> {
        let channel = self.channels.iter().find(|channel| channel.number == number)?;
        (channel.expires > now).then_some(channel.peer)
    }

    pub fn channel_of(&self, peer: SocketAddr, now: Duration) -> Option<u16> {
        let channel = self.channels.iter().find(|channel| channel.peer == peer)?;
        (channel.expires > now).then_some(channel.number)
    }

    pub fn tidy(&mut self, now: Duration) {
        self.permissions.retain(|_, (_, expires)| *expires > now);
        self.channels.retain(|channel| channel.expires > now);
    }
}
