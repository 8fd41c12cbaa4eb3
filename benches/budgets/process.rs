//! A server as a process of its own, so that its memory and its processor time can be read.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
};

use crate::{Result, floor};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Floor,
    Tincan,
}

pub struct Server {
    child: Child,
    pub kind: Kind,
    pub address: SocketAddr,
}

/// So that a load test meets no limit, and nobody idle is given up.
const UNLIMITED: &[&str] = &[
    "--listen=127.0.0.1:0",
    "--relay=off",
    "--max-connections-per-address=1000000",
    "--connections-per-second=1000000",
    "--connection-burst=1000000",
    "--max-peers-per-room=1000000",
    "--max-rooms=1000000",
    "--messages-per-second=1000000000",
    "--message-burst=1000000000",
    "--bytes-per-second=4294967295",
    "--byte-burst=4294967295",
    "--queue-bytes=67108864",
    "--timeout=silence=3600000",
    "--timeout=hello=3600000",
    // It is given its secret, and so believes that people were there before.
    "--timeout=returning=0",
    "--secret",
    SECRET,
];

pub const SECRET: &str = "a-secret-that-is-only-for-this";

/// So that nobody meets a limit there either.
const RELAY: &[&str] = &[
    "--listen=127.0.0.1:0",
    "--relay-allocations-per-peer=10000",
    "--relay-bytes-per-second=4294967295",
    "--relay-byte-burst=4294967295",
    "--secret",
    SECRET,
];

/// As whoever hosts it starts it.
const DEFAULTS: &[&str] = &["--listen=127.0.0.1:0", "--relay=off", "--secret", SECRET];

impl Server {
    pub fn start(kind: Kind) -> Result<Self> {
        let command = match kind {
            Kind::Floor => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg(floor::ARGUMENT);
                command
            }
            Kind::Tincan => {
                let mut command = released();
                command.args(UNLIMITED);
                command
            }
        };
        Self::run(kind, command)
    }

    /// The real server with the limits that it has unless told otherwise.
    pub fn start_limited() -> Result<Self> {
        let mut command = released();
        command.args(DEFAULTS);
        Self::run(Kind::Tincan, command)
    }

    /// The real server with a relay there.
    pub fn start_relay(port: u16) -> Result<Self> {
        let mut command = released();
        command.args(RELAY).arg(format!("--relay-listen=127.0.0.1:{port}"));
        Self::run(Kind::Tincan, command)
    }

    /// Another one, which says nothing until it has said much: it is there when it takes connections.
    pub fn start_other(mut command: Command, address: SocketAddr) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { child, kind: Kind::Floor, address };
        while TcpStream::connect(address).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("it ended: {status}").into());
            }
        }
        Ok(server)
    }

    fn run(kind: Kind, mut command: Command) -> Result<Self> {
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
        let address =
            lines.by_ref().find_map(|line| address_in(&line.ok()?)).ok_or("it did not say its address")?;
        // Whatever else it says must not fill the pipe and stop it.
        thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, kind, address })
    }

    /// Memory of its own, in bytes (proc_pid_status(5)). What is mapped of the program's file is not counted: it is no
    /// more than that file, however many are connected, and grows as more of the program has been run.
    pub fn own_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).ok_or("no RssAnon")?;
        Ok(kib.trim_end_matches("kB").trim().parse::<u64>()? * 1024)
    }

    /// Files and sockets that are open.
    pub fn open_files(&self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// Processor time so far, in user and kernel, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        /// `sysconf(_SC_CLK_TCK)`: the same on every Linux that Rust runs on.
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name, in parentheses, may have spaces in it (proc(5)).
        let (_, fields) = stat.rsplit_once(')').ok_or("no name")?;
        let ticks = fields.split_ascii_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<std::result::Result<f64, _>>()? / TICKS_PER_SECOND)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn released() -> Command {
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/release/tincan"))
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, port) = line.rsplit_once("127.0.0.1:")?;
    let digits = port.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(SocketAddr::from(([127, 0, 0, 1], digits.parse().ok()?)))
}
