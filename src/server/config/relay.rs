//! The relay: where it listens, what it is called, where it carries data to.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
};

use crate::server::{network::Network, relay};

/// Of STUN and TURN (RFC 8489, section 18.6).
const PORT: u16 = 3478;
/// Dynamic ports (RFC 8656, section 7.2).
const PORTS: RangeInclusive<u16> = 49152..=65535;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayConfig {
    /// UDP and TCP on each of these, of one family each. Without any there is no relay.
    pub listen: Vec<SocketAddr>,
    /// Rather no server than one without it.
    pub is_asked_for: bool,
    /// A name or an address: what browsers are told, and whose address allocations have. Without it, browsers are told the
    /// host under which they reached the page, and allocations have an address of this machine.
    pub host: Option<String>,
    /// Of allocations.
    pub ports: RangeInclusive<u16>,
    /// Networks that would be refused otherwise.
    pub allow: Vec<Network>,
}

impl Default for RelayConfig {
    fn default() -> Self {
        let listen = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        Self {
            listen: listen.map(|ip| SocketAddr::new(ip, PORT)).into(),
            is_asked_for: false,
            host: None,
            ports: PORTS,
            allow: Vec::new(),
        }
    }
}

#[derive(clap::Args)]
#[command(next_help_heading = "Relay")]
pub(super) struct RelayArgs {
    /// Whether there is a relay (STUN and TURN) for people between whose networks there is no direct path. On unless
    /// said otherwise; asked for, the server does not start without it
    #[arg(long, env = "TINCAN_RELAY", value_name = "on|off", value_parser = super::args::parse_switch)]
    relay: Option<super::args::Switch>,

    /// Address and port of the relay, for UDP and TCP. May be given more than once (in the environment: separated by
    /// spaces) [default: 0.0.0.0:3478 and [::]:3478]
    #[arg(long, env = "TINCAN_RELAY_LISTEN", value_name = "ADDRESS", value_delimiter = ' ')]
    #[arg(value_parser = super::args::parse_listen)]
    relay_listen: Vec<SocketAddr>,

    /// Name or address under which the relay is reached from outside. Needed behind a NAT, and when the page comes by a
    /// proxy on another machine
    #[arg(long, env = "TINCAN_RELAY_HOST", value_name = "HOST", value_parser = parse_host)]
    relay_host: Option<String>,

    /// UDP ports that the relay takes for calls [default: 49152-65535]
    #[arg(long, env = "TINCAN_RELAY_PORTS", value_name = "FIRST-LAST", value_parser = parse_ports)]
    relay_ports: Option<RangeInclusive<u16>>,

    /// A network that is not public and that the relay may carry data to all the same, such as 10.0.0.0/8. May be given
    /// more than once (in the environment: separated by spaces)
    #[arg(long, env = "TINCAN_RELAY_ALLOW", value_name = "NETWORK", value_delimiter = ' ')]
    relay_allow: Vec<Network>,
}

impl From<RelayArgs> for RelayConfig {
    fn from(args: RelayArgs) -> Self {
        let default = Self::default();
        let listen = match (&args.relay, args.relay_listen.is_empty()) {
            (Some(super::args::Switch(false)), _) => Vec::new(),
            (_, true) => default.listen,
            (_, false) => args.relay_listen.clone(),
        };
        Self {
            is_asked_for: !listen.is_empty() && (args.relay.is_some() || !args.relay_listen.is_empty()),
            listen,
            host: args.relay_host,
            ports: args.relay_ports.unwrap_or(default.ports),
            allow: args.relay_allow,
        }
    }
}

fn parse_ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (first, last) = text.split_once('-').unwrap_or_default();
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if 0 < first && first <= last => Ok(first..=last),
        _ => Err("it must look like 49152-65535".into()),
    }
}

fn parse_host(text: &str) -> Result<String, String> {
    let is_ipv6 = text.parse::<Ipv6Addr>().is_ok();
    let host = if is_ipv6 {
        Some(text.to_owned())
    } else {
        relay::name(text).filter(|name| name.len() == text.len())
    };
    host.ok_or_else(|| "it must be a name or an address without a port, such as phone.example".into())
}
