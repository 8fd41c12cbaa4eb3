//! What the host of a server may choose: flags, environment and file, read once, right or refused with a sentence.

mod args;
mod file;
mod ice_server;
mod limits;
mod relay;
mod secret;
mod stop;
mod tls;

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

pub use ice_server::OtherServer;
pub use limits::Limits;
pub use relay::RelayConfig;
pub(super) use secret::warn_if_open;
pub use secret::{Loaded, Secret, SecretSource};
pub use stop::Stop;
pub use tls::{TlsConfig, TlsSource};

use crate::settings::{Settings, Timeouts};

/// Where cargo-leptos puts the front end; it is looked for there when the program has none within.
pub const SITE_ROOT: &str = "target/site";

#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where health and metrics are told, to whoever runs the server; nowhere when there is none.
    pub metrics_listen: Option<SocketAddr>,
    /// Without it pages come by http, as they do behind a proxy that has a certificate.
    pub tls: Option<TlsConfig>,
    /// Where http is sent on to https; on the port of https it always is.
    pub http_listen: Option<SocketAddr>,
    /// Whether there is a public room.
    pub lobby: bool,
    pub limits: Limits,
    pub timeouts: Timeouts,
    /// Given to every browser for finding paths.
    pub ice_servers: Vec<OtherServer>,
    pub relay: RelayConfig,
    /// Every call is to go through a relay, so that nobody learns anybody's address.
    pub relay_only: bool,
    /// What tickets are signed with.
    pub secret: SecretSource,
    /// Origins besides the server's own whose pages may connect.
    pub origins: Vec<String>,
    /// The addresses of clients are what the proxy in front says.
    pub behind_proxy: bool,
    /// A filter in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// Where the front end is, when it is not the one in the program.
    pub site_root: Option<PathBuf>,
}

impl Config {
    /// Reads flags, the environment for what they do not say, and the file for what neither does.
    ///
    /// # Errors
    /// When help was asked for, or a value is wrong.
    pub fn from_args(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Stop> {
        args::read(arguments)
    }

    /// What the page has to know.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings { lobby: self.lobby, timeouts: self.timeouts.clone() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            metrics_listen: None,
            tls: None,
            http_listen: None,
            lobby: true,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            ice_servers: Vec::new(),
            relay: RelayConfig::default(),
            relay_only: false,
            secret: SecretSource::Directory(PathBuf::from(".")),
            origins: Vec::new(),
            behind_proxy: false,
            log: "info".to_owned(),
            site_root: None,
        }
    }
}

#[cfg(test)]
mod tests;
