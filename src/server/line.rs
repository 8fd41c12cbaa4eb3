//! What a connection speaks on: a TCP stream, as it is or with TLS on it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::tls::H2;

/// How TLS begins: the content type of a handshake (RFC 8446, section 5.1). Neither HTTP nor a request of STUN begins with it.
const HANDSHAKE: u8 = 0x16;

/// No larger than a bare stream: most of them are bare and idle.
pub enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<Plug>>),
}

/// A line that belongs to no runtime, on its way to another one.
pub enum Parked {
    Plain(std::net::TcpStream),
    Tls(Box<TlsStream<Plug>>, std::net::TcpStream),
}

/// The stream below TLS. It is out while the line is parked.
pub struct Plug(Option<TcpStream>);

/// Whether what a client says first is the beginning of TLS. Nothing is read.
///
/// # Errors
/// When it is gone without a word.
pub async fn begins_tls(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first == [HANDSHAKE]),
    }
}

impl Line {
    /// # Errors
    /// When the client does not agree with us, or is gone.
    pub async fn secured(stream: TcpStream, acceptor: &TlsAcceptor) -> io::Result<Self> {
        Ok(Self::Tls(Box::new(acceptor.accept(Plug(Some(stream))).await?)))
    }

    pub fn is_secured(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Whether both sides have agreed on HTTP/2 (RFC 9113).
    pub fn is_for_h2(&self) -> bool {
        matches!(self, Self::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(H2))
    }

    /// Whether a read may find something. What has arrived by TLS may have left the stream below already.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => stream.poll_read_ready(cx),
            Self::Tls(_) => Poll::Ready(Ok(())),
        }
    }

    /// # Errors
    /// When the system does not let it go.
    pub fn park(self) -> io::Result<Parked> {
        match self {
            Self::Plain(stream) => stream.into_std().map(Parked::Plain),
            Self::Tls(mut stream) => {
                let below = stream.get_mut().0.0.take().ok_or(io::ErrorKind::NotConnected)?;
                Ok(Parked::Tls(stream, below.into_std()?))
            }
        }
    }
}

impl Parked {
    /// In the runtime that it is to live in.
    ///
    /// # Errors
    /// When that does not take it.
    pub fn resume(self) -> io::Result<Line> {
        match self {
            Self::Plain(stream) => TcpStream::from_std(stream).map(Line::Plain),
            Self::Tls(mut stream, below) => {
                stream.get_mut().0.0 = Some(TcpStream::from_std(below)?);
                Ok(Line::Tls(stream))
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl Plug {
    fn stream(self: Pin<&mut Self>) -> io::Result<Pin<&mut TcpStream>> {
        self.get_mut().0.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Plug {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Plug {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_speaks_without_tls_takes_no_more_memory_for_it() {
        assert_eq!(size_of::<Line>(), size_of::<TcpStream>());
    }
}
