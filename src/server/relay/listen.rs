//! The relay's own sockets: UDP and TCP on one port, for each address.

use std::{
    io,
    net::{SocketAddr, TcpListener, UdpSocket},
};

use socket2::{Domain, Protocol, Socket, Type};

/// The queue of connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// Bytes that may wait in the system, in each direction: the picture of many calls comes in bursts. The system may give less.
const SYSTEM_BUFFER: usize = 1 << 20;
/// How often a port is tried that is free for one of the two and not for the other.
const TRIES: usize = 16;

pub struct Listening {
    pub udp: Vec<UdpSocket>,
    pub tcp: Vec<TcpListener>,
}

impl Listening {
    /// All of the addresses when they were asked for. Else those that this machine has: a system without IPv6 is none
    /// to complain about.
    ///
    /// # Errors
    /// With a sentence, when one is not to be had, or none is.
    pub fn open(addresses: &[SocketAddr], all: bool) -> Result<Self, String> {
        let mut listening = Self { udp: Vec::new(), tcp: Vec::new() };
        let mut complaint = None;
        for address in addresses {
            match pair(*address) {
                Ok((udp, tcp)) => {
                    listening.udp.push(udp);
                    listening.tcp.push(tcp);
                }
                Err(error) if all || error.kind() == io::ErrorKind::AddrInUse => {
                    return Err(sentence(*address, &error));
                }
                Err(error) => complaint = Some(sentence(*address, &error)),
            }
        }
        match complaint {
            Some(complaint) if listening.udp.is_empty() => Err(complaint),
            _ => Ok(listening),
        }
    }

    /// Not what was asked for: port 0 is any free one.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.udp.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }
}

fn sentence(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(
                "The relay cannot have {address}, which another program has: choose another with --relay-listen."
            )
        }
        _ => format!("The relay cannot listen on {address} ({error}): choose another with --relay-listen."),
    }
}

fn pair(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..if address.port() == 0 { TRIES } else { 1 } {
        let udp = udp(address)?;
        match tcp(udp.local_addr()?) {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Hears the family of its address alone.
pub fn udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
    // What the system does not give is no reason to go without.
    let _ = socket.set_recv_buffer_size(SYSTEM_BUFFER);
    let _ = socket.set_send_buffer_size(SYSTEM_BUFFER);
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP)?;
    // After a restart the port is there at once.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}
