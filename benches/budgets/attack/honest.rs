//! The people who notice: pairs in a call, who say something to each other ten times in a second, and newcomers,
//! who come in and go.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use tincan::protocol::{ClientMessage, Room};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{Result, connection::Connection, process::Server, relay::Pair};

pub const PAIRS: usize = 10;
const BYTES: usize = 2_500;
/// Of one pair: a fifth of what the server allows each of them.
const PACE: Duration = Duration::from_millis(100);
const NEWCOMERS_EVERY: Duration = Duration::from_millis(250);
/// A newcomer who is not in by then gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// They go on until this is dropped.
pub struct Honest {
    heard: Arc<Heard>,
    tasks: JoinSet<Result<()>>,
}

/// What they noticed. The locks are never held across an await.
#[derive(Default)]
pub struct Heard {
    trips: Mutex<Vec<Trip>>,
    newcomers: Mutex<Vec<Newcomer>>,
}

/// To the other one and back.
#[derive(Clone, Copy)]
struct Trip {
    start: Instant,
    took: Duration,
}

struct Newcomer {
    start: Instant,
    /// Until the welcome, or why there was none.
    let_in: std::result::Result<Duration, String>,
}

/// From when until when.
pub type Span = std::ops::Range<Instant>;

impl Honest {
    pub async fn gather(server: &Arc<Server>) -> Result<Self> {
        let pairs = (0..PAIRS).map(|number| Pair::meet_in(server, Room::Lobby, number, BYTES));
        let pairs = timeout(2 * PATIENCE, try_join_all(pairs)).await??;
        let heard = Arc::<Heard>::default();
        let mut tasks = JoinSet::new();
        for pair in pairs {
            tasks.spawn(talk(pair, Arc::clone(&heard)));
        }
        tasks.spawn(come_and_go(Arc::clone(server), Arc::clone(&heard)));
        Ok(Self { heard, tasks })
    }

    pub fn heard(&self) -> Arc<Heard> {
        Arc::clone(&self.heard)
    }

    /// Why somebody is not there any more.
    pub async fn lost(&mut self) -> String {
        match self.tasks.join_next().await {
            Some(Ok(Err(error))) => error.to_string(),
            _ => "a task ended".to_owned(),
        }
    }
}

impl Heard {
    /// `None` when more than a tenth of what was said to the other one did not come back.
    pub fn p99(&self, span: &Span) -> Option<Duration> {
        let trips = lock(&self.trips);
        let mut times: Vec<Duration> =
            trips.iter().filter(|trip| span.contains(&trip.start)).map(|trip| trip.took).collect();
        times.sort_unstable();
        let expected = PAIRS as f64 * (span.end - span.start).as_secs_f64() / PACE.as_secs_f64();
        times.get(times.len() * 99 / 100).copied().filter(|_| times.len() as f64 >= 0.9 * expected)
    }

    /// How long those waited who were let in, and what the others were told.
    pub fn newcomers(&self, span: &Span) -> (Vec<Duration>, Vec<String>) {
        let newcomers = lock(&self.newcomers);
        let (mut let_in, mut refused) = (Vec::new(), Vec::new());
        for newcomer in newcomers.iter().filter(|newcomer| span.contains(&newcomer.start)) {
            match &newcomer.let_in {
                Ok(time) => let_in.push(*time),
                Err(why) => refused.push(why.clone()),
            }
        }
        (let_in, refused)
    }

    /// Those that would have begun meanwhile were held up too: without them, one stall of two seconds would be one
    /// slow trip among thousands.
    fn note(&self, start: Instant, took: Duration) {
        let held_up = |number: u32| {
            let after = PACE * number;
            Some(Trip { start: start + after, took: took.checked_sub(after).filter(|left| !left.is_zero())? })
        };
        lock(&self.trips).extend((0..).map_while(held_up));
    }
}

/// One end speaks first and counts, the other answers. Both listen all the time, as a page does.
async fn talk(pair: Pair, heard: Arc<Heard>) -> Result<()> {
    let [(mut one, to_other), (mut other, to_one)] = pair.ends;
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut under_way = None;
    loop {
        tokio::select! {
            _ = pace.tick(), if under_way.is_none() => {
                under_way = Some(Instant::now());
                one.send(to_other.clone()).await?;
            }
            text = other.next() => if is_signal(&text?) {
                other.send(to_one.clone()).await?;
            },
            text = one.next() => if is_signal(&text?) && let Some(start) = under_way.take() {
                heard.note(start, start.elapsed());
            },
        }
    }
}

fn is_signal(text: &str) -> bool {
    text.starts_with(r#"{"message":{"signal":"#)
}

async fn come_and_go(server: Arc<Server>, heard: Arc<Heard>) -> Result<()> {
    let mut pace = interval(NEWCOMERS_EVERY);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for number in 2 * PAIRS.. {
        pace.tick().await;
        let start = Instant::now();
        let let_in = match timeout(PATIENCE, come_in(&server, number)).await {
            Ok(Ok(mut connection)) => {
                let took = start.elapsed();
                connection.say(ClientMessage::Goodbye {}).await?;
                Ok(took)
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("waited for {PATIENCE:?}")),
        };
        lock(&heard.newcomers).push(Newcomer { start, let_in });
    }
    Ok(())
}

async fn come_in(server: &Server, number: usize) -> Result<Connection> {
    let mut connection = Connection::open(server).await?;
    connection.hello(Room::Lobby, number).await?;
    connection.welcome().await?;
    Ok(connection)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
