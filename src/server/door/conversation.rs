//! What is spoken on a connection that was accepted: TLS where there is a certificate, and HTTP on it.

use std::{future::pending, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    net::TcpStream,
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use tower::ServiceExt;

use super::{Secured, Visit, Way};
use crate::server::{
    line::{Line, begins_tls},
    tls::ByTls,
};

/// A client that has not sent its request by then is not going to.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest request without its body, in bytes: what is not complete is read from its beginning with every further
/// piece, and kept until the timeout. A request of the page has less than one KiB.
const MOST_HEADERS: u16 = 16 * 1024;
/// HTTP/2: a page asks for its second file when somebody begins to write a nickname.
const IDLE: Duration = Duration::from_secs(60);
/// HTTP/2: so long may the last answer take, on a slow line, to somebody who asks for nothing more.
const LAST_ANSWER: Duration = Duration::from_secs(300);
/// HTTP/2: a client that does not answer a ping is gone.
const PING: Duration = Duration::from_secs(20);
/// HTTP/2: requests at a time, more than a page has files.
const MOST_STREAMS: u32 = 64;
/// HTTP/2: bytes of one answer that wait for a client to take them.
const MOST_UNSENT: usize = 64 * 1024;

pub async fn converse(stream: TcpStream, address: SocketAddr, way: &Way) -> io::Result<()> {
    match &way.secured {
        None => http1(Line::Plain(stream), address, &way.router, way.visit.as_ref()).await,
        // Apart, so that whoever comes without takes no memory for it.
        Some(secured) => Box::pin(greet(stream, address, secured, way)).await,
    }
}

/// Whoever comes by http is sent on, all others are asked what they speak.
async fn greet(stream: TcpStream, address: SocketAddr, secured: &Secured, way: &Way) -> io::Result<()> {
    let visit = way.visit.as_ref();
    let counted = secured.census.count(address.ip().into(), secured.started.elapsed());
    let counted = counted.ok_or_else(|| io::Error::other("too many handshakes from this address"))?;
    let line = tokio::select! {
        line = timeout(secured.tls.handshake(), secure(stream, secured)) => line??,
        () = stopped(visit) => return Ok(()),
    };
    drop(counted);
    match &line {
        Line::Plain(_) => http1(line, address, &secured.send_on, visit).await,
        Line::Tls(_) if line.is_for_h2() => http2(line, address, &way.router, visit).await,
        Line::Tls(_) => http1(line, address, &way.router, visit).await,
    }
}

async fn secure(stream: TcpStream, secured: &Secured) -> io::Result<Line> {
    if begins_tls(&stream).await? {
        Line::secured(stream, secured.tls.for_people()).await
    } else {
        Ok(Line::Plain(stream))
    }
}

async fn http1(line: Line, address: SocketAddr, router: &Router, visit: Option<&Visit>) -> io::Result<()> {
    let service = service_fn(answering(&line, address, router, visit));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MOST_HEADERS.into())
        .serve_connection(TokioIo::new(line), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopped(visit) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    result.map_err(io::Error::other)
}

/// As long as somebody asks. Nobody is upgraded here: browsers open a WebSocket by HTTP/1.1 unless told otherwise (RFC 8441).
async fn http2(line: Line, address: SocketAddr, router: &Router, visit: Option<&Visit>) -> io::Result<()> {
    let asked = Arc::new(Notify::new());
    let (answer, asks) = (answering(&line, address, router, visit), Arc::clone(&asked));
    let service = service_fn(move |request| {
        asks.notify_one();
        answer(request)
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(MOST_HEADERS.into())
        .max_send_buf_size(MOST_UNSENT)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .serve_connection(TokioIo::new(line), service);
    let (mut connection, mut idle) = (pin!(connection), pin!(sleep(HEADER_TIMEOUT)));
    let mut stopped = pin!(stopped(visit));
    let mut has_asked = false;
    let patience = loop {
        tokio::select! {
            result = connection.as_mut() => return result.map_err(io::Error::other),
            () = asked.notified() => {
                has_asked = true;
                idle.as_mut().reset(Instant::now() + IDLE);
            }
            () = idle.as_mut() => break if has_asked { LAST_ANSWER } else { Duration::ZERO },
            () = stopped.as_mut() => break LAST_ANSWER,
        }
    };
    connection.as_mut().graceful_shutdown();
    timeout(patience, connection).await?.map_err(io::Error::other)
}

/// What the router says to a request on this line.
fn answering(
    line: &Line,
    address: SocketAddr,
    router: &Router,
    visit: Option<&Visit>,
) -> impl Fn(hyper::Request<Incoming>) -> Answer + use<> {
    let (router, alive) = (router.clone(), visit.map(|visit| visit.alive.clone()));
    let by_tls = line.is_secured().then_some(ByTls);
    move |request| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        if let Some(alive) = &alive {
            request.extensions_mut().insert(alive.clone());
        }
        if let Some(by_tls) = by_tls {
            request.extensions_mut().insert(by_tls);
        }
        router.clone().oneshot(request)
    }
}

type Answer = tower::util::Oneshot<Router, axum::extract::Request>;

async fn stopped(visit: Option<&Visit>) {
    match visit {
        Some(Visit { hub, .. }) => hub.stopped().await,
        None => pending().await,
    }
}
