//! More messages than anybody has to say, of every kind there is: right ones, wrong ones, too long ones, and frames
//! that are no messages. Whoever is thrown out comes back.

use std::io;

use futures_util::future::try_join;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Attacker, Crowd, frames};
use crate::Result;

const EACH: usize = 20;
/// Bytes that are written together.
const MOST_AT_ONCE: usize = 16 * 1024;

pub fn begin(crowd: &Crowd) {
    crowd.send(EACH, |attacker| flood(attacker, say(r#"{"id":1,"message":{"ping":{}}}"#)));
    crowd.send(EACH, |attacker| flood(attacker, say("what?")));
    crowd.send(EACH, |attacker| flood(attacker, say(&"[".repeat(1_000))));
    crowd.send(EACH, |attacker| flood(attacker, say(&"x".repeat(60_000))));
    crowd.send(EACH, |attacker| flood(attacker, frames::frame(frames::BINARY, "what?")));
    crowd.send(EACH, |attacker| flood(attacker, frames::short(frames::PING | frames::LAST, b"there?")));
    crowd.send(EACH, fragment);
    crowd.send(EACH, promise_too_much);
}

fn say(text: &str) -> Vec<u8> {
    frames::frame(frames::TEXT, text)
}

async fn flood(attacker: Attacker, frame: Vec<u8>) -> Result<()> {
    let (connection, _) = attacker.enters().await?;
    pour(&attacker, connection.into_stream(), &frame).await
}

/// A message in pieces of nothing, without an end.
async fn fragment(attacker: Attacker) -> Result<()> {
    let (connection, _) = attacker.enters().await?;
    let mut stream = connection.into_stream();
    stream.write_all(&frames::short(frames::TEXT, b"")).await?;
    pour(&attacker, stream, &frames::short(frames::CONTINUATION, b"")).await
}

/// Until it is thrown out. Reads too: whoever does not is a slow reader.
async fn pour(attacker: &Attacker, stream: TcpStream, frame: &[u8]) -> Result<()> {
    let (mut answers, mut words) = stream.into_split();
    let many = (MOST_AT_ONCE / frame.len()).max(1);
    let frames = frame.repeat(many);
    let write = async {
        loop {
            words.write_all(&frames).await?;
            (0..many).for_each(|_| attacker.count());
        }
    };
    let read = async {
        let mut waste = vec![0; 16 * 1024];
        while answers.read(&mut waste).await? > 0 {}
        io::Result::<()>::Err(io::ErrorKind::UnexpectedEof.into())
    };
    try_join(write, read).await.map(|((), ())| ()).map_err(Into::into)
}

/// Promises a message of four gigabytes, and begins it.
async fn promise_too_much(attacker: Attacker) -> Result<()> {
    let (connection, _) = attacker.enters().await?;
    let mut stream = connection.into_stream();
    stream.write_all(&frames::long_header(frames::TEXT | frames::LAST, u64::from(u32::MAX))).await?;
    attacker.count();
    loop {
        stream.write_all(&[b'x'; 4096]).await?;
    }
}
