//! What comes in on a socket.

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
    match socket.stream.next().await {
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
