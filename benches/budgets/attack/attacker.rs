//! The attackers: a process of their own, in which a crowd does the same thing again and again until it is
//! killed.

mod connections;
mod frames;
mod invitations;
mod messages;
mod slow_readers;
mod slow_writers;
mod storm;

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use tincan::protocol::{Room, Welcome};
use tokio::{
    net::TcpStream,
    time::{interval, sleep, timeout},
};

use crate::{
    Result,
    connection::{Connection, connect_from},
};

/// Followed by the name of an attack and the address of the server.
pub const ARGUMENT: &str = "--attack";
/// How often the attackers say how they get on.
const SAY: Duration = Duration::from_millis(50);
/// What an attacker waits for is there by then, or it begins anew.
const PATIENCE: Duration = Duration::from_secs(10);
/// So that whoever is refused at once does not spend all its time on asking.
const AFTER_FAILURE: Duration = Duration::from_millis(2);
/// Between one message and the next: as fast as one connection may go in the long run, with something to spare.
const PACE: Duration = Duration::from_millis(21);
/// 127.0.0.2 to 127.0.0.20.
const ADDRESSES: usize = 19;

#[derive(Clone, Copy, Debug)]
pub enum Attack {
    SlowReaders,
    SlowWriters,
    Connections,
    Storm,
    Messages,
    Invitations,
}

impl Attack {
    pub const ALL: [Self; 6] = [
        Self::SlowReaders,
        Self::SlowWriters,
        Self::Connections,
        Self::Storm,
        Self::Messages,
        Self::Invitations,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::SlowReaders => "slow_readers",
            Self::SlowWriters => "slow_writers",
            Self::Connections => "connections",
            Self::Storm => "storm",
            Self::Messages => "messages",
            Self::Invitations => "invitations",
        }
    }

    /// What is counted of it.
    pub fn blows(self) -> &'static str {
        match self {
            Self::SlowReaders => "signals of 60 kB",
            Self::SlowWriters => "single bytes",
            Self::Connections => "connections",
            Self::Storm => "people come and go",
            Self::Messages => "frames",
            Self::Invitations => "invitations",
        }
    }

    /// By how many MiB the server may grow.
    pub fn most_mib(self) -> f64 {
        match self {
            // By default 1 MiB may wait for each of those who are told so much, behind another that is being written.
            Self::SlowReaders => 2.0 * slow_readers::TOLD_MUCH as f64,
            // The longest message for each of a thousand people.
            _ => 64.0,
        }
    }
}

/// The process. Killed when it is dropped.
pub struct Attackers {
    child: Child,
    blows: Arc<AtomicU64>,
}

impl Attackers {
    pub fn start(attack: Attack, server: SocketAddr) -> Result<Self> {
        // SCHED_IDLE (see sched(7)). `chrt` becomes the program that it starts: the child is the attackers themselves.
        let mut child = Command::new("chrt")
            .args(["--idle", "0"])
            .arg(std::env::current_exe()?)
            .args([ARGUMENT, attack.name(), &server.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let blows = Arc::<AtomicU64>::default();
        let heard = Arc::clone(&blows);
        thread::spawn(move || {
            for count in lines.map_while(|line| line.ok()?.parse().ok()) {
                heard.store(count, Ordering::Relaxed);
            }
        });
        Ok(Self { child, blows })
    }

    pub fn blows(&self) -> u64 {
        self.blows.load(Ordering::Relaxed)
    }

    pub async fn begun(&self) {
        let mut pace = interval(SAY);
        while self.blows() == 0 {
            pace.tick().await;
        }
    }
}

impl Drop for Attackers {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The child: attacks until it is killed, or nobody is there any more who would.
pub async fn run(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let name = arguments.next().ok_or("no attack")?;
    let attack = Attack::ALL.into_iter().find(|attack| attack.name() == name).ok_or("no such attack")?;
    let server = arguments.next().ok_or("no server")?.parse()?;
    let crowd = Crowd { server, shared: Arc::default() };
    match attack {
        Attack::SlowReaders => slow_readers::begin(&crowd),
        Attack::SlowWriters => slow_writers::begin(&crowd),
        Attack::Connections => connections::begin(&crowd),
        Attack::Storm => storm::begin(&crowd),
        Attack::Messages => messages::begin(&crowd),
        Attack::Invitations => invitations::begin(&crowd),
    }
    let mut pace = interval(SAY);
    loop {
        pace.tick().await;
        writeln!(io::stdout(), "{}", crowd.shared.blows.load(Ordering::Relaxed))?;
    }
}

struct Crowd {
    server: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    blows: AtomicU64,
    people: AtomicUsize,
}

impl Crowd {
    /// Has so many do the same, each from the next address. Whoever fails begins anew.
    fn send<F, A>(&self, many: usize, act: F)
    where
        F: Fn(Attacker) -> A + Copy + Send + Sync + 'static,
        A: Future<Output = Result<()>> + Send,
    {
        for number in 0..many {
            let last = 2 + u8::try_from(number % ADDRESSES).unwrap_or_default();
            let from = Ipv4Addr::new(127, 0, 0, last);
            let attacker = Attacker { server: self.server, from, shared: Arc::clone(&self.shared) };
            tokio::spawn(async move {
                loop {
                    if act(attacker.clone()).await.is_err() {
                        sleep(AFTER_FAILURE).await;
                    }
                }
            });
        }
    }
}

#[derive(Clone)]
struct Attacker {
    server: SocketAddr,
    from: Ipv4Addr,
    shared: Arc<Shared>,
}

impl Attacker {
    fn count(&self) {
        self.shared.blows.fetch_add(1, Ordering::Relaxed);
    }

    /// Nobody had it before.
    fn number(&self) -> usize {
        1_000_000 + self.shared.people.fetch_add(1, Ordering::Relaxed)
    }

    async fn connects(&self) -> Result<TcpStream> {
        Ok(timeout(PATIENCE, connect_from(self.from, self.server, None)).await??)
    }

    async fn opens(&self) -> Result<Connection> {
        let stream = self.connects().await?;
        timeout(PATIENCE, Connection::upgrade(stream, self.server)).await?
    }

    /// Under a name that is as long as names may be.
    async fn says_hello(&self, connection: &mut Connection) -> Result<()> {
        let number = self.number();
        connection.hello_as(format!("{number:😀>32}"), Room::Lobby, number).await
    }

    async fn enters(&self) -> Result<(Connection, Welcome)> {
        self.enters_by(self.opens().await?).await
    }

    async fn enters_by(&self, mut connection: Connection) -> Result<(Connection, Welcome)> {
        self.says_hello(&mut connection).await?;
        let welcome = timeout(PATIENCE, connection.welcome()).await??;
        Ok((connection, welcome))
    }
}
