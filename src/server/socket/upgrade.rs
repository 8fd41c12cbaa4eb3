//! From an HTTP request to a socket (RFC 6455, section 4.2).

use std::{io, net::SocketAddr};

use axum::{
    body::Body,
    extract::{ConnectInfo, Extension, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
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
    protocol::{DEFLATE, ErrorCode, MAX_MESSAGE_BYTES},
    server::{
        address,
        door::Alive,
        hub::Hub,
        line::{Line, Parked},
        rate::Rate,
        tls::ByTls,
    },
};

/// Allocated for every connection, however idle: most messages are smaller than this, and three of them hold the offer of a
/// browser with everything that it can do (11 kB).
const READ_BUFFER: usize = 3_840;
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
    let reached = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(Into::into);
    tokio::spawn(begin(hyper::upgrade::on(&mut request), hub, origin, inflates, reached, alive));
    response
}

/// A page of another site must not act for the person who looks at it. What is no browser names no origin.
fn is_allowed(request: &Request, hub: &Hub) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !request.headers().contains_key(header::ORIGIN) {
        return true;
    }
    let Some(origin) = text(header::ORIGIN).map(str::to_ascii_lowercase) else { return false };
    let Some((scheme, host)) = origin.split_once("://") else { return false };
    // Where there is TLS, a page that came without it is not ours, whatever it is called.
    let is_ours = scheme == "https" || request.extensions().get::<ByTls>().is_none();
    let is_own = is_ours && Some(host) == text(header::HOST).map(str::to_ascii_lowercase).as_deref();
    is_own || hub.config().origins.contains(&origin)
}

fn wants_deflate(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|part| part == DEFLATE))
}

async fn begin(
    upgrade: OnUpgrade,
    hub: Hub,
    origin: address::Origin,
    inflates: bool,
    reached: Option<Box<str>>,
    alive: Alive,
) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => return debug!("a connection was not upgraded: {error}"),
    };
    let Some((stream, already_read)) = unwrap(upgraded) else {
        return debug!("an upgraded connection is no stream of ours");
    };
    let (id, counted) = (hub.number_connection(), hub.count(origin));
    debug!(connection = id.0, ?origin, "opened");
    let inside = hub.inside().clone();
    let is_let_in = counted.is_some();
    if !is_let_in {
        hub.metrics().count_error(ErrorCode::TooManyConnections);
    }
    let serve = async move {
        let (_counted, _alive) = (counted, alive);
        let stream = match websocket(stream, already_read, hub.config().limits.bytes()) {
            Ok(stream) => stream.await,
            Err(error) => return debug!(connection = id.0, "lost at the door: {error}"),
        };
        let mut socket = Socket { stream, is_empty: false, inflates, reached };
        serve(&mut socket, &hub, id, is_let_in).await;
    };
    // Whoever is not let in is told so at the door.
    if is_let_in {
        inside.spawn(serve);
    } else {
        serve.await;
    }
}

/// Takes the line out of what HTTP wrapped around it, with what came after the request. It belongs to no runtime then.
fn unwrap(upgraded: Upgraded) -> Option<(Parked, Vec<u8>)> {
    let parts = upgraded.downcast::<TokioIo<Line>>().ok()?;
    Some((parts.io.into_inner().park().ok()?, parts.read_buf.to_vec()))
}

/// In the runtime that it is to live in.
fn websocket(
    stream: Parked,
    already_read: Vec<u8>,
    bytes: Rate,
) -> io::Result<impl Future<Output = WebSocketStream<Fair<Line>>>> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MOST_UNWRITTEN)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    let stream = Fair::new(stream.resume()?, bytes);
    Ok(WebSocketStream::from_partially_read(stream, already_read, Role::Server, Some(config)))
}
