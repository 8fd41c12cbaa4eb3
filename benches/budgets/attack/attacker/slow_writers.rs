//! What is never finished: requests and frames of which a byte comes now and then, and headers without an end.

use std::time::Duration;

use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{interval, timeout},
};

use super::{Attacker, Crowd, PATIENCE, frames};
use crate::Result;

const EACH: usize = 200;
/// Between one byte and the next.
const BYTE_PACE: Duration = Duration::from_millis(50);
/// What one header holds, in bytes. There is always another one.
const HEADER: usize = 4_000;

pub fn begin(crowd: &Crowd) {
    crowd.send(EACH, write_a_request);
    crowd.send(EACH, write_headers);
    crowd.send(EACH, write_a_frame);
    crowd.send(EACH, write_a_fragment);
}

async fn write_a_request(attacker: Attacker) -> Result<()> {
    let mut stream = attacker.connects().await?;
    let mut pace = interval(BYTE_PACE);
    for byte in b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".iter().chain(std::iter::repeat(&b'x')) {
        pace.tick().await;
        timeout(PATIENCE, stream.write_all(&[*byte])).await??;
        attacker.count();
    }
    Ok(())
}

/// As many as the server takes, and then byte by byte.
async fn write_headers(attacker: Attacker) -> Result<()> {
    let mut stream = attacker.connects().await?;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n").await?;
    let value = "x".repeat(HEADER);
    for number in 0..95 {
        let header = format!("x-{number}: {value}\r\n");
        timeout(PATIENCE, stream.write_all(header.as_bytes())).await??;
    }
    write_slowly(stream, &attacker).await
}

async fn write_a_frame(attacker: Attacker) -> Result<()> {
    let (connection, _) = attacker.enters().await?;
    let mut stream = connection.into_stream();
    stream.write_all(&frames::header(frames::TEXT | frames::LAST, frames::MOST)).await?;
    write_slowly(stream, &attacker).await
}

/// The first half of a message at once, the second one byte by byte.
async fn write_a_fragment(attacker: Attacker) -> Result<()> {
    let (connection, _) = attacker.enters().await?;
    let mut stream = connection.into_stream();
    let half = frames::MOST / 2;
    stream.write_all(&frames::header(frames::TEXT, half)).await?;
    stream.write_all(&vec![b'x'; usize::from(half)]).await?;
    stream.write_all(&frames::header(frames::CONTINUATION | frames::LAST, half)).await?;
    write_slowly(stream, &attacker).await
}

/// Until the server has enough of it.
async fn write_slowly(mut stream: TcpStream, attacker: &Attacker) -> Result<()> {
    let mut pace = interval(BYTE_PACE);
    loop {
        pace.tick().await;
        timeout(PATIENCE, stream.write_all(b"x")).await??;
        attacker.count();
    }
}
