//! A bare socket: for whoever says what no client says.

use std::{net::SocketAddr, sync::Arc};

use flate2::read::DeflateDecoder;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tincan::protocol::{DEFLATE, ErrorCode, ServerFrame, ServerMessage};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::{PATIENCE, Server};

pub struct Raw {
    pub socket: WebSocketStream<TcpStream>,
    /// How many of the messages so far came compressed.
    pub inflated: usize,
    _server: Option<Arc<Server>>,
}

/// How a connection ended: code and reason of the close frame.
#[derive(Debug, PartialEq, Eq)]
pub struct Closed {
    pub code: u16,
    pub reason: String,
}

impl Raw {
    pub async fn connects(server: &Arc<Server>) -> Self {
        let socket = connect(server.address, "", &[]).await.expect("the server did not upgrade");
        Self { socket, inflated: 0, _server: Some(Arc::clone(server)) }
    }

    /// As a client that can inflate.
    pub async fn connects_inflating(server: &Arc<Server>) -> Self {
        let query = format!("?{DEFLATE}");
        let socket = connect(server.address, &query, &[]).await.expect("the server did not upgrade");
        Self { socket, inflated: 0, _server: Some(Arc::clone(server)) }
    }

    pub async fn connects_to(address: SocketAddr) -> Self {
        let socket = connect(address, "", &[]).await.expect("the server did not upgrade");
        Self { socket, inflated: 0, _server: None }
    }

    /// As a browser does, for a page of this origin.
    pub async fn connects_from(server: &Arc<Server>, origin: &str) -> Option<Self> {
        let socket = connect(server.address, "", &[("origin", origin)]).await?;
        Some(Self { socket, inflated: 0, _server: Some(Arc::clone(server)) })
    }

    /// As a proxy does, for somebody at this address.
    pub async fn connects_for(server: &Arc<Server>, forwarded_for: &str) -> Self {
        let headers = [("x-forwarded-for", forwarded_for)];
        let socket = connect(server.address, "", &headers).await.expect("the server did not upgrade");
        Self { socket, inflated: 0, _server: Some(Arc::clone(server)) }
    }

    pub async fn sends(&mut self, message: Message) {
        timeout(PATIENCE, self.socket.send(message)).await.expect("the server does not read").unwrap();
    }

    pub async fn says(&mut self, text: impl Into<String>) {
        self.sends(Message::text(text.into())).await;
    }

    pub async fn says_json(&mut self, value: Value) {
        self.says(value.to_string()).await;
    }

    pub async fn says_hello(&mut self, nickname: &str) {
        let incarnation = "000000000001";
        self.says_json(json!({"id": 1, "message": {"hello": {
            "version": 1, "room": "lobby", "nickname": nickname, "incarnation": incarnation,
        }}}))
        .await;
    }

    /// The next frame, or how the connection ended.
    pub async fn hears(&mut self) -> Result<ServerFrame, Closed> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("nothing more was said");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("not the protocol"));
                }
                Some(Ok(Message::Binary(packed))) => {
                    self.inflated += 1;
                    let packed = DeflateDecoder::new(&*packed);
                    return Ok(serde_json::from_reader(packed).expect("not the protocol"));
                }
                Some(Ok(Message::Close(frame))) => {
                    let (code, reason) = frame
                        .map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string()));
                    return Err(Closed { code, reason });
                }
                Some(Ok(_)) => {}
                other => return Err(Closed { code: 1006, reason: format!("{other:?}") }),
            }
        }
    }

    /// The code and the answered id of the next frame, which has to be a refusal.
    pub async fn hears_refusal(&mut self) -> (ErrorCode, Option<u32>) {
        let frame = self.hears().await.expect("it was closed");
        let ServerMessage::Error { code, sentence, .. } = frame.message else {
            panic!("{frame:?} is no refusal")
        };
        assert!(!sentence.is_empty());
        (code, frame.id)
    }

    /// Skips what is said until the connection ends.
    pub async fn closed(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.hears().await {
                return closed;
            }
        }
    }
}

async fn connect(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Option<WebSocketStream<TcpStream>> {
    let socket = TcpSocket::new_v4().unwrap();
    // So that a client which does not read is soon noticed.
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.set_nodelay(true).unwrap();
    let stream = socket.connect(address).await.unwrap();
    let mut request = format!("ws://{address}/ws{query}").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    client_async(request, stream).await.ok().map(|(socket, _)| socket)
}
