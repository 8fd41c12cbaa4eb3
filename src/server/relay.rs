//! STUN and TURN in the same program (RFC 8489, RFC 8656): two people whose networks allow no direct path are connected
//! by way of this server, which passes on what it cannot read.
//!
//! What a packet leads to is decided in the pure `turn`; where data may go in `reach`; who may ask in `credentials`. The
//! sockets are in `switch` and `stream`. `caller` is the other side: a small client for the probe and for tests.

mod address;
pub mod caller;
mod credentials;
mod listen;
mod nonce;
mod offer;
mod probe;
mod quota;
mod reach;
mod stream;
mod switch;
mod turn;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{task::AbortHandle, time::interval};
use tracing::warn;

pub use credentials::{Credentials, Issued};
pub use offer::{Offer, name};
pub use quota::Quotas;

use self::{listen::Listening, nonce::Nonces, offer::Named, reach::Reach, switch::Switch, turn::Turn};
use super::{
    config::{Config, Secret},
    machine,
    metrics::Metrics,
    tls::Tls,
};

/// How often what is over is looked for.
const TICK: Duration = Duration::from_secs(5);

/// Dropped, nothing is relayed any more.
pub struct Relay {
    switch: Switch,
    tasks: Vec<AbortHandle>,
    offer: Offer,
}

impl Relay {
    /// `None` when none is wanted, or when none can be had and nobody has asked for it by name. Where there is a certificate, it is
    /// reached by TLS as well.
    ///
    /// # Errors
    /// With a sentence, when one was asked for and cannot be had.
    pub async fn open(
        config: &Config,
        secret: &Secret,
        tls: Option<&Tls>,
        metrics: &Arc<Metrics>,
    ) -> Result<Option<Self>, String> {
        let wanted = &config.relay;
        if wanted.listen.is_empty() {
            return Ok(None);
        }
        match Self::begin(config, secret, tls, metrics).await {
            Ok(relay) => Ok(Some(relay)),
            Err(sentence) if wanted.is_asked_for => Err(sentence),
            Err(sentence) => {
                warn!(
                    "{sentence} There is no relay: people whose networks allow no direct path cannot call each other"
                );
                Ok(None)
            }
        }
    }

    async fn begin(
        config: &Config,
        secret: &Secret,
        tls: Option<&Tls>,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, String> {
        let wanted = &config.relay;
        let listening = Listening::open(&wanted.listen, wanted.is_asked_for)?;
        let relayed = address::relayed(wanted.host.as_deref(), &listening.addresses()).await?;
        let keys = || Some((Credentials::new(secret)?, Nonces::new(secret)?, Credentials::new(secret)?));
        let (credentials, nonces, own) = keys().ok_or("The relay has no key.")?;
        let reach = Reach { relayed, allowed: wanted.allow.clone(), near: machine::networks() };
        let turn = Turn::new(credentials, nonces, reach, config.limits.relay(), Arc::clone(metrics));
        let addresses = listening.addresses();
        let port = addresses.first().map_or(0, std::net::SocketAddr::port);
        let specific = addresses.first().map(|address| address.ip()).filter(|ip| !ip.is_unspecified());
        let host = wanted.host.clone().or_else(|| specific.map(|ip| ip.to_string()));
        let switch = Switch::new(turn, listening.udp, wanted.ports.clone());
        let census = (config.limits.connections_per_address(), config.limits.connections());
        let mut tasks = switch.serve();
        tasks.extend(stream::serve(&switch, listening.tcp, tls, census));
        tasks.push(tokio::spawn(keep_time(switch.clone())).abort_handle());
        let named = Named { host, port, by_tls: tls.is_some() };
        let offer = Offer::new(own, config.timeouts.ticket, named);
        tasks.push(tokio::spawn(probe::report(addresses, offer.clone(), tls.cloned())).abort_handle());
        Ok(Self { switch, tasks, offer })
    }

    /// What browsers are told.
    #[must_use]
    pub fn offer(&self) -> Offer {
        self.offer.clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        self.switch.close();
    }
}

async fn keep_time(switch: Switch) {
    let mut ticks = interval(TICK);
    loop {
        ticks.tick().await;
        switch.tick(machine::networks());
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// An address as the family it really is of.
fn canonical(address: std::net::SocketAddr) -> std::net::SocketAddr {
    let ip: IpAddr = address.ip().to_canonical();
    std::net::SocketAddr::new(ip, address.port())
}
