//! What goes out on a socket.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Ending, Socket};
use crate::server::hub::{Content, Frame};

/// How long the client has to take note of the end.
const LINGER: Duration = Duration::from_secs(2);
/// In bytes: as much as most have under way.
const DRAIN_MOST: u64 = 256 * 1024;
/// More than a page that sends a picture by mistake has under way.
const DRAIN_MOST_OF_TOO_LARGE: u64 = 16 * 1024 * 1024;
/// Bytes that are read at a time, and the rest between them: 8 MB a second.
const DRAINED_AT_ONCE: usize = 16 * 1024;
const BETWEEN_DRAINS: Duration = Duration::from_millis(2);

/// Feeds everything that waits, and flushes once.
pub async fn write(socket: &mut Socket, mail: Content, patience: Duration) -> Result<(), Ending> {
    let all = async {
        for frame in mail.frames {
            socket.stream.feed(frame.into_message(socket.inflates)).await?;
        }
        socket.stream.flush().await
    };
    match timeout(patience, all).await {
        Err(_) => Err(Ending::TooSlow),
        Ok(Err(_)) => Err(Ending::Gone),
        Ok(Ok(())) => mail.close.map_or(Ok(()), |code| Err(Ending::of_code(code))),
    }
}

/// Says why it ends, and sees to it that this arrives: a socket that is dropped while the client still sends is
/// reset, and the client then never reads what was said last.
pub async fn finish(socket: &mut Socket, last_words: Vec<Frame>, ending: Ending, patience: Duration) {
    let said = timeout(patience, say(socket, last_words, ending)).await;
    if matches!(said, Ok(Ok(()))) {
        // When the client does not end its side in time, it has been told.
        let most = if ending == Ending::TooLarge { DRAIN_MOST_OF_TOO_LARGE } else { DRAIN_MOST };
        let _ = timeout(LINGER, drain(socket, most)).await;
    }
}

async fn say(socket: &mut Socket, last_words: Vec<Frame>, ending: Ending) -> Result<(), Error> {
    if let Some(close) = ending.close_frame() {
        let farewell = ending.farewell().map(|message| Frame::write(None, message));
        for frame in last_words.into_iter().chain(farewell) {
            socket.stream.feed(frame.into_message(socket.inflates)).await?;
        }
        socket.stream.feed(Message::Close(Some(close))).await?;
    }
    socket.stream.flush().await?;
    Ok(socket.stream.get_mut().shutdown().await?)
}

/// Reads on the bare socket, whatever it is, until the client has ended too, or has said too much for somebody who was
/// about to end.
async fn drain(socket: &mut Socket, most: u64) {
    let mut waste = vec![0; DRAINED_AT_ONCE];
    let mut rest = socket.stream.get_mut().bare_mut().take(most);
    while rest.read(&mut waste).await.is_ok_and(|read| read > 0) {
        sleep(BETWEEN_DRAINS).await;
    }
}
