//! Pairs of people who say something to each other as fast as it comes back.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tincan::protocol::{CallId, ClientMessage, Media, Payload, PeerId, Room, RoomCode, ServerMessage};

use crate::{
    Result,
    connection::Connection,
    process::{Kind, Server},
};

pub const PAIRS: usize = 200;
const WARM_UP: Duration = Duration::from_secs(1);
const DURATION: Duration = Duration::from_secs(4);

pub struct Relayed {
    pub round_trips_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub cpu_seconds_per_100_000: f64,
}

/// Both ends of a call, with the frame that each sends: made once, so that the load costs as little as it can.
pub struct Pair {
    pub ends: [(Connection, String); 2],
}

pub async fn run(kind: Kind, bytes: usize) -> Result<Relayed> {
    let server = Server::start(kind)?;
    let pairs = try_join_all((0..PAIRS).map(|number| Pair::meet(&server, number, bytes))).await?;
    let pairs = talk(pairs, WARM_UP).await?.0;

    let cpu = server.cpu_seconds()?;
    let (_pairs, mut times) = talk(pairs, DURATION).await?;
    let cpu = server.cpu_seconds()? - cpu;

    times.sort_unstable();
    let percentile = |percent: usize| {
        times.get(times.len() * percent / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    };
    let messages = 2.0 * times.len() as f64;
    Ok(Relayed {
        round_trips_per_second: times.len() as f64 / DURATION.as_secs_f64(),
        p50_ms: percentile(50),
        p99_ms: percentile(99),
        cpu_seconds_per_100_000: cpu * 100_000.0 / messages,
    })
}

async fn talk(pairs: Vec<Pair>, how_long: Duration) -> Result<(Vec<Pair>, Vec<Duration>)> {
    let until = Instant::now() + how_long;
    let tasks = pairs.into_iter().map(|pair| tokio::spawn(pair.talk(until)));
    let (mut pairs, mut times) = (Vec::new(), Vec::new());
    for task in tasks.collect::<Vec<_>>() {
        let (pair, its_times) = task.await??;
        pairs.push(pair);
        times.extend(its_times);
    }
    Ok((pairs, times))
}

impl Pair {
    async fn meet(server: &Server, number: usize, bytes: usize) -> Result<Self> {
        match server.kind {
            Kind::Floor => Self::meet_at_floor(server, bytes).await,
            Kind::Tincan => {
                let room = Room::Private(RoomCode::from_random(number as u64));
                Self::meet_in(server, room, number, bytes).await
            }
        }
    }

    async fn meet_at_floor(server: &Server, bytes: usize) -> Result<Self> {
        let (mut one, mut other) = (Connection::open(server).await?, Connection::open(server).await?);
        let (of_one, of_other) = (one.next().await?, other.next().await?);
        let to = |number: String| format!("{number} {}", "x".repeat(bytes));
        Ok(Self { ends: [(one, to(of_other)), (other, to(of_one))] })
    }

    pub async fn meet_in(server: &Server, room: Room, number: usize, bytes: usize) -> Result<Self> {
        let (mut one, mut other) = (Connection::open(server).await?, Connection::open(server).await?);
        one.hello(room.clone(), 2 * number).await?;
        let of_one = one.welcome().await?.peer;
        other.hello(room, 2 * number + 1).await?;
        let of_other = other.welcome().await?.peer;

        let (call, media) = (CallId::from_random(number as u128), Media::Voice);
        one.say(ClientMessage::Invite { call, peer: of_other, media }).await?;
        other.hear(|message| matches!(message, ServerMessage::Invited { .. }).then_some(())).await?;
        other.say(ClientMessage::Accept { call, media }).await?;
        for end in [&mut one, &mut other] {
            end.hear(|message| match message {
                ServerMessage::ParticipantJoined { peer, .. } if peer == of_other => Some(()),
                _ => None,
            })
            .await?;
        }
        Ok(Self { ends: [(one, signal(call, of_other, bytes)?), (other, signal(call, of_one, bytes)?)] })
    }

    /// One end speaks first and counts; the other answers.
    async fn talk(mut self, until: Instant) -> Result<(Self, Vec<Duration>)> {
        let [(one, to_other), (other, to_one)] = &mut self.ends;
        let mut times = Vec::new();
        while Instant::now() < until {
            let start = Instant::now();
            one.send(to_other.clone()).await?;
            next_long(other, to_other.len()).await?;
            other.send(to_one.clone()).await?;
            next_long(one, to_one.len()).await?;
            times.push(start.elapsed());
        }
        Ok((self, times))
    }
}

/// Skips whatever else the server has to say, such as news of who is there.
async fn next_long(connection: &mut Connection, bytes: usize) -> Result<()> {
    while connection.next().await?.len() < bytes / 2 {}
    Ok(())
}

pub fn signal(call: CallId, to: PeerId, bytes: usize) -> Result<String> {
    let payload = Payload::write(&"x".repeat(bytes)).ok_or("no payload")?;
    let frame = tincan::protocol::ClientFrame { id: 0, message: ClientMessage::Signal { call, to, payload } };
    Ok(serde_json::to_string(&frame)?)
}
