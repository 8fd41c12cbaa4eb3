//! One client: a WebSocket whose bytes are counted.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use flate2::{Decompress, FlushDecompress};
use futures_util::{SinkExt, StreamExt};
use tincan::protocol::{
    ClientFrame, ClientMessage, DEFLATE, Hello, Incarnation, Room, RoomCode, ServerFrame, ServerMessage,
    VERSION, Welcome,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use crate::{
    Result,
    process::{Kind, Server},
};

/// See PROTOCOL.md.
const MOST_INFLATED: usize = 64 * 1024;

/// The default of 128 KiB a connection would be most of what is measured.
pub fn small_buffers() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(4096)
}

pub struct Connection {
    socket: WebSocketStream<Counted>,
    received: Arc<AtomicU64>,
    /// Large, and most connections never need one.
    inflating: Option<Decompress>,
    sent: u32,
}

impl Connection {
    pub async fn open(server: &Server) -> Result<Self> {
        Self::upgrade(TcpStream::connect(server.address).await?, server.address).await
    }

    pub async fn upgrade(stream: TcpStream, address: SocketAddr) -> Result<Self> {
        stream.set_nodelay(true)?;
        let received = Arc::default();
        let stream = Counted { stream, received: Arc::clone(&received) };
        let mut request = format!("ws://{address}/ws?{DEFLATE}").into_client_request()?;
        request.headers_mut().insert("origin", format!("http://{address}").parse()?);
        let (socket, _) = client_async_with_config(request, stream, Some(small_buffers())).await?;
        Ok(Self { socket, received, inflating: None, sent: 0 })
    }

    pub async fn send(&mut self, text: String) -> Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    pub async fn say(&mut self, message: ClientMessage) -> Result<()> {
        self.sent += 1;
        self.send(serde_json::to_string(&ClientFrame { id: self.sent, message })?).await
    }

    /// The next text, inflated if need be.
    pub async fn next(&mut self) -> Result<String> {
        loop {
            match self.socket.next().await.ok_or("the server closed the connection")?? {
                Message::Text(text) => return Ok(text.as_str().to_owned()),
                Message::Binary(packed) => {
                    let mut text = Vec::with_capacity(MOST_INFLATED);
                    let inflating = self.inflating.get_or_insert_with(|| Decompress::new(false));
                    inflating.reset(false);
                    inflating.decompress_vec(&packed, &mut text, FlushDecompress::Finish)?;
                    return Ok(String::from_utf8(text)?);
                }
                Message::Close(frame) => {
                    return Err(format!("the server closed the connection: {frame:?}").into());
                }
                _ => {}
            }
        }
    }

    /// The next message that `wanted` finds something in.
    pub async fn hear<T>(&mut self, wanted: impl Fn(ServerMessage) -> Option<T>) -> Result<T> {
        loop {
            let frame: ServerFrame = serde_json::from_str(&self.next().await?)?;
            if let ServerMessage::Error { sentence, .. } = frame.message {
                return Err(sentence.into());
            }
            if let Some(found) = wanted(frame.message) {
                return Ok(found);
            }
        }
    }

    pub async fn hello(&mut self, room: Room, number: usize) -> Result<()> {
        self.hello_as(format!("Person {number}"), room, number).await
    }

    pub async fn hello_as(&mut self, nickname: String, room: Room, number: usize) -> Result<()> {
        let incarnation = Incarnation::from_random(number as u64);
        self.say(ClientMessage::Hello(Hello {
            version: VERSION,
            room,
            nickname,
            incarnation,
            ticket: None,
            grant: None,
        }))
        .await
    }

    pub async fn welcome(&mut self) -> Result<Welcome> {
        self.hear(|message| match message {
            ServerMessage::Welcome(welcome) => Some(welcome),
            _ => None,
        })
        .await
    }

    /// Waits until the connection stands for the server, whichever it is.
    pub async fn enter(server: &Server, room: u64, number: usize) -> Result<Self> {
        let mut connection = Self::open(server).await?;
        match server.kind {
            Kind::Floor => _ = connection.next().await?,
            Kind::Tincan => {
                connection.hello(Room::Private(RoomCode::from_random(room)), number).await?;
                connection.welcome().await?;
            }
        }
        Ok(connection)
    }

    /// For whoever says what no client says.
    pub fn into_stream(self) -> TcpStream {
        self.socket.into_inner().stream
    }

    /// Everything that came from the server, with the frames' headers and the handshake.
    pub fn received_bytes(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// A connection that comes from this address of the loopback network.
///
/// `received` is the size of the buffer for what arrives, in bytes; without it the system's own.
pub async fn connect_from(
    from: Ipv4Addr,
    address: SocketAddr,
    received: Option<u32>,
) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(received) = received {
        socket.set_recv_buffer_size(received)?;
    }
    socket.bind((from, 0).into())?;
    socket.connect(address).await
}

struct Counted {
    stream: TcpStream,
    received: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.received.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
