//! From an HTTP request to a socket (RFC 6455, section 4.2).

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::{ConnectInfo, Extension, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::server::create_response_with_body,
        protocol::{Role, WebSocketConfig},
    },
};
use tracing::debug;

use super::{Fair, Socket, serve};
use crate::{
    protocol::{DEFLATE, MAX_MESSAGE_BYTES},
    server::{accept::Alive, address, hub::Hub, rate::Rate},
};

/// Allocated for every connection, however idle: most messages are smaller than this.
const READ_BUFFER: usize = 4 * 1024;
/// What has gathered beyond this is written without waiting for the flush. The buffer never shrinks again, so
/// that this and the longest message a socket has been sent is what it keeps for good.
const WRITE_BUFFER: usize = 1024;
/// More than the buffer and the longest message the server ever writes.
const MOST_UNWRITTEN: usize = 256 * 1024;

pub async fn upgrade(
    State(hub): State<Hub>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Extension(alive): Extension<Alive>,
    mut request: Request,
) -> Response {
    if !is_allowed(&request, &hub) {
        return (StatusCode::FORBIDDEN, "This page may not connect here: its origin is not allowed.\n")
            .into_response();
    }
    let Ok(response) = create_response_with_body(&request, Body::empty) else {
        let what = "This address is for WebSocket connections.\n";
        return (StatusCode::UPGRADE_REQUIRED, [(header::UPGRADE, "websocket")], what).into_response();
    };
    let forwarded = hub.config().behind_proxy.then(|| address::forwarded(request.headers())).flatten();
    let origin = forwarded.unwrap_or(address.ip()).into();
    let inflates = wants_deflate(request.uri().query());
    tokio::spawn(begin(hyper::upgrade::on(&mut request), hub, origin, inflates, alive));
    response
}

/// A page of another site must not act for the person who looks at it. What is no browser names no origin.
fn is_allowed(request: &Request, hub: &Hub) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !request.headers().contains_key(header::ORIGIN) {
        return true;
    }
    let Some(origin) = text(header::ORIGIN).map(str::to_ascii_lowercase) else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    let is_own = host.is_some() && host == text(header::HOST).map(str::to_ascii_lowercase).as_deref();
    is_own || hub.config().origins.contains(&origin)
}

fn wants_deflate(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|part| part == DEFLATE))
}

async fn begin(upgrade: OnUpgrade, hub: Hub, origin: address::Origin, inflates: bool, alive: Alive) {
    match upgrade.await.map(|upgraded| into_stream(upgraded, hub.config().limits.bytes())) {
        Ok(Some(stream)) => {
            let (id, counted) = (hub.number_connection(), hub.count(origin));
            debug!(connection = id.0, ?origin, "opened");
            serve(Socket { stream: stream.await, inflates }, hub, id, counted, alive).await;
        }
        Ok(None) => debug!("an upgraded connection is no TCP stream"),
        Err(error) => debug!("a connection was not upgraded: {error}"),
    }
}

/// Takes the TCP stream out of what HTTP wrapped around it.
fn into_stream(
    upgraded: Upgraded,
    bytes: Rate,
) -> Option<impl Future<Output = WebSocketStream<Fair<TcpStream>>> + use<>> {
    let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MOST_UNWRITTEN)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    let (stream, already_read) = (Fair::new(parts.io.into_inner(), bytes), parts.read_buf.to_vec());
    Some(WebSocketStream::from_partially_read(stream, already_read, Role::Server, Some(config)))
}
