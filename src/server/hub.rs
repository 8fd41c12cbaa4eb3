//! The handle to everything the server knows: rooms, each with its registry behind one lock, and the mailboxes
//! of its peers. Cheap to clone; sockets talk to nothing else.

mod crier;
mod frame;
mod mailbox;
mod room;
mod seat;

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::{runtime::Handle, sync::watch, time::Instant};
use tracing::info;

pub use frame::Frame;
pub use mailbox::{Content, Mailbox};
pub use seat::Seat;

use self::{
    crier::Crier,
    room::{Newcomer, Room, Welcoming},
};
use super::{
    Config,
    address::{Census, Counted, Origin},
    config::{Loaded, OtherServer},
    metrics::Metrics,
    registry::{Claim, ConnectionId, Grant, Input, Join, Registry},
    relay::{Credentials, Issued, Offer},
    ticket::Signer,
};
use crate::protocol::{
    self, BootId, CLOSE_GOING_AWAY, ErrorCode, Hello, IceServer, Nickname, PeerId, ServerMessage,
};

#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    config: Config,
    welcoming: Arc<Welcoming>,
    crier: Arc<Crier>,
    metrics: Arc<Metrics>,
    /// Held for a look-up, an insertion or a removal; while a room is removed, its own lock too, never the
    /// other way round.
    rooms: Mutex<HashMap<protocol::Room, Arc<Room>>>,
    /// Of every socket, in a room or not; none once the server stops. Told by way of them, nobody has to listen for
    /// the end beside everything else.
    mailboxes: Mutex<Option<HashMap<ConnectionId, Weak<Mailbox>>>>,
    census: Census,
    started: Instant,
    /// Before, only those come in who were there before the start.
    strangers_from: Instant,
    connections: AtomicU64,
    /// Keyed at random: what it makes of a count nobody can foresee.
    ids: RandomState,
    stop: watch::Sender<bool>,
    inside: Handle,
}

impl Hub {
    /// Inside of a tokio runtime.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn open(
        config: Config,
        secret: Loaded,
        relay: Option<Offer>,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let Loaded { secret, is_new } = secret;
        let signer = Signer::new(&secret).ok_or(io::ErrorKind::InvalidInput)?;
        let boot = BootId::from_random(getrandom::u64().map_err(io::Error::other)?);
        let welcoming = Welcoming {
            boot,
            signer,
            others: config.ice_servers.clone(),
            relay,
            relay_only: config.relay_only,
            ticket_lifetime: config.timeouts.ticket,
        };
        let census = Census::new(config.limits.connections_per_address(), config.limits.connections());
        let started = Instant::now();
        let strangers_from = if is_new { started } else { started + config.timeouts.returning };
        let hub = Self(Arc::new(Shared {
            config,
            welcoming: Arc::new(welcoming),
            crier: Arc::default(),
            metrics,
            rooms: Mutex::default(),
            mailboxes: Mutex::new(Some(HashMap::new())),
            census,
            started,
            strangers_from,
            connections: AtomicU64::new(0),
            ids: RandomState::new(),
            stop: watch::Sender::new(false),
            inside: Handle::current(),
        }));
        tokio::spawn(cry(hub.clone()));
        Ok(hub)
    }

    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The clock of every registry.
    pub fn now(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// Where those live who were let in.
    pub fn inside(&self) -> &Handle {
        &self.0.inside
    }

    /// `None` when there are too many from there already.
    pub fn count(&self, origin: Origin) -> Option<Counted> {
        self.0.census.count(origin, self.now())
    }

    /// What one more connection is called, in logs too.
    pub fn number_connection(&self) -> ConnectionId {
        ConnectionId(self.0.connections.fetch_add(1, Ordering::Relaxed))
    }

    /// Opens the mailbox of a socket, which has to give it back.
    pub fn open_mailbox(&self, connection: ConnectionId) -> Arc<Mailbox> {
        let mailbox = Arc::new(Mailbox::new(self.config().limits.queue()));
        self.metrics().connections.change(0, 1);
        self.metrics().connections_opened.add(1);
        match &mut *self.mailboxes() {
            Some(open) => _ = open.insert(connection, Arc::downgrade(&mailbox)),
            None => mailbox.close(CLOSE_GOING_AWAY),
        }
        mailbox
    }

    pub fn give_back_mailbox(&self, connection: ConnectionId) {
        self.metrics().connections.change(1, 0);
        if let Some(open) = &mut *self.mailboxes() {
            open.remove(&connection);
        }
    }

    fn mailboxes(&self) -> MutexGuard<'_, Option<HashMap<ConnectionId, Weak<Mailbox>>>> {
        self.0.mailboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn stop(&self) {
        self.0.stop.send_replace(true);
        let open = self.mailboxes().take().unwrap_or_default();
        for mailbox in open.into_values().filter_map(|mailbox| mailbox.upgrade()) {
            mailbox.close(CLOSE_GOING_AWAY);
        }
    }

    /// From the moment on that [`Self::stop`] is called.
    pub fn is_stopping(&self) -> bool {
        *self.0.stop.borrow()
    }

    pub async fn stopped(&self) {
        // The sender lives as long as this handle.
        let _ = self.0.stop.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// Until when this hello has to wait, so that those who were there before the start find their names free.
    pub fn waits_until(&self, hello: &Hello) -> Option<Instant> {
        let from = Some(self.0.strangers_from).filter(|from| Instant::now() < *from)?;
        let signer = &self.0.welcoming.signer;
        let ticket = hello.ticket.as_ref();
        let returns =
            ticket.is_some_and(|ticket| signer.verify(ticket, &hello.room, unix_seconds()).is_some());
        (!returns).then_some(from)
    }

    /// Takes a seat for whoever says hello, and reached this server under that host. The welcome, or why there is none, goes to the mailbox.
    ///
    /// # Errors
    /// When there is no such room and there can be none. A refusal by the room itself is no error here.
    pub fn join(
        &self,
        connection: ConnectionId,
        mailbox: &Arc<Mailbox>,
        reached: Option<&str>,
        id: u32,
        hello: Hello,
    ) -> Result<Option<Seat>, ErrorCode> {
        let Hello { room: key, nickname, incarnation, ticket, grant, .. } = hello;
        if key == protocol::Room::Lobby && !self.0.config.lobby {
            return Err(ErrorCode::LobbyClosed);
        }
        let (signer, now) = (&self.0.welcoming.signer, unix_seconds());
        let claim = ticket.and_then(|ticket| signer.verify(&ticket, &key, now));
        let grant = claim
            .as_ref()
            .zip(grant)
            .and_then(|(claim, grant)| signer.verify_grant(&grant, &key, claim.peer, now));
        loop {
            let room = self.room(&key)?;
            let (nickname, claim, grant) = (nickname.clone(), claim.clone(), grant.clone());
            let join = Join { connection, id, fresh: self.fresh_peer(), nickname, incarnation, claim, grant };
            // A room that was given up in this moment is not joined: the next one is.
            if let Some(answer) = room.join(join, Newcomer { mailbox, reached }) {
                return Ok(answer.map(|peer| Seat::new(room, peer, connection, Arc::clone(mailbox))));
            }
        }
    }

    /// Collides with another one in its room once in 2³² for each peer there; the registry refuses it then.
    fn fresh_peer(&self) -> PeerId {
        PeerId::from_random(self.0.ids.hash_one(self.number_connection().0))
    }

    fn room(&self, key: &protocol::Room) -> Result<Arc<Room>, ErrorCode> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.get(key) {
            return Ok(Arc::clone(room));
        }
        let config = &self.0.config;
        if rooms.len() >= config.limits.rooms() {
            return Err(ErrorCode::TooManyRooms);
        }
        let welcoming = Arc::clone(&self.0.welcoming);
        let (crier, metrics) = (Arc::clone(&self.0.crier), Arc::clone(&self.0.metrics));
        let registry = Registry::new(config.limits.room(), config.timeouts.clone());
        let room = Room::new(key.clone(), registry, welcoming, crier, metrics, self.0.started);
        self.metrics().rooms.change(0, 1);
        rooms.insert(key.clone(), Arc::clone(&room));
        tokio::spawn(keep_time(self.clone(), Arc::clone(&room)));
        info!(rooms = rooms.len(), "a room opened");
        Ok(room)
    }

    fn forget_if_empty(&self, room: &Room) -> bool {
        let mut rooms = self.rooms();
        let is_retired = room.retire();
        if is_retired {
            rooms.remove(room.key());
            self.metrics().rooms.change(1, 0);
            info!(rooms = rooms.len(), "a room closed");
        }
        is_retired
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<protocol::Room, Arc<Room>>> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task for all rooms. Whoever still waits when the server stops is woken by that.
async fn cry(hub: Hub) {
    tokio::select! {
        () = hub.0.crier.cry() => {}
        () = hub.stopped() => {}
    }
}

/// One task a room: ticks when the registry wants it, until nobody is left.
async fn keep_time(hub: Hub, room: Arc<Room>) {
    loop {
        tokio::select! {
            () = room.wait() => {}
            () = hub.stopped() => return,
        }
        room.input(Input::Tick);
        if hub.forget_if_empty(&room) {
            return;
        }
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Welcoming {
    /// What the configuration names comes first.
    fn ice_servers(&self, peer: PeerId, reached: Option<&str>) -> Vec<IceServer> {
        let others = self.others.iter().map(|OtherServer { server, shared }| {
            let mut server = server.clone();
            if let Some(credentials) = shared.as_ref().and_then(Credentials::shared) {
                let Issued { username, password } = credentials.issue(peer, self.expires());
                (server.username, server.credential) = (Some(username), Some(password));
            }
            server
        });
        let relay = self.relay.as_ref().map(|relay| relay.ice_servers(peer, reached));
        others.chain(relay.into_iter().flatten()).collect()
    }

    fn ticket(&self, room: &protocol::Room, peer: PeerId, nickname: &Nickname) -> String {
        self.signer.sign(room, Claim { peer, nickname: nickname.clone() }, self.expires())
    }

    fn grant(&self, room: &protocol::Room, peer: PeerId, grant: Grant) -> ServerMessage {
        let call = grant.call;
        ServerMessage::Grant { call, grant: self.signer.sign_grant(room, peer, grant, self.expires()) }
    }

    fn expires(&self) -> u64 {
        unix_seconds().saturating_add(self.ticket_lifetime.as_secs().max(1))
    }
}
