//! What the host of a server may choose: flags and environment, read once, right or refused with a sentence.

mod args;
mod ice_server;
mod limits;
mod relay;
mod secret;
mod stop;

use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

pub use limits::Limits;
pub use relay::RelayConfig;
pub use secret::{Loaded, Secret, SecretSource};
pub use stop::Stop;

use crate::{
    protocol::IceServer,
    settings::{Settings, Timeouts},
};

#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Whether there is a public room.
    pub lobby: bool,
    pub limits: Limits,
    pub timeouts: Timeouts,
    /// Given to every browser for finding paths.
    pub ice_servers: Vec<IceServer>,
    pub relay: RelayConfig,
    /// What tickets are signed with.
    pub secret: SecretSource,
    /// Origins besides the server's own whose pages may connect.
    pub origins: Vec<String>,
    /// The addresses of clients are what the proxy in front says.
    pub behind_proxy: bool,
    /// A filter in the syntax of `tracing_subscriber::EnvFilter`.
    pub log: String,
    /// Where the front end is.
    pub site_root: PathBuf,
}

impl Config {
    /// Reads flags, and the environment for what they do not say.
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
            lobby: true,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            ice_servers: Vec::new(),
            relay: RelayConfig::default(),
            secret: SecretSource::Directory(PathBuf::from(".")),
            origins: Vec::new(),
            behind_proxy: false,
            log: "info".to_owned(),
            site_root: PathBuf::from("target/site"),
        }
    }
}

#[cfg(test)]
mod tests;
