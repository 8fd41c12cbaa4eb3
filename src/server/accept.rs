//! Accepts connections and speaks HTTP on them. One that was upgraded goes on in `socket`.

use std::{convert::Infallible, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tower::ServiceExt;
use tracing::{debug, warn};

use super::hub::Hub;

/// A client that has not sent its request by then is not going to.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest request without its body, in bytes: what is not complete is read from its beginning with every further
/// piece, and kept until the timeout. A request of the page has less than one KiB.
const MOST_HEADERS: usize = 16 * 1024;
/// The wait after an accept failed: most likely there are no file descriptors left.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

pub struct Accepting {
    router: Router,
    hub: Hub,
    /// Every connection holds a sender; when the last is dropped, nothing is left to wait for.
    alive: mpsc::Sender<Infallible>,
    ended: mpsc::Receiver<Infallible>,
}

/// Something that has to end before the program does.
pub type Alive = mpsc::Sender<Infallible>;

impl Accepting {
    pub fn new(router: Router, hub: Hub) -> Self {
        let (alive, ended) = mpsc::channel(1);
        Self { router, hub, alive, ended }
    }

    pub async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, address)) => {
                    tokio::spawn(converse(
                        stream,
                        address,
                        self.router.clone(),
                        self.hub.clone(),
                        self.alive.clone(),
                    ));
                }
                Err(error) => {
                    warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    /// Tells every connection to end, and waits until they have.
    pub async fn finish(self) {
        let Self { hub, alive, mut ended, .. } = self;
        hub.stop();
        drop(alive);
        ended.recv().await;
    }
}

async fn converse(stream: TcpStream, address: SocketAddr, router: Router, hub: Hub, alive: Alive) {
    // Small messages must not wait for the answer to the one before.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(alive.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = hub.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!("{address}: {error}");
    }
}
