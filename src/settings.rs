//! What the host's configuration tells the page: written into it by the server, read by the front end before
//! it connects. The one table of timeouts is here; PROTOCOL.md repeats it for people.

use std::time::Duration;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether the public room is open.
    pub lobby: bool,
    pub timeouts: Timeouts,
}

impl Default for Settings {
    fn default() -> Self {
        Self { lobby: true, timeouts: Timeouts::default() }
    }
}

macro_rules! timeouts {
    ($($(#[$doc:meta])* $name:ident = $default:literal ms),* $(,)?) => {
        /// Every wait in Tincan, on both sides.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Timeouts {
            $($(#[$doc])* #[serde(with = "millis")] pub $name: Duration,)*
        }

        impl Default for Timeouts {
            fn default() -> Self {
                Self { $($name: Duration::from_millis($default),)* }
            }
        }

        impl Timeouts {
            /// The names, for messages and documentation.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Sets one by its name. `None` when there is no such timeout.
            pub fn set(&mut self, name: &str, value: Duration) -> Option<()> {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return None,
                }
                Some(())
            }
        }
    };
}

timeouts! {
    // The server's.
    /// A new socket says hello within this time or is closed.
    hello = 10_000 ms,
    /// An invitation nobody answers ends after this time, on both sides.
    ring = 45_000 ms,
    /// A peer whose socket is lost keeps its place, its name and its call for this long.
    grace = 60_000 ms,
    /// The same for somebody who takes part in a call: a laptop may be closed for a while.
    call_grace = 300_000 ms,
    /// The same after the page said that it is leaving.
    leaving_grace = 5_000 ms,
    /// After a restart of the server, whoever was in a call with somebody who is back has this long to come back too.
    reunion = 60_000 ms,
    /// After a restart of the server, strangers wait this long, so that those who were there find their names free.
    returning = 5_000 ms,
    /// Changes of presence are gathered for this long, then go out together.
    presence_tick = 50 ms,
    /// A caller who was declined twice waits this long before ringing that person again.
    declined_wait = 60_000 ms,
    /// A socket that said nothing for this long is given up by the server.
    silence = 9_000 ms,
    /// A peer that has not read what it was sent for this long is given up.
    write = 10_000 ms,
    /// A ticket is good for this long without renewal.
    ticket = 86_400_000 ms,

    // The browser's.
    /// The page says ping this often.
    ping = 4_000 ms,
    /// A server that does not answer a ping within this time is given up by the page.
    pong = 5_000 ms,
    /// The wait before the first attempt to reconnect; it doubles with each further one.
    backoff_first = 250 ms,
    /// The longest wait between attempts to reconnect.
    backoff_most = 8_000 ms,
    /// The longest such wait while a call looks for its path.
    backoff_in_need = 1_000 ms,
    /// A hang-up on the data channel has this long to be delivered before its connection is closed.
    goodbye = 500 ms,
    /// On the control channel each side says a heartbeat this often.
    heartbeat = 500 ms,
    /// How well a call goes is measured this often.
    measure = 2_000 ms,
    /// Somebody who has not gone on writing for this long writes no more.
    typing = 4_000 ms,
    /// So long it is told that somebody has taken a picture.
    picture_notice = 8_000 ms,
    /// Whoever is about to be recorded has this long to say that it is shown; nothing is recorded otherwise.
    recording_answer = 3_000 ms,
    /// A path on which nothing arrives for this long is lost, whatever the browser says of it.
    path_silence = 1_500 ms,
    /// When a path is lost, the server has this long to show that the socket still works.
    prove = 1_000 ms,
    /// A path that is `disconnected` for this long is restarted.
    restart_after = 1_000 ms,
    /// The wait between attempts to find a path anew.
    restart_again = 5_000 ms,
    /// After this long without a path the words on the screen change.
    path_long = 30_000 ms,
    /// After this long without a path the call is given up.
    path_give_up = 300_000 ms,
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_the_way_into_the_page() {
        let settings = Settings::default();
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }

    #[test]
    fn silence_is_noticed_while_people_still_wait() {
        let Timeouts { silence, ping, pong, path_silence, prove, .. } = Timeouts::default();
        let ten_seconds = Duration::from_secs(10);
        assert!(silence < ten_seconds && ping + pong < ten_seconds);
        assert!(ping * 2 <= silence, "one ping may be late");
        assert!(path_silence <= Duration::from_millis(1500) && prove <= Duration::from_secs(1));
    }

    #[test]
    fn every_timeout_can_be_set_by_its_name() {
        let mut timeouts = Timeouts::default();
        for name in Timeouts::NAMES {
            assert_eq!(timeouts.set(name, Duration::ZERO), Some(()));
        }
        assert_eq!(timeouts.set("patience", Duration::ZERO), None);
    }
}
