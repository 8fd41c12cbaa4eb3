//! A stream that gives others their turn.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

use crate::server::rate::{Bucket, Rate};

/// Reads in one turn: with the socket's buffer 16 KiB, more than most messages have.
const READS_IN_A_TURN: u8 = 4;

/// Whoever sends faster than the server can listen is heard for a moment, and then waits until all the others have been
/// heard. Without it, a turn lasts until tokio's own budget is spent: half a megabyte of the smallest frames there
/// are takes milliseconds.
///
/// And whoever sends more than anybody has to say is not read for a while: it waits in its own system, not in ours.
/// This counts every byte, those of messages that never end as well.
#[derive(Debug)]
pub struct Fair<S> {
    stream: S,
    /// Reads since the stream last had nothing to read.
    reads: u8,
    start: Instant,
    bytes: Bucket,
    /// Nothing is read before.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> Fair<S> {
    pub fn new(stream: S, bytes: Rate) -> Self {
        let bytes = Bucket::new(bytes, Duration::ZERO);
        Self { stream, reads: 0, start: Instant::now(), bytes, pause: None }
    }

    /// Without its manners.
    pub fn bare(&self) -> &S {
        &self.stream
    }

    pub fn bare_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    fn spend(&mut self, bytes: usize) {
        let wait = self.bytes.spend(bytes, self.start.elapsed());
        self.pause = (!wait.is_zero()).then(|| Box::pin(sleep(wait)));
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Fair<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        if self.reads >= READS_IN_A_TURN {
            self.reads = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.reads += 1;
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if result.is_pending() {
            self.reads = 0;
        }
        let read = buffer.filled().len() - before;
        if read > 0 {
            self.spend(read);
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
    use std::num::NonZero;

    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, repeat};

    use super::*;

    fn stream(burst: u32) -> Fair<tokio::io::Repeat> {
        let (per_second, burst) = (NonZero::new(10).unwrap(), NonZero::new(burst).unwrap());
        Fair::new(repeat(b'x'), Rate { per_second, burst })
    }

    #[tokio::test]
    async fn a_stream_that_always_has_more_gives_others_their_turn() {
        let mut stream = stream(1_000_000);
        let mut bytes = [0; 10];
        for _ in 0..3 {
            for _ in 0..READS_IN_A_TURN {
                assert!(stream.read(&mut bytes).now_or_never().is_some());
            }
            assert!(stream.read(&mut bytes).now_or_never().is_none(), "it goes on and on");
        }
        stream.read_exact(&mut bytes).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_brings_too_much_is_not_read_for_a_while() {
        let (mut stream, start) = (stream(20), Instant::now());
        let mut bytes = [0; 10];
        for _ in 0..2 {
            stream.read_exact(&mut bytes).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..3 {
            stream.read_exact(&mut bytes).await.unwrap();
        }
        assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
    }
}
