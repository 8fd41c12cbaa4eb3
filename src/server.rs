//! The server: it introduces people to each other, and forgets them.
//!
//! A connection is accepted (`door`), answered by a page or upgraded (`router`), and from then on one task
//! (`socket`) that speaks for it in its room (`hub`). What is said there is decided in the pure `registry`.

mod address;
pub mod config;
mod door;
mod hub;
mod metrics;
pub mod names;
mod operate;
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
    net::SocketAddr,
    sync::Arc,
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
    let people = listen(config.listen, "--listen", "listening on").await?;
    let operators = match config.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen", "metrics on").await?),
        None => None,
    };
    run(config, Listeners { people, operators }, told_to_stop())
        .await
        .map_err(|error| Stop::Wrong(error.to_string()))
}

/// What a server is reached by.
#[derive(Debug)]
pub struct Listeners {
    /// For everybody: pages and sockets.
    pub people: TcpListener,
    /// For whoever runs the server, and nobody else: health and metrics.
    pub operators: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(people: TcpListener) -> Self {
        Self { people, operators: None }
    }
}

/// Serves what comes to the listeners until `shutdown` is ready. Then every socket is told, and none is cut off
/// in the middle of a message that it still reads.
///
/// # Errors
/// When there is no randomness for the secret, no thread, or no relay though one was asked for.
pub async fn run(
    config: Config,
    listeners: impl Into<Listeners>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let secret = config.secret.load()?;
    let metrics = Arc::default();
    let relay = Relay::open(&config, &secret.secret, &metrics).await.map_err(io::Error::other)?;
    let hub = Hub::open(config, secret, relay.as_ref().map(Relay::offer), metrics)?;
    let Listeners { people, operators } = listeners.into();
    let operators = operators.map(|listener| (listener, operate::router(&hub)));
    let mut door = Door::open((people, router::router(&hub)), operators, hub)?;
    shutdown.await;
    info!("shutting down");
    if tokio::time::timeout(LONGEST_SHUTDOWN, door.close()).await.is_err() {
        info!("some connections did not end in time");
    }
    Ok(())
}

async fn listen(wanted: SocketAddr, flag: &str, says: &str) -> Result<TcpListener, Stop> {
    let listener = TcpListener::bind(wanted).await.map_err(|error| not_listening(wanted, flag, &error))?;
    // Not what was asked for: port 0 is any free one.
    let address = listener.local_addr().unwrap_or(wanted);
    info!("{says} http://{address}");
    Ok(listener)
}

fn not_listening(address: SocketAddr, flag: &str, error: &io::Error) -> Stop {
    Stop::Wrong(match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("Another program listens on {address} already. Choose another address with {flag}.")
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
