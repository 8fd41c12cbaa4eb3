//! The relay beside coturn: the same client, which is coturn's own, drives both, so that what differs is the relay.

use std::{
    net::{TcpListener, UdpSocket},
    path::Path,
    process::{Command, Stdio},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tincan::{
    protocol::PeerId,
    server::{
        config::Secret,
        relay::{Credentials, Issued},
    },
};

use crate::{
    ROUNDS, Result, median,
    process::{Kind, SECRET, Server},
    table::Table,
};

const SERVER: &str = "/usr/bin/turnserver";
const CLIENT: &str = "/usr/bin/turnutils_uclient";
/// Clients, each of which sends so many messages to another one. It sends no faster than one every few milliseconds, so the
/// processor time for each is what tells relays apart.
const CLIENTS: u32 = 20;
const MESSAGES: u32 = 1_000;
/// Of a picture.
const BYTES: u32 = 1_100;
/// Of the credentials, in seconds.
const LIFETIME: u64 = 3600;

struct Load {
    /// Relayed, in a second.
    packets: f64,
    /// Processor time of the relay for each packet, in microseconds.
    cpu: f64,
    lost: f64,
}

pub fn measure(table: &mut Table) -> Result<()> {
    if ![SERVER, CLIENT].into_iter().all(|program| Path::new(program).exists()) {
        println!("coturn is not installed: the relay is not measured beside it");
        return Ok(());
    }
    let (mut coturns, mut tincans) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        coturns.push(run(Kind::Floor)?);
        tincans.push(run(Kind::Tincan)?);
    }
    let of =
        |figure: fn(&Load) -> f64| (median(coturns.iter().map(figure)), median(tincans.iter().map(figure)));
    let (floor, tincan) = of(|load| load.packets);
    let words = format!("{:.2} × coturn", tincan / floor);
    table.row("TURN, 1.1 kB over UDP: packets/s", format!("{floor:.0}"), format!("{tincan:.0}"), words);
    let (floor, tincan) = of(|load| load.cpu);
    let words = format!("{:.2} × coturn", tincan / floor);
    let micros = |cpu: f64| format!("{cpu:.1} µs");
    table.row("TURN: processor time for each packet", micros(floor), micros(tincan), words);
    let (floor, tincan) = of(|load| load.lost);
    let percent = |lost: f64| format!("{:.2} %", lost * 100.0);
    table.row("TURN: lost", percent(floor), percent(tincan), String::new());
    Ok(())
}

fn run(kind: Kind) -> Result<Load> {
    let port = free_port()?;
    let server = match kind {
        Kind::Floor => Server::start_other(coturn(port), ([127, 0, 0, 1], port).into())?,
        Kind::Tincan => Server::start_relay(port)?,
    };
    let Issued { username, password } = credentials(kind)?;
    let before = server.cpu_seconds()?;
    let began = Instant::now();
    let output = Command::new(CLIENT)
        .args(["-y", "-c", "-z", "1", "-u", &username, "-w", &password])
        .args(["-p", &port.to_string(), "-m", &CLIENTS.to_string()])
        .args(["-n", &MESSAGES.to_string(), "-l", &BYTES.to_string(), "127.0.0.1"])
        .stderr(Stdio::null())
        .output()?;
    let took = began.elapsed();
    let cpu = server.cpu_seconds()? - before;
    let report = String::from_utf8_lossy(&output.stdout);
    let figure = |name: &str| -> Result<f64> {
        let (_, rest) = report.rsplit_once(name).ok_or_else(|| format!("no {name} in {report}"))?;
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        Ok(digits.parse()?)
    };
    let (sent, received) = (figure("tot_send_msgs=")?, figure("tot_recv_msgs=")?);
    Ok(Load {
        packets: received / took.as_secs_f64(),
        cpu: cpu * 1e6 / received,
        lost: 1.0 - received / sent,
    })
}

fn coturn(port: u16) -> Command {
    let mut command = Command::new(SERVER);
    command.args(["-n", "--no-cli", "--no-tls", "--no-dtls"]);
    command.args(["--log-file", "stdout", "--pidfile", "/dev/null"]);
    // Where there are no users, it makes a file for them.
    command.arg("--userdb").arg(std::env::temp_dir().join(format!("tincan-bench-{}", std::process::id())));
    command.args(["--listening-ip", "127.0.0.1", "--listening-port", &port.to_string()]);
    command.args(["--relay-ip", "127.0.0.1", "--allow-loopback-peers", "--realm", "tincan"]);
    command.args(["--use-auth-secret", "--static-auth-secret", SECRET]);
    command
}

/// Both make them from the same secret: coturn as it is, Tincan from a key that it derives.
fn credentials(kind: Kind) -> Result<Issued> {
    let secret = Secret::parse(SECRET)?;
    let credentials =
        if kind == Kind::Floor { Credentials::shared(&secret) } else { Credentials::new(&secret) };
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(credentials.ok_or("no key")?.issue(PeerId::from_random(1), now + LIFETIME))
}

/// For both kinds.
fn free_port() -> Result<u16> {
    loop {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
}
