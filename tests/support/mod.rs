//! A real server on a port of its own, and people who talk to it over real sockets.
//!
//! Nothing in here sleeps. That something was *not* said is shown by a fence: a ping, and everything that came
//! before its pong.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "here a test fails, and says where")]

pub mod http;
pub mod person;
mod raw;
pub mod tls;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tincan::{
    protocol::{CallId, Incarnation, Room, RoomCode},
    server::{self, Config, Listeners, config::Secret, config::SecretSource},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

pub use person::Person;
pub use raw::{Closed, Raw};

/// Longer than anything that is waited for takes, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Stops when the last who is connected to it is dropped, or earlier by [`Server::stops`].
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    /// Where it tells how it is.
    pub operators: SocketAddr,
    stop: std::sync::Mutex<Option<oneshot::Sender<()>>>,
    task: std::sync::Mutex<Option<JoinHandle<()>>>,
}

/// A configuration as tests want it, changed by `change`.
pub fn config(change: impl FnOnce(&mut Config)) -> Config {
    let secret = Secret::parse("a secret of the tests").unwrap();
    let mut config = Config { secret: SecretSource::Given(secret), ..Config::default() };
    // Nobody was there before.
    config.timeouts.returning = Duration::ZERO;
    // Its port is one alone on a machine, and tests are many.
    config.relay.listen.clear();
    change(&mut config);
    config
}

impl Server {
    pub async fn start() -> Arc<Self> {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Arc<Self> {
        Self::start_beside(None, change).await
    }

    /// With an address that sends on to https.
    pub async fn start_beside(plain: Option<TcpListener>, change: impl FnOnce(&mut Config)) -> Arc<Self> {
        let people = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = people.local_addr().unwrap();
        let operators = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listening = operators.local_addr().unwrap();
        let listeners = Listeners { people, plain, operators: Some(operators) };
        let (stop, stopped) = oneshot::channel();
        let config = config(change);
        let task = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            server::run(config, listeners, shutdown).await.unwrap();
        });
        Arc::new(Self { address, operators: listening, stop: Some(stop).into(), task: Some(task).into() })
    }

    /// What SIGTERM does.
    pub fn stop(&self) {
        drop(self.stop.lock().unwrap().take());
    }

    /// Until `run` has returned.
    pub async fn ended(&self) {
        let task = self.task.lock().unwrap().take().unwrap();
        timeout(PATIENCE, task).await.expect("the server does not end").unwrap();
    }
}

/// Alice and Bob in the lobby, who know each other.
pub async fn lobby() -> (Person, Person) {
    lobby_with(|_| {}).await
}

pub async fn lobby_with(change: impl FnOnce(&mut Config)) -> (Person, Person) {
    let server = Server::start_with(change).await;
    let mut alice = Person::joins(&server, "Alice").await;
    let bob = Person::joins(&server, "Bob").await;
    alice.sees(&bob).await;
    (alice, bob)
}

/// Alice, Bob and Carol.
pub async fn lobby_of_three() -> (Person, Person, Person) {
    let (alice, mut bob) = lobby().await;
    let carol = Person::joins(&alice.server, "Carol").await;
    bob.sees(&carol).await;
    (alice, bob, carol)
}

pub fn room(code: &str) -> Room {
    Room::Private(RoomCode::parse(code).unwrap())
}

pub fn call(number: u128) -> CallId {
    CallId::from_random(number)
}

pub fn page(number: u64) -> Incarnation {
    Incarnation::from_random(number)
}
