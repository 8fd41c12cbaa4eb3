//! What comes in on a socket.

use std::{
    future::poll_fn,
    task::{Poll, ready},
};

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::{
    Error, Message, Utf8Bytes,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{Ending, Socket};

#[derive(Debug)]
pub enum Heard {
    Text(Utf8Bytes),
    Binary,
    /// A ping or a pong of the WebSocket protocol: somebody is there.
    Alive,
    End(Ending),
}

/// The next message. Nothing is lost when the wait is given up.
pub async fn read(socket: &mut Socket) -> Heard {
    match next(socket).await {
        Some(Ok(Message::Text(text))) => Heard::Text(text),
        Some(Ok(Message::Binary(_))) => Heard::Binary,
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Alive,
        Some(Ok(Message::Close(Some(CloseFrame { code: CloseCode::Away, .. })))) => {
            Heard::End(Ending::PageGone)
        }
        Some(Ok(Message::Close(_))) | None => Heard::End(Ending::Gone),
        Some(Err(error)) => Heard::End(ending_of(&error)),
    }
}

/// Asks the library only when there may be something: each time it clears its whole buffer first.
async fn next(Socket { stream, is_empty, .. }: &mut Socket) -> Option<Result<Message, Error>> {
    poll_fn(|cx| {
        if *is_empty && let Err(error) = ready!(stream.get_ref().bare().poll_read_ready(cx)) {
            return Poll::Ready(Some(Err(error.into())));
        }
        let message = stream.poll_next_unpin(cx);
        *is_empty = message.is_pending();
        message
    })
    .await
}

fn ending_of(error: &Error) -> Ending {
    match error {
        Error::Capacity(_) => Ending::TooLarge,
        Error::Utf8(_) => Ending::NotText,
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => Ending::Gone,
        Error::Protocol(_) => Ending::Violation,
        _ => Ending::Gone,
    }
}
