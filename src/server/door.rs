//! Accepts connections and speaks HTTP on them. One that was upgraded goes on in `socket`.

use std::{convert::Infallible, future::pending, io, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{self, Runtime},
    sync::mpsc,
    task::{JoinHandle, yield_now},
};
use tower::ServiceExt;
use tracing::{debug, warn};

use super::hub::Hub;

/// A client that has not sent its request by then is not going to.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest request without its body, in bytes: what is not complete is read from its beginning with every further
/// piece, and kept until the timeout. A request of the page has less than one KiB.
const MOST_HEADERS: usize = 16 * 1024;
/// See nice(2): a tenth of the weight of what has none.
const NICENESS: i32 = 10;
/// Connections that are taken in one turn, so that those that were taken before have one too.
const ACCEPTED_IN_A_TURN: usize = 4;
/// The wait after an accept failed: most likely there are no file descriptors left.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Where people come in: requests are answered and sockets opened on a thread of its own, which the system runs when those
/// who are inside leave it time. However many stand at the door, nobody in a call waits for them.
pub struct Door {
    /// Until it is closed.
    runtime: Option<Runtime>,
    accepting: JoinHandle<()>,
    hub: Hub,
    /// Every connection holds a sender; when the last is dropped, nothing is left to wait for.
    alive: Option<Alive>,
    ended: mpsc::Receiver<Infallible>,
}

/// What ends before the server does, and is told so.
#[derive(Clone)]
struct Visit {
    hub: Hub,
    alive: Alive,
}

/// Something that has to end before the program does.
pub type Alive = mpsc::Sender<Infallible>;

impl Door {
    /// # Errors
    /// When the system has no thread for it.
    pub fn open(
        (people, router): (TcpListener, Router),
        operators: Option<(TcpListener, Router)>,
        hub: Hub,
    ) -> io::Result<Self> {
        let (alive, ended) = mpsc::channel(1);
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("door")
            .on_thread_start(step_back)
            .enable_all()
            .build()?;
        let visit = Visit { hub: hub.clone(), alive: alive.clone() };
        let accepting = runtime.spawn(accept(people, router, Some(visit)));
        // Until the very end: that it comes is worth knowing, too.
        operators.map(|(listener, router)| runtime.spawn(accept(listener, router, None)));
        Ok(Self { runtime: Some(runtime), accepting, hub, alive: Some(alive), ended })
    }

    /// Lets nobody in any more, tells every connection to end, and waits until they have.
    pub async fn close(&mut self) {
        self.accepting.abort();
        self.hub.stop();
        self.alive = None;
        self.ended.recv().await;
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Lets the other threads go first. Elsewhere it would be the whole program that does.
fn step_back() {
    if cfg!(target_os = "linux")
        && let Err(error) = rustix::process::nice(NICENESS)
    {
        debug!("the door has the same priority as everything else: {error}");
    }
}

async fn accept(listener: TcpListener, router: Router, visit: Option<Visit>) {
    for number in 1_usize.. {
        if number.is_multiple_of(ACCEPTED_IN_A_TURN) {
            yield_now().await;
        }
        match listener.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(converse(stream, address, router.clone(), visit.clone()));
            }
            Err(error) => {
                warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, address: SocketAddr, router: Router, visit: Option<Visit>) {
    // Small messages must not wait for the answer to the one before.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        if let Some(Visit { alive, .. }) = &visit {
            request.extensions_mut().insert(alive.clone());
        }
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let stopped = async {
        match &visit {
            Some(Visit { hub, .. }) => hub.stopped().await,
            None => pending().await,
        }
    };
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopped => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        debug!("{address}: {error}");
    }
}
