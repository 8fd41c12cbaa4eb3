//! A room that everybody enters in the same moment.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Instant,
};

use futures_util::future::try_join_all;
use serde::{Deserialize, de::IgnoredAny};
use tincan::protocol::{PeerId, Room, RoomCode};
use tokio::sync::Barrier;

use crate::{
    Result,
    connection::Connection,
    floor,
    process::{Kind, Server},
};

pub const PEOPLE: usize = 1_000;

pub struct Joined {
    /// What the server sent, to all of them together.
    pub bytes: u64,
    /// From the first hello until the last one knows everybody.
    pub seconds: f64,
    pub bytes_per_connection: f64,
}

pub async fn run(kind: Kind) -> Result<Joined> {
    let server = Server::start(kind)?;
    let before = server.own_bytes()?;
    let mut connections = Vec::new();
    for _ in 0..PEOPLE {
        let mut connection = Connection::open(&server).await?;
        if kind == Kind::Floor {
            connection.next().await?;
        }
        connections.push(connection);
    }
    let handshakes: u64 = connections.iter().map(Connection::received_bytes).sum();

    let ready = Arc::new(Barrier::new(PEOPLE + 1));
    let people = connections.into_iter().enumerate().map(|(number, mut connection)| {
        let ready = Arc::clone(&ready);
        tokio::spawn(async move {
            ready.wait().await;
            join(&mut connection, kind, number).await.map(|()| connection)
        })
    });
    let people: Vec<_> = people.collect();
    ready.wait().await;
    let start = Instant::now();
    let connections = try_join_all(people).await?.into_iter().collect::<Result<Vec<_>>>()?;
    let seconds = start.elapsed().as_secs_f64();

    let bytes = connections.iter().map(Connection::received_bytes).sum::<u64>() - handshakes;
    let memory = server.own_bytes()?.saturating_sub(before);
    Ok(Joined { bytes, seconds, bytes_per_connection: memory as f64 / PEOPLE as f64 })
}

/// As much of what the server says in a storm as is counted here: a client that read more would be slower, and the
/// server seem so.
#[derive(Deserialize)]
struct Heard {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Message {
    Welcome { peer: PeerId, contacts: People },
    Presence(People),
    Error { sentence: String },
}

#[derive(Deserialize)]
struct People {
    #[serde(default)]
    joined: BTreeMap<PeerId, IgnoredAny>,
}

/// Joins, and waits until everybody else is known.
async fn join(connection: &mut Connection, kind: Kind, number: usize) -> Result<()> {
    match kind {
        Kind::Floor => {
            connection.send(floor::JOIN.to_owned()).await?;
            let mut known = HashSet::new();
            while known.len() < PEOPLE - 1 {
                let news = connection.next().await?;
                known.extend(news.split(',').filter_map(|number| number.parse::<usize>().ok()));
            }
        }
        Kind::Tincan => {
            connection.hello(Room::Private(RoomCode::from_random(1)), number).await?;
            let mut me = None;
            let mut known = HashSet::new();
            while known.len() < PEOPLE - 1 {
                let people = match serde_json::from_str::<Heard>(&connection.next().await?)?.message {
                    Message::Welcome { peer, contacts } => {
                        me = Some(peer);
                        contacts
                    }
                    Message::Presence(people) => people,
                    Message::Error { sentence } => return Err(sentence.into()),
                };
                known.extend(people.joined.into_keys().filter(|peer| Some(*peer) != me));
            }
        }
    }
    Ok(())
}
