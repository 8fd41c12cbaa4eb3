//! The shell around `turn`: datagrams in, datagrams out. Nothing here waits to send: what a socket does not take at once
//! is lost, as it would be on a narrow line.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{net::UdpSocket, sync::mpsc, task::AbortHandle, time::Instant};
use tracing::debug;

use super::{
    canonical, listen,
    turn::{Client, Effect, MOST_BYTES, Now, Transport, Turn, Wanted},
    unix_seconds,
};
use crate::server::network::Network;

/// How many ports are tried for one allocation.
const TRIES: usize = 32;
/// Datagrams that are taken from a socket before others have a turn.
const IN_A_TURN: usize = 16;

/// Cheap to clone.
#[derive(Clone)]
pub struct Switch(Arc<Shared>);

struct Shared {
    /// In the order of [`Client::socket`].
    listening: Vec<UdpSocket>,
    ports: RangeInclusive<u16>,
    started: Instant,
    /// Held for one datagram with all that follows from it; nothing in there waits.
    state: Mutex<State>,
}

struct State {
    turn: Turn,
    sockets: HashMap<SocketAddr, Relayed>,
    /// What waits to be written to clients that came by TCP.
    streams: HashMap<Client, mpsc::Sender<Vec<u8>>>,
    is_closed: bool,
}

/// The socket of an allocation, and the task that reads it.
struct Relayed {
    socket: Arc<UdpSocket>,
    reading: AbortHandle,
}

impl Drop for Relayed {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Switch {
    /// Inside of a tokio runtime.
    pub fn new(turn: Turn, listening: Vec<std::net::UdpSocket>, ports: RangeInclusive<u16>) -> Self {
        let listening = listening.into_iter().filter_map(|socket| UdpSocket::from_std(socket).ok()).collect();
        let (sockets, streams) = (HashMap::new(), HashMap::new());
        let state = Mutex::new(State { turn, sockets, streams, is_closed: false });
        Self(Arc::new(Shared { listening, ports, started: Instant::now(), state }))
    }

    /// One task for each socket.
    pub fn serve(&self) -> Vec<AbortHandle> {
        let sockets = 0..self.0.listening.len();
        sockets.map(|socket| tokio::spawn(listen_to(self.clone(), socket)).abort_handle()).collect()
    }

    /// Ends every allocation; none is made any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.sockets.clear();
        state.streams.clear();
    }

    /// In a machine that is in these networks now.
    pub fn tick(&self, near: Vec<Network>) {
        let mut state = self.state();
        state.turn.moved(near);
        for effect in state.turn.tick(self.now()) {
            self.perform(&mut state, effect);
        }
    }

    pub fn hear(&self, client: Client, bytes: &[u8]) {
        let now = self.now();
        let mut state = self.state();
        for effect in state.turn.hear(client, bytes, now) {
            self.perform(&mut state, effect);
        }
    }

    /// A stream begins: what is for this client goes there.
    pub fn opened(&self, client: Client, stream: mpsc::Sender<Vec<u8>>) {
        let mut state = self.state();
        if !state.is_closed {
            state.streams.insert(client, stream);
        }
    }

    pub fn lost(&self, client: Client) {
        let mut state = self.state();
        state.streams.remove(&client);
        if let Some(effect) = state.turn.lost(client) {
            self.perform(&mut state, effect);
        }
    }

    pub fn has_allocation(&self, client: Client) -> bool {
        self.state().turn.has_allocation(client)
    }

    fn arrived(&self, relayed: SocketAddr, peer: SocketAddr, bytes: &[u8]) {
        let now = self.now();
        let mut state = self.state();
        if let Some(effect) = state.turn.arrived(relayed, peer, bytes, now) {
            self.perform(&mut state, effect);
        }
    }

    fn perform(&self, state: &mut State, effect: Effect<'_>) {
        match effect {
            Effect::ToClient { client, bytes } => self.send(state, client, bytes),
            Effect::ToPeer { relayed, peer, bytes } => {
                if let Some(Relayed { socket, .. }) = state.sockets.get(&relayed) {
                    let _ = socket.try_send_to(bytes, peer);
                }
            }
            Effect::Bind(wanted) => {
                let bound = if state.is_closed { None } else { self.bind(&wanted) };
                let port = bound.as_ref().map(|(port, _)| *port);
                let (relayed, answer) = state.turn.bound(*wanted, port, self.now());
                if let (Some(relayed), Some((_, socket))) = (relayed, bound) {
                    let reading =
                        tokio::spawn(read(self.clone(), relayed, Arc::clone(&socket))).abort_handle();
                    state.sockets.insert(relayed, Relayed { socket, reading });
                }
                if let Some(answer) = answer {
                    self.perform(state, answer);
                }
            }
            Effect::Close { relayed } => _ = state.sockets.remove(&relayed),
        }
    }

    fn send(&self, state: &State, client: Client, bytes: Vec<u8>) {
        match client.transport {
            Transport::Udp => {
                if let Some(socket) = self.0.listening.get(client.socket) {
                    let _ = socket.try_send_to(&bytes, client.address);
                }
            }
            Transport::Tcp => {
                if let Some(stream) = state.streams.get(&client) {
                    let _ = stream.try_send(bytes);
                }
            }
        }
    }

    /// Ports are drawn at random (RFC 6056), so that nobody foresees the next one.
    fn bind(&self, wanted: &Wanted) -> Option<(u16, Arc<UdpSocket>)> {
        let any: IpAddr =
            if wanted.is_ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
        let (first, last) = (u32::from(*self.0.ports.start()), u32::from(*self.0.ports.end()));
        for _ in 0..TRIES {
            let drawn = first + getrandom::u32().ok()? % (last.saturating_sub(first) + 1);
            let drawn = if wanted.is_even { (drawn & !1).max(first.next_multiple_of(2)) } else { drawn };
            if drawn > last {
                continue;
            }
            let address = SocketAddr::new(any, u16::try_from(drawn).ok()?);
            let socket = listen::udp(address).and_then(UdpSocket::from_std);
            match socket.and_then(|socket| Ok((socket.local_addr()?.port(), socket))) {
                Ok((port, socket)) => return Some((port, Arc::new(socket))),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => {
                    debug!("no socket for an allocation: {error}");
                    return None;
                }
            }
        }
        None
    }

    fn now(&self) -> Now {
        Now { since_start: self.0.started.elapsed(), unix: unix_seconds() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn listen_to(switch: Switch, number: usize) {
    let Some(socket) = switch.0.listening.get(number) else { return };
    let hear = |from, bytes: &[u8]| {
        switch.hear(Client { address: from, transport: Transport::Udp, socket: number }, bytes);
    };
    each_datagram(socket, hear).await;
}

async fn read(switch: Switch, relayed: SocketAddr, socket: Arc<UdpSocket>) {
    each_datagram(&socket, |from, bytes| switch.arrived(relayed, from, bytes)).await;
}

/// One that is too long is not passed on in part. An error is that of an earlier datagram (ICMP) and ends nothing.
async fn each_datagram(socket: &UdpSocket, hear: impl Fn(SocketAddr, &[u8])) {
    let mut buffer = vec![0; MOST_BYTES + 1];
    loop {
        if socket.readable().await.is_err() {
            return;
        }
        for _ in 0..IN_A_TURN {
            match socket.try_recv_from(&mut buffer) {
                Ok((length, from)) if length <= MOST_BYTES => {
                    if let Some(bytes) = buffer.get(..length) {
                        hear(canonical(from), bytes);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                _ => {}
            }
        }
        tokio::task::yield_now().await;
    }
}
