//! The server: it introduces people to each other, and forgets them.
//!
//! A connection is accepted (`door`), answered by a page or upgraded (`router`), and from then on one task
//! (`socket`) that speaks for it in its room (`hub`). What is said there is decided in the pure `registry`.

mod address;
pub mod config;
mod door;
mod hub;
pub mod names;
pub mod parse;
mod rate;
pub mod registry;
pub mod relay;
mod router;
pub mod sentences;
mod socket;
mod ticket;

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing::info;
use tracing_subscriber::EnvFilter;

pub use config::{Config, Limits, Stop};

use self::{door::Door, hub::Hub, relay::Relay};

/// However many sockets there are, a shutdown takes no longer.
const LONGEST_SHUTDOWN: Duration = Duration::from_secs(5);

/// The whole program: reads the configuration, listens, and serves until SIGTERM or Ctrl-C.
///
/// # Errors
/// When there is nothing to serve: help was asked for, a value is wrong, or the address is not to be had.
pub async fn start(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Stop> {
    let config = Config::from_args(arguments)?;
    let filter = EnvFilter::try_new(&config.log).map_err(|error| Stop::Wrong(format!("--log: {error}.")))?;
    // It warns of whatever somebody sends to the relay that is no message.
    let filter = match "stun_types=off".parse() {
        Ok(quiet) => filter.add_directive(quiet),
        Err(_) => filter,
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    let listener = TcpListener::bind(config.listen).await.map_err(|error| not_listening(&config, &error))?;
    // Not what was asked for: port 0 is any free one.
    let address = listener.local_addr().unwrap_or(config.listen);
    info!("listening on http://{address}");
    run(config, listener, told_to_stop()).await.map_err(|error| Stop::Wrong(error.to_string()))
}

/// Serves what comes to the listener until `shutdown` is ready. Then every socket is told, and none is cut off
/// in the middle of a message that it still reads.
///
/// # Errors
/// When there is no randomness for the secret, no thread, or no relay though one was asked for.
pub async fn run(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let secret = config.secret.load()?;
    let relay = Relay::open(&config, &secret.secret).await.map_err(io::Error::other)?;
    let hub = Hub::open(config, secret, relay.as_ref().map(Relay::offer))?;
    let mut door = Door::open(listener, router::router(&hub), hub)?;
    shutdown.await;
    info!("shutting down");
    if tokio::time::timeout(LONGEST_SHUTDOWN, door.close()).await.is_err() {
        info!("some connections did not end in time");
    }
    Ok(())
}

fn not_listening(config: &Config, error: &io::Error) -> Stop {
    let address = config.listen;
    Stop::Wrong(match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("Another program listens on {address} already. Choose another address with --listen.")
        }
        io::ErrorKind::PermissionDenied => {
            format!(
                "The system does not let this program listen on {address}. Ports from 1024 need no permission."
            )
        }
        _ => format!("Cannot listen on {address}: {error}."),
    })
}

async fn told_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
