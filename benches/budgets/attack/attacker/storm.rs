//! People who come into the lobby and leave it again, as fast as they can.

use tincan::protocol::ClientMessage;
use tokio::time::timeout;

use super::{Attacker, Crowd, PATIENCE};
use crate::Result;

const PEOPLE: usize = 200;

pub fn begin(crowd: &Crowd) {
    crowd.send(PEOPLE, come_and_go);
}

pub async fn come_and_go(attacker: Attacker) -> Result<()> {
    let (mut connection, _) = attacker.enters().await?;
    connection.say(ClientMessage::Goodbye {}).await?;
    attacker.count();
    // It closes the connection, which is an error here.
    timeout(PATIENCE, async { while connection.next().await.is_ok() {} }).await?;
    Ok(())
}
