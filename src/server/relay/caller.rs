//! The other side of the relay: a client as small as the probe and the tests need. Browsers have their own.

use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};

use rustls::ClientConfig;

use stun_types::{
    AddressFamily,
    attribute::{ErrorCode, Nonce, Realm, Username, XorMappedAddress},
    message::{
        BINDING, IntegrityAlgorithm, Message, MessageClass, MessageType, MessageWriteVec, Method,
        StunWriteError, TransactionId,
    },
    prelude::{AttributeWrite, MessageWrite, MessageWriteExt},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, UdpSocket},
    time::{Instant, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use turn_types::{
    attribute::{
        ChannelNumber, Data, Lifetime, RequestedAddressFamily, RequestedTransport, XorPeerAddress,
        XorRelayedAddress,
    },
    message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND},
};

use super::{
    credentials::{Issued, REALM},
    stream::next_message,
    turn::MOST_BYTES,
};

/// An answer that has not come by then is not going to.
const PATIENCE: Duration = Duration::from_secs(5);
/// What has arrived and was not asked for yet.
const MOST_HEARD: usize = 64;

#[derive(Debug)]
pub enum Trouble {
    /// The relay says no, with this error code.
    Refused(u16),
    Lost(io::Error),
    /// It says something that is no answer.
    Nonsense,
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

impl From<StunWriteError> for Trouble {
    fn from(_: StunWriteError) -> Self {
        Self::Nonsense
    }
}

/// What was relayed, and from where or by which channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    From(SocketAddr, Vec<u8>),
    By(u16, Vec<u8>),
}

pub struct Caller {
    link: Link,
    issued: Issued,
    nonce: Option<String>,
    heard: VecDeque<Heard>,
}

enum Link {
    Udp(UdpSocket),
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

type Attributes<'a> = &'a (dyn Fn(TransactionId, &mut MessageWriteVec) -> Result<(), StunWriteError> + Sync);

impl Caller {
    /// # Errors
    /// When the system has no socket.
    pub async fn udp(relay: SocketAddr, issued: Issued) -> io::Result<Self> {
        let any = if relay.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(relay).await?;
        Ok(Self::new(Link::Udp(socket), issued))
    }

    /// # Errors
    /// When nobody answers there.
    pub async fn tcp(relay: SocketAddr, issued: Issued) -> io::Result<Self> {
        Ok(Self::new(Link::Tcp(TcpStream::connect(relay).await?), issued))
    }

    /// By TLS, under the address of the relay.
    ///
    /// # Errors
    /// When nobody answers there whom `trusting` trusts.
    pub async fn tls(relay: SocketAddr, issued: Issued, trusting: Arc<ClientConfig>) -> io::Result<Self> {
        let (stream, name) = (TcpStream::connect(relay).await?, relay.ip().into());
        let connected = TlsConnector::from(trusting).connect(name, stream);
        let stream = timeout_at(Instant::now() + PATIENCE, connected).await??;
        Ok(Self::new(Link::Tls(Box::new(stream)), issued))
    }

    fn new(link: Link, issued: Issued) -> Self {
        Self { link, issued, nonce: None, heard: VecDeque::new() }
    }

    /// From where the server sees this client (RFC 8489, section 3).
    ///
    /// # Errors
    /// When there is no such answer. So everywhere below.
    pub async fn binding(&mut self) -> Result<SocketAddr, Trouble> {
        let answer = self.ask(BINDING, false, &|_, _| Ok(())).await?;
        let answer = Message::from_bytes(&answer).map_err(|_| Trouble::Nonsense)?;
        let mapped = answer.attribute::<XorMappedAddress>().map_err(|_| Trouble::Nonsense)?;
        Ok(mapped.addr(answer.transaction_id()))
    }

    /// The relayed address.
    ///
    /// # Errors
    /// As above.
    pub async fn allocate(&mut self) -> Result<SocketAddr, Trouble> {
        self.allocate_with(&[]).await
    }

    /// # Errors
    /// As above.
    pub async fn allocate_ipv6(&mut self) -> Result<SocketAddr, Trouble> {
        self.allocate_with(&[&RequestedAddressFamily::new(AddressFamily::IPV6)]).await
    }

    /// # Errors
    /// As above.
    pub async fn allocate_with(
        &mut self,
        more: &[&(dyn AttributeWrite + Sync)],
    ) -> Result<SocketAddr, Trouble> {
        let add = |_, message: &mut MessageWriteVec| {
            message.add_attribute(&RequestedTransport::new(RequestedTransport::UDP))?;
            more.iter().try_for_each(|attribute| message.add_attribute(*attribute))
        };
        let answer = self.ask(ALLOCATE, true, &add).await?;
        let answer = Message::from_bytes(&answer).map_err(|_| Trouble::Nonsense)?;
        let relayed = answer.attribute::<XorRelayedAddress>().map_err(|_| Trouble::Nonsense)?;
        Ok(relayed.addr(answer.transaction_id()))
    }

    /// # Errors
    /// As above.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), Trouble> {
        let add = |transaction, message: &mut MessageWriteVec| {
            message.add_attribute(&XorPeerAddress::new(peer, transaction))
        };
        self.ask(CREATE_PERMISSION, true, &add).await.map(drop)
    }

    /// # Errors
    /// As above.
    pub async fn bind(&mut self, number: u16, peer: SocketAddr) -> Result<(), Trouble> {
        let add = |transaction, message: &mut MessageWriteVec| {
            message.add_attribute(&ChannelNumber::new(number))?;
            message.add_attribute(&XorPeerAddress::new(peer, transaction))
        };
        self.ask(CHANNEL_BIND, true, &add).await.map(drop)
    }

    /// `seconds` is what is wanted; what is given comes back. None at all ends the allocation.
    ///
    /// # Errors
    /// As above.
    pub async fn refresh(&mut self, seconds: u32) -> Result<u32, Trouble> {
        let lifetime = Lifetime::new(seconds);
        let answer = self.ask(REFRESH, true, &|_, message| message.add_attribute(&lifetime)).await?;
        let answer = Message::from_bytes(&answer).map_err(|_| Trouble::Nonsense)?;
        answer.attribute::<Lifetime>().map(|lifetime| lifetime.seconds()).map_err(|_| Trouble::Nonsense)
    }

    /// # Errors
    /// When it cannot be sent.
    pub async fn send(&mut self, peer: SocketAddr, payload: &[u8]) -> Result<(), Trouble> {
        let transaction = TransactionId::generate();
        let kind = MessageType::from_class_method(MessageClass::Indication, SEND);
        let mut message = Message::builder(kind, transaction, MessageWriteVec::new());
        message.add_attribute(&XorPeerAddress::new(peer, transaction))?;
        message.add_attribute(&Data::new(payload))?;
        self.write(&message.finish()).await
    }

    /// # Errors
    /// When it cannot be sent.
    pub async fn send_by(&mut self, channel: u16, payload: &[u8]) -> Result<(), Trouble> {
        let length = u16::try_from(payload.len()).map_err(|_| Trouble::Nonsense)?;
        let mut bytes = Vec::from(channel.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        self.write(&bytes).await
    }

    /// Says exactly that.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match &mut self.link {
            Link::Udp(socket) => _ = socket.send(bytes).await?,
            Link::Tcp(stream) => stream.write_all(bytes).await?,
            Link::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
        }
        Ok(())
    }

    /// The next that is relayed.
    ///
    /// # Errors
    /// When nothing comes.
    pub async fn hear(&mut self) -> Result<Heard, Trouble> {
        let by = Instant::now() + PATIENCE;
        loop {
            if let Some(heard) = self.heard.pop_front() {
                return Ok(heard);
            }
            let bytes = self.read(by).await?;
            self.keep(&bytes);
        }
    }

    async fn ask(&mut self, method: Method, signed: bool, add: Attributes<'_>) -> Result<Vec<u8>, Trouble> {
        loop {
            let had = self.nonce.is_some();
            match self.ask_once(method, signed, add).await {
                // The first time, or when the nonce has become too old.
                Err(Trouble::Refused(ErrorCode::UNAUTHORIZED)) if signed && !had && self.nonce.is_some() => {}
                Err(Trouble::Refused(ErrorCode::STALE_NONCE)) if signed => {}
                result => return result,
            }
        }
    }

    async fn ask_once(
        &mut self,
        method: Method,
        signed: bool,
        add: Attributes<'_>,
    ) -> Result<Vec<u8>, Trouble> {
        let transaction = TransactionId::generate();
        let kind = MessageType::from_class_method(MessageClass::Request, method);
        let mut message = Message::builder(kind, transaction, MessageWriteVec::new());
        add(transaction, &mut message)?;
        if let Some(nonce) = self.nonce.as_ref().filter(|_| signed) {
            message.add_attribute(&Username::new(&self.issued.username)? as &dyn AttributeWrite)?;
            message.add_attribute(&Realm::new(REALM)?)?;
            message.add_attribute(&Nonce::new(nonce)?)?;
            message.add_message_integrity_with_key(&self.issued.key(), IntegrityAlgorithm::Sha1)?;
        }
        self.write(&message.finish()).await?;
        let by = Instant::now() + PATIENCE;
        loop {
            let bytes = self.read(by).await?;
            let answer = Message::from_bytes(&bytes).ok();
            let Some(answer) = answer.filter(|answer| answer.transaction_id() == transaction) else {
                self.keep(&bytes);
                continue;
            };
            if answer.class() == MessageClass::Success {
                return Ok(bytes);
            }
            if let Ok(nonce) = answer.attribute::<Nonce>() {
                self.nonce = Some(nonce.nonce().to_owned());
            }
            let code = answer.attribute::<ErrorCode>().map_err(|_| Trouble::Nonsense)?.code();
            return Err(Trouble::Refused(code));
        }
    }

    async fn read(&mut self, by: Instant) -> Result<Vec<u8>, Trouble> {
        let mut buffer = Vec::new();
        let read = async {
            match &mut self.link {
                Link::Udp(socket) => {
                    buffer.resize(MOST_BYTES + 64, 0);
                    socket.recv(&mut buffer).await
                }
                Link::Tcp(stream) => whole(next_message(stream, &mut buffer).await?),
                Link::Tls(stream) => whole(next_message(stream, &mut buffer).await?),
            }
        };
        let length = timeout_at(by, read).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        buffer.truncate(length);
        Ok(buffer)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Some(heard) = relayed(bytes).filter(|_| self.heard.len() < MOST_HEARD) {
            self.heard.push_back(heard);
        }
    }
}

fn whole(message: Option<usize>) -> io::Result<usize> {
    message.ok_or(io::ErrorKind::UnexpectedEof.into())
}

fn relayed(bytes: &[u8]) -> Option<Heard> {
    if let Some(([a @ 0x40..=0x7f, b, c, d], rest)) = bytes.split_first_chunk() {
        let payload = rest.get(..usize::from(u16::from_be_bytes([*c, *d])))?;
        return Some(Heard::By(u16::from_be_bytes([*a, *b]), payload.to_vec()));
    }
    let message = Message::from_bytes(bytes).ok()?;
    let peer = message.attribute::<XorPeerAddress>().ok()?.addr(message.transaction_id());
    Some(Heard::From(peer, message.attribute::<Data>().ok()?.data().to_vec()))
}
