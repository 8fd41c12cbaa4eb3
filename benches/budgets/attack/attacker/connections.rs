//! Connections that are made to be dropped: with a hello, before it, and bare ones that say nothing at all.

use std::time::Duration;

use tokio::{io::AsyncReadExt, time::timeout};

use super::{Attacker, Crowd};
use crate::Result;

const EACH: usize = 64;
/// Connections that stay and say nothing, until the server closes them.
const SILENT: usize = 2_000;
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

pub fn begin(crowd: &Crowd) {
    crowd.send(EACH, say_hello_and_drop);
    crowd.send(EACH, upgrade_and_drop);
    crowd.send(EACH, connect_and_drop);
    crowd.send(SILENT, stay_silent);
}

/// The server keeps the place of each for the grace.
async fn say_hello_and_drop(attacker: Attacker) -> Result<()> {
    attacker.enters().await?;
    attacker.count();
    Ok(())
}

async fn upgrade_and_drop(attacker: Attacker) -> Result<()> {
    attacker.opens().await?;
    attacker.count();
    Ok(())
}

async fn connect_and_drop(attacker: Attacker) -> Result<()> {
    // Reset instead of closed: its port can be used again at once.
    attacker.connects().await?.set_zero_linger()?;
    attacker.count();
    Ok(())
}

async fn stay_silent(attacker: Attacker) -> Result<()> {
    let mut stream = attacker.connects().await?;
    attacker.count();
    timeout(LONGEST_SILENCE, stream.read(&mut [0])).await??;
    Ok(())
}
