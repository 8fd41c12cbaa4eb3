//! The server: it introduces people to each other, and forgets them.
//!
//! A connection is accepted (`door`), answered by a page or upgraded (`router`), and from then on one task
//! (`socket`) that speaks for it in its room (`hub`). What is said there is decided in the pure `registry`.

mod address;
pub mod config;
mod door;
mod hub;
mod line;
mod machine;
mod metrics;
pub mod names;
mod network;
mod operate;
pub mod parse;
mod rate;
pub mod registry;
pub mod relay;
mod router;
pub mod sentences;
mod socket;
mod ticket;
mod tls;

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
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

use self::{
    door::{Door, Entrance, Secured},
    hub::Hub,
    relay::Relay,
    router::At,
    tls::Tls,
};

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
    let tls = Tls::open(&config).map_err(Stop::Wrong)?;
    let says = if tls.is_some() { "listening on https" } else { "listening on http" };
    let people = listen(config.listen, "--listen", says).await?;
    let plain = listen_if(config.http_listen, "--http-listen", "sending on to https from http").await?;
    let operators = listen_if(config.metrics_listen, "--metrics-listen", "metrics on http").await?;
    let address = people.local_addr().unwrap_or(config.listen);
    if let Some(welcome) = tls.as_ref().and_then(|tls| tls.welcome(address, io::stdout().is_terminal())) {
        // Whoever does not look at it does not need it.
        let _ = write!(io::stdout(), "{welcome}");
    }
    serve(config, Listeners { people, plain, operators }, tls, told_to_stop())
        .await
        .map_err(|error| Stop::Wrong(error.to_string()))
}

/// What a server is reached by.
#[derive(Debug)]
pub struct Listeners {
    /// For everybody: pages and sockets.
    pub people: TcpListener,
    /// Sends on to https, where there is any.
    pub plain: Option<TcpListener>,
    /// For whoever runs the server, and nobody else: health and metrics.
    pub operators: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(people: TcpListener) -> Self {
        Self { people, plain: None, operators: None }
    }
}

/// Serves what comes to the listeners until `shutdown` is ready. Then every socket is told, and none is cut off
/// in the middle of a message that it still reads.
///
/// # Errors
/// When there is no randomness for the secret, no thread, or no relay or certificate though one was asked for.
pub async fn run(
    config: Config,
    listeners: impl Into<Listeners>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let tls = Tls::open(&config).map_err(io::Error::other)?;
    serve(config, listeners.into(), tls, shutdown).await
}

async fn serve(
    config: Config,
    listeners: Listeners,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let secret = config.secret.load()?;
    let metrics = Arc::default();
    let relay =
        Relay::open(&config, &secret.secret, tls.as_ref(), &metrics).await.map_err(io::Error::other)?;
    let hub = Hub::open(config, secret, relay.as_ref().map(Relay::offer), metrics)?;
    let mut door = Door::open(entrance(listeners, tls.as_ref(), &hub)?, hub)?;
    let _keeping = tls.as_ref().map(Tls::keep);
    shutdown.await;
    info!("shutting down");
    if tokio::time::timeout(LONGEST_SHUTDOWN, door.close()).await.is_err() {
        info!("some connections did not end in time");
    }
    Ok(())
}

fn entrance(listeners: Listeners, tls: Option<&Tls>, hub: &Hub) -> io::Result<Entrance> {
    let Listeners { people, plain, operators } = listeners;
    let port = At::Port(people.local_addr()?.port());
    let most = hub.config().limits.connections_per_address();
    let secured = tls.map(|tls| Secured::new(tls.clone(), router::redirector(At::SamePort, tls), most));
    Ok(Entrance {
        people: (people, router::router(hub, tls)),
        secured,
        plain: plain.zip(tls).map(|(listener, tls)| (listener, router::redirector(port, tls))),
        operators: operators.map(|listener| (listener, operate::router(hub))),
    })
}

async fn listen_if(wanted: Option<SocketAddr>, flag: &str, says: &str) -> Result<Option<TcpListener>, Stop> {
    match wanted {
        Some(address) => listen(address, flag, says).await.map(Some),
        None => Ok(None),
    }
}

async fn listen(wanted: SocketAddr, flag: &str, says: &str) -> Result<TcpListener, Stop> {
    let listener = TcpListener::bind(wanted).await.map_err(|error| not_listening(wanted, flag, &error))?;
    // Not what was asked for: port 0 is any free one.
    let address = listener.local_addr().unwrap_or(wanted);
    info!("{says}://{address}");
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
