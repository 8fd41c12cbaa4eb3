//! Accepts connections and speaks HTTP on them, by TLS where there is a certificate. One that was upgraded goes on in `socket`.

mod conversation;

use std::{convert::Infallible, io, net::SocketAddr, num::NonZero, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{self, Runtime},
    sync::mpsc,
    task::{JoinHandle, yield_now},
    time::Instant,
};
use tracing::{debug, warn};

use self::conversation::converse;
use super::{address::Census, hub::Hub, rate::Rate, tls::Tls};

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
    accepting: Vec<JoinHandle<()>>,
    hub: Hub,
    /// Every connection holds a sender; when the last is dropped, nothing is left to wait for.
    alive: Option<Alive>,
    ended: mpsc::Receiver<Infallible>,
}

/// What is behind the door, and how one comes in.
struct Way {
    router: Router,
    secured: Option<Secured>,
    /// Only who comes to the server itself is told of its end.
    visit: Option<Visit>,
}

/// Where there is https.
pub struct Secured {
    tls: Tls,
    /// For whoever comes by http all the same.
    send_on: Router,
    /// Of those who have not agreed with us on a key yet.
    census: Census,
    started: Instant,
}

impl Secured {
    /// `most` handshakes from one address at a time.
    pub fn new(tls: Tls, send_on: Router, most: usize) -> Self {
        // How fast they follow each other is counted once they are sockets.
        let any = Rate { per_second: NonZero::<u32>::MAX, burst: NonZero::<u32>::MAX };
        Self { tls, send_on, census: Census::new(most, any), started: Instant::now() }
    }
}

/// Where people come in.
pub struct Entrance {
    pub people: (TcpListener, Router),
    pub secured: Option<Secured>,
    /// Sends on to https.
    pub plain: Option<(TcpListener, Router)>,
    pub operators: Option<(TcpListener, Router)>,
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
    pub fn open(Entrance { people, secured, plain, operators }: Entrance, hub: Hub) -> io::Result<Self> {
        let (alive, ended) = mpsc::channel(1);
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("door")
            .on_thread_start(step_back)
            .enable_all()
            .build()?;
        let visit = Visit { hub: hub.clone(), alive: alive.clone() };
        let open = |(listener, router), secured, visit| {
            runtime.spawn(accept(listener, Way { router, secured, visit }.into()))
        };
        let mut accepting = vec![open(people, secured, Some(visit.clone()))];
        accepting.extend(plain.map(|plain| open(plain, None, Some(visit))));
        // Until the very end: that it comes is worth knowing, too.
        operators.map(|operators| open(operators, None, None));
        Ok(Self { runtime: Some(runtime), accepting, hub, alive: Some(alive), ended })
    }

    /// Lets nobody in any more, tells every connection to end, and waits until they have.
    pub async fn close(&mut self) {
        self.accepting.iter().for_each(JoinHandle::abort);
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

async fn accept(listener: TcpListener, way: Arc<Way>) {
    for number in 1_usize.. {
        if number.is_multiple_of(ACCEPTED_IN_A_TURN) {
            yield_now().await;
        }
        match listener.accept().await {
            Ok((stream, address)) => {
                tokio::spawn(let_in(stream, address, Arc::clone(&way)));
            }
            Err(error) => {
                warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn let_in(stream: TcpStream, address: SocketAddr, way: Arc<Way>) {
    // Small messages must not wait for the answer to the one before.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    if let Err(error) = converse(stream, address, &way).await {
        debug!("{address}: {error}");
    }
}
