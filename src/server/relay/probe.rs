//! Whether the relay works, tried by itself after the start: two clients on this machine that reach each other through it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tracing::{info, warn};

use super::{
    Offer,
    caller::{Caller, Heard, Trouble},
    unix_seconds,
};
use crate::{protocol::PeerId, server::tls::Tls};

/// In seconds: what the probe is issued is good for no longer.
const LIFETIME: u64 = 60;
const PAYLOAD: &[u8] = b"Can you hear me?";

/// How the one client comes; the other one comes by UDP.
enum By {
    Udp,
    Tcp,
    Tls(Tls),
}

impl By {
    fn name(&self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls(_) => "TLS",
        }
    }
}

/// One line in the log, without an address in it.
pub async fn report(listening: Vec<SocketAddr>, offer: Offer, tls: Option<Tls>) {
    let ways: Vec<By> = [By::Udp, By::Tcp].into_iter().chain(tls.map(By::Tls)).collect();
    let (mut works, mut fails) = (Vec::new(), Vec::new());
    for address in listening {
        for by in &ways {
            let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
            let way = format!("{} over {family}", by.name());
            match probe(here(address), &offer, by).await {
                Ok(()) => works.push(way),
                // The socket is there, but this machine has no address of that kind to give to anybody.
                Err(Trouble::Refused(440)) => {}
                Err(_) => fails.push(way),
            }
        }
    }
    if fails.is_empty() {
        info!("the relay works: {}", works.join(", "));
    } else {
        warn!("the relay does not work: {}; it works: {}", fails.join(", "), works.join(", "));
    }
}

async fn probe(relay: SocketAddr, offer: &Offer, by: &By) -> Result<(), Trouble> {
    let peer = PeerId::from_random(getrandom::u64().map_err(|_| Trouble::Nonsense)?);
    let issued = offer.credentials().issue(peer, unix_seconds().saturating_add(LIFETIME));
    let mut one = match by {
        By::Udp => Caller::udp(relay, issued.clone()).await?,
        By::Tcp => Caller::tcp(relay, issued.clone()).await?,
        By::Tls(tls) => {
            let trusting = tls.trusting_itself().map_err(|_| Trouble::Nonsense)?;
            Caller::tls(relay, issued.clone(), trusting).await?
        }
    };
    let mut other = Caller::udp(relay, issued).await?;
    one.binding().await?;
    let (here, there) = (allocate(&mut one, relay).await?, allocate(&mut other, relay).await?);
    one.permit(there).await?;
    other.permit(here).await?;
    one.send(there, PAYLOAD).await?;
    let is_heard = other.hear().await? == Heard::From(here, PAYLOAD.to_vec());
    other.send(here, PAYLOAD).await?;
    let is_answered = one.hear().await? == Heard::From(there, PAYLOAD.to_vec());
    for caller in [&mut one, &mut other] {
        caller.refresh(0).await?;
    }
    (is_heard && is_answered).then_some(()).ok_or(Trouble::Nonsense)
}

async fn allocate(caller: &mut Caller, relay: SocketAddr) -> Result<SocketAddr, Trouble> {
    if relay.is_ipv6() { caller.allocate_ipv6().await } else { caller.allocate().await }
}

/// What listens everywhere listens here, too.
fn here(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        specific => specific,
    };
    SocketAddr::new(ip, address.port())
}
