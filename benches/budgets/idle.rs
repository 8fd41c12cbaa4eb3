//! Many people who are there and do nothing.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    Result,
    connection::Connection,
    process::{Kind, Server},
};

pub const CONNECTIONS: usize = 10_000;
const PEOPLE_PER_ROOM: usize = 50;
/// How many come in at the same time.
const AT_ONCE: usize = 64;

pub async fn bytes_per_connection(kind: Kind) -> Result<f64> {
    let server = Server::start(kind)?;
    // What the first few have it load once is not theirs.
    let _first = Connection::enter(&server, u64::MAX, 0).await?;
    let before = server.own_bytes()?;
    let _connections: Vec<Connection> = stream::iter(0..CONNECTIONS)
        .map(|number| Connection::enter(&server, (number / PEOPLE_PER_ROOM) as u64, number))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    // The last news of who joined goes out.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok((server.own_bytes()?.saturating_sub(before)) as f64 / CONNECTIONS as f64)
}
