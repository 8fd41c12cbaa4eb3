//! Strangers who invite everybody, take it back, and invite again; and others who decline whatever rings.

use std::collections::BTreeSet;

use futures_util::FutureExt;
use tincan::protocol::{CallId, ClientMessage, Media, PeerId, ServerFrame, ServerMessage};
use tokio::time::interval;

use super::{Attacker, Crowd, PACE};
use crate::Result;

const CALLERS: usize = 100;
const DECLINERS: usize = 50;

pub fn begin(crowd: &Crowd) {
    crowd.send(DECLINERS, decline);
    crowd.send(CALLERS, invite);
}

async fn decline(attacker: Attacker) -> Result<()> {
    let (mut connection, _) = attacker.enters().await?;
    loop {
        let frame: ServerFrame = serde_json::from_str(&connection.next().await?)?;
        if let ServerMessage::Invited { call, .. } = frame.message {
            connection.say(ClientMessage::Decline { call }).await?;
        }
    }
}

/// Each invitation is taken back in the next moment, and then it is somebody else's turn.
async fn invite(attacker: Attacker) -> Result<()> {
    let (mut connection, welcome) = attacker.enters().await?;
    let mut people: BTreeSet<PeerId> = welcome.contacts.joined.into_keys().collect();
    let mut pace = interval(PACE);
    let mut last = PeerId::from_random(0);
    loop {
        while let Some(text) = connection.next().now_or_never() {
            note(&mut people, &text?)?;
        }
        let next = people.range(last..).nth(1).or_else(|| people.first()).copied();
        last = next.unwrap_or(last);
        let call = CallId::from_random(attacker.number() as u128);
        pace.tick().await;
        connection.say(ClientMessage::Invite { call, peer: last, media: Media::Video }).await?;
        attacker.count();
        pace.tick().await;
        connection.say(ClientMessage::Cancel { call, peer: last }).await?;
    }
}

fn note(people: &mut BTreeSet<PeerId>, text: &str) -> Result<()> {
    if let ServerMessage::Presence(presence) = serde_json::from_str::<ServerFrame>(text)?.message {
        people.extend(presence.joined.into_keys());
        for peer in presence.left {
            people.remove(&peer);
        }
    }
    Ok(())
}
