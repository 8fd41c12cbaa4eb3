//! People who read nothing: in calls, where somebody says as much to them as they may, and in the lobby, where
//! others come and go.

use std::time::Duration;

use futures_util::{FutureExt, future::try_join_all};
use tincan::protocol::{CallId, ClientMessage, Media, PeerId, ServerMessage};
use tokio::time::{interval, sleep, timeout};

use super::{Attacker, Crowd, PACE, PATIENCE, storm};
use crate::{
    Result,
    connection::{Connection, connect_from},
    relay::signal,
};

/// Calls, with as many people in each as there may be.
const CALLS: usize = 32;
const READERS_IN_CALL: usize = 7;
pub const TOLD_MUCH: usize = CALLS * READERS_IN_CALL;
const READERS_IN_LOBBY: usize = 200;
/// Who come and go.
const RESTLESS: usize = 20;
/// Of a signal, in bytes.
const SIZE: usize = 60_000;
/// What one connection may say at once, with something to spare.
const AT_ONCE: usize = 280;
/// Then everybody begins anew: by now they have been thrown out.
const LONG_ENOUGH: Duration = Duration::from_secs(4);
/// So that little waits in the system, and much in the server.
const RECEIVE_BUFFER: u32 = 4_096;

pub fn begin(crowd: &Crowd) {
    crowd.send(CALLS, talk_to_the_deaf);
    crowd.send(READERS_IN_LOBBY, read_nothing);
    crowd.send(RESTLESS, storm::come_and_go);
}

async fn read_nothing(attacker: Attacker) -> Result<()> {
    let _deaf = enter_deaf(&attacker).await?;
    sleep(LONG_ENOUGH).await;
    Ok(())
}

async fn talk_to_the_deaf(attacker: Attacker) -> Result<()> {
    let (mut caller, _) = attacker.enters().await?;
    let call = CallId::from_random(attacker.number() as u128);
    let deaf = try_join_all((0..READERS_IN_CALL).map(|_| enter_deaf(&attacker))).await?;
    let mut people = Vec::new();
    for (mut connection, peer) in deaf {
        timeout(PATIENCE, join_call(&mut caller, &mut connection, call, peer)).await??;
        people.push((connection, signal(call, peer, SIZE)?));
    }
    match timeout(LONG_ENOUGH, talk(&attacker, &mut caller, &people)).await {
        Ok(result) => result,
        Err(_) => Ok(()),
    }
}

/// Says something to one after the other.
async fn talk(attacker: &Attacker, caller: &mut Connection, people: &[(Connection, String)]) -> Result<()> {
    let mut pace = interval(PACE);
    for (number, (_, words)) in people.iter().cycle().enumerate() {
        if number >= AT_ONCE {
            pace.tick().await;
        }
        caller.send(words.clone()).await?;
        attacker.count();
        // Who does not hear what is said meanwhile is a slow reader too.
        while let Some(heard) = caller.next().now_or_never() {
            heard?;
        }
    }
    Ok(())
}

async fn enter_deaf(attacker: &Attacker) -> Result<(Connection, PeerId)> {
    let stream =
        timeout(PATIENCE, connect_from(attacker.from, attacker.server, Some(RECEIVE_BUFFER))).await??;
    let connection = timeout(PATIENCE, Connection::upgrade(stream, attacker.server)).await??;
    let (connection, welcome) = attacker.enters_by(connection).await?;
    Ok((connection, welcome.peer))
}

async fn join_call(
    caller: &mut Connection,
    callee: &mut Connection,
    call: CallId,
    peer: PeerId,
) -> Result<()> {
    let media = Media::Voice;
    caller.say(ClientMessage::Invite { call, peer, media }).await?;
    callee.hear(|message| matches!(message, ServerMessage::Invited { .. }).then_some(())).await?;
    callee.say(ClientMessage::Accept { call, media }).await?;
    callee.hear(|message| matches!(message, ServerMessage::Grant { .. }).then_some(())).await
}
