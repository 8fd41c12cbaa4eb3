//! A stream that gives others their turn.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads in one turn: with the socket's buffer 16 KiB, more than most messages have.
const READS_IN_A_TURN: u8 = 4;

/// Whoever sends faster than the server can listen is heard for a moment, and then waits until all the others have been
/// heard. Without it, a turn lasts until tokio's own budget is spent: half a megabyte of the smallest frames there
/// are takes milliseconds.
#[derive(Debug)]
pub struct Fair<S> {
    stream: S,
    /// Reads since the stream last had nothing to read.
    reads: u8,
}

impl<S> Fair<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, reads: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Fair<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.reads >= READS_IN_A_TURN {
            self.reads = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.reads += 1;
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if result.is_pending() {
            self.reads = 0;
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Fair<S> {
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, repeat};

    use super::*;

    #[tokio::test]
    async fn a_stream_that_always_has_more_gives_others_their_turn() {
        let mut stream = Fair::new(repeat(b'x'));
        let mut bytes = [0; 10];
        for _ in 0..3 {
            for _ in 0..READS_IN_A_TURN {
                assert!(stream.read(&mut bytes).now_or_never().is_some());
            }
            assert!(stream.read(&mut bytes).now_or_never().is_none(), "it goes on and on");
        }
        stream.read_exact(&mut bytes).await.unwrap();
    }
}
