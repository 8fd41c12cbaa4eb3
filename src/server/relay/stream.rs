//! Clients that come by TCP, with TLS on it where there is a certificate (RFC 8656, section 3.1): the same messages, one after
//! the other.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, sleep, timeout, timeout_at},
};
use tracing::debug;

use super::{
    canonical,
    switch::Switch,
    turn::{CHANNEL_HEADER, Client, MOST_BYTES, STUN_HEADER, Transport},
};
use crate::server::{
    address::Census,
    line::{Line, begins_tls},
    rate::Rate,
    tls::Tls,
};

/// Messages that wait for a client that does not read; further ones are lost.
const QUEUE: usize = 128;
/// How much later a client that comes by TCP is heard. Browsers try both ways at once, look no further when one of them works,
/// and stay with it for the whole call, in which TCP makes of every lost packet a pause. So UDP gets a head start, long enough for
/// its first datagram to be sent again: browsers do that after 250 ms.
const HEAD_START: Duration = Duration::from_millis(400);
/// Whoever has no allocation by then is sent away.
const FIRST: Duration = Duration::from_secs(15);
/// Clients refresh their permissions more often than that (RFC 8656, section 9).
const SILENCE: Duration = Duration::from_secs(600);
/// A client that takes longer to read what is written is gone.
const WRITE: Duration = Duration::from_secs(15);
/// The wait after an accept failed: most likely there are no file descriptors left.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// How many from one address at a time, and one after the other.
type Most = (usize, Rate);

/// One task for each listener.
pub fn serve(
    switch: &Switch,
    listeners: Vec<std::net::TcpListener>,
    tls: Option<&Tls>,
    (most, rate): Most,
) -> Vec<AbortHandle> {
    let census = Census::new(most, rate);
    let listeners = listeners.into_iter().filter_map(|listener| TcpListener::from_std(listener).ok());
    let accepting = listeners.enumerate().map(|(socket, listener)| {
        tokio::spawn(accept(switch.clone(), socket, listener, tls.cloned(), census.clone())).abort_handle()
    });
    accepting.collect()
}

async fn accept(switch: Switch, socket: usize, listener: TcpListener, tls: Option<Tls>, census: Census) {
    let started = Instant::now();
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                debug!("the relay accepts nobody: {error}");
                sleep(AFTER_FAILURE).await;
                continue;
            }
        };
        let address: SocketAddr = canonical(from);
        let Some(counted) = census.count(address.ip().into(), started.elapsed()) else { continue };
        let client = Client { address, transport: Transport::Tcp, socket };
        let (switch, tls) = (switch.clone(), tls.clone());
        tokio::spawn(async move {
            let _counted = counted;
            converse(&switch, client, stream, tls.as_ref()).await;
            switch.lost(client);
        });
    }
}

async fn converse(switch: &Switch, client: Client, stream: TcpStream, tls: Option<&Tls>) {
    // Small messages are urgent ones.
    let _ = stream.set_nodelay(true);
    match tls {
        None => plainly(switch, client, stream).await,
        Some(tls) => match timeout(tls.handshake(), Box::pin(secure(stream, tls))).await {
            Ok(Ok(Line::Plain(stream))) => plainly(switch, client, stream).await,
            Ok(Ok(line)) => {
                let (reading, writing) = tokio::io::split(line);
                pass_on(switch, client, reading, writing).await;
            }
            _ => debug!("a client of the relay did not begin in time, or not as it should"),
        },
    }
}

async fn secure(stream: TcpStream, tls: &Tls) -> io::Result<Line> {
    if begins_tls(&stream).await? {
        Line::secured(stream, tls.for_relay()).await
    } else {
        Ok(Line::Plain(stream))
    }
}

async fn plainly(switch: &Switch, client: Client, stream: TcpStream) {
    let (reading, writing) = stream.into_split();
    pass_on(switch, client, reading, writing).await;
}

/// Until either direction ends, or the switch is closed.
async fn pass_on(
    switch: &Switch,
    client: Client,
    reading: impl AsyncRead + Unpin,
    writing: impl AsyncWrite + Unpin,
) {
    let (mail, post) = mpsc::channel(QUEUE);
    switch.opened(client, mail);
    tokio::select! {
        () = read(switch, client, reading) => {}
        () = write(writing, post) => {}
    }
}

async fn read(switch: &Switch, client: Client, mut stream: impl AsyncRead + Unpin) {
    let mut buffer = Vec::new();
    let mut bare_since = Instant::now();
    sleep(HEAD_START).await;
    loop {
        let until = if switch.has_allocation(client) {
            bare_since = Instant::now();
            bare_since + SILENCE
        } else {
            bare_since + FIRST
        };
        let Ok(Ok(Some(length))) = timeout_at(until, next_message(&mut stream, &mut buffer)).await else {
            return;
        };
        if let Some(message) = buffer.get(..length) {
            switch.hear(client, message);
        }
        tokio::task::yield_now().await;
    }
}

async fn write(mut stream: impl AsyncWrite + Unpin, mut post: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = post.recv().await {
        let written = async {
            stream.write_all(&bytes).await?;
            // With TLS, what is written may stand in its buffer.
            stream.flush().await
        };
        if !matches!(timeout(WRITE, written).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// Puts one whole message into the buffer; gives its length without what fills it up. `None` at the end of the stream.
///
/// # Errors
/// When it is no message, or too long: then nobody knows where the next one begins.
pub async fn next_message(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<usize>> {
    let mut header = [0; CHANNEL_HEADER];
    match stream.read_exact(&mut header).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    };
    let (length, filled) = length(header).ok_or(io::ErrorKind::InvalidData)?;
    buffer.clear();
    buffer.extend(header);
    buffer.resize(filled, 0);
    if let Some(rest) = buffer.get_mut(CHANNEL_HEADER..) {
        stream.read_exact(rest).await?;
    }
    Ok(Some(length))
}

/// How long a message is that begins like this, and with what fills it up to a multiple of four.
fn length([a, _, c, d]: [u8; CHANNEL_HEADER]) -> Option<(usize, usize)> {
    let said = usize::from(u16::from_be_bytes([c, d]));
    let length = match a {
        0x00..=0x3f => STUN_HEADER + said,
        0x40..=0x7f => CHANNEL_HEADER + said,
        _ => return None,
    };
    (length <= MOST_BYTES).then(|| (length, length.next_multiple_of(4)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::relay::turn::tests::turn;

    const BINDING: &[u8] = b"\x00\x01\x00\x00\x21\x12\xa4\x42aaaaaaaaaaaa";

    fn alone() -> (Switch, Client) {
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        let client = Client { address, transport: Transport::Tcp, socket: 0 };
        (Switch::new(turn(), Vec::new(), 1..=1), client)
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_does_not_stay_with_tcp_because_it_was_a_moment_earlier() {
        let ((switch, client), (mut here, there)) = (alone(), tokio::io::duplex(MOST_BYTES));
        let began = Instant::now();
        let asks = async {
            here.write_all(BINDING).await.unwrap();
            let answer = next_message(&mut here, &mut Vec::new()).await.unwrap();
            (answer, began.elapsed())
        };
        let (reading, writing) = tokio::io::split(there);
        tokio::select! {
            (answer, after) = asks => {
                assert!(answer.is_some());
                assert!((HEAD_START..HEAD_START * 2).contains(&after), "{after:?}");
            }
            () = pass_on(&switch, client, reading, writing) => panic!("it ended"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_only_asks_for_the_own_address_is_sent_away_all_the_same() {
        let ((switch, client), (mut here, there)) = (alone(), tokio::io::duplex(MOST_BYTES));
        let began = Instant::now();
        let asks = async {
            while here.write_all(BINDING).await.is_ok() {
                sleep(FIRST / 4).await;
            }
        };
        tokio::join!(asks, async { read(&switch, client, there).await });
        assert!((FIRST..FIRST * 2).contains(&began.elapsed()), "{:?}", began.elapsed());
    }

    #[test]
    fn a_stream_is_cut_where_its_messages_end() {
        assert_eq!(length([0x00, 0x01, 0, 8]), Some((28, 28)));
        assert_eq!(length([0x40, 0x01, 0, 5]), Some((9, 12)));
        assert_eq!(length([0x80, 0x00, 0, 5]), None, "media without a relay");
        assert_eq!(length([0x00, 0x01, 0xff, 0xff]), None, "longer than anybody sends");
    }

    #[tokio::test]
    async fn a_stream_that_ends_in_the_middle_is_an_error() {
        let mut buffer = Vec::new();
        assert_eq!(next_message(&mut &[][..], &mut buffer).await.unwrap(), None);
        assert!(next_message(&mut &[0x40, 0, 0, 9, 1][..], &mut buffer).await.is_err());
    }
}
