//! What the server counts, for whoever runs it: numbers alone. **No nickname, room, address or id is among them.**
//!
//! Each number is one atomic: counting waits for nobody, and reading does not disturb it.

mod exposition;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use crate::protocol::{EndReason, ErrorCode, ServerMessage};

/// Only ever grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are now.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Whoever has told `before` tells `now`; nothing is done when they are the same.
    pub fn change(&self, before: usize, now: usize) {
        let difference = before.abs_diff(now).try_into().unwrap_or(u64::MAX);
        match () {
            () if now > before => _ = self.0.fetch_add(difference, Ordering::Relaxed),
            () if now < before => _ = self.0.fetch_sub(difference, Ordering::Relaxed),
            () => {}
        }
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many took up to each of these, in milliseconds; the last counter is for those that took longer than all.
#[derive(Debug, Default)]
struct Histogram {
    counters: [Counter; BOUNDS.len() + 1],
    milliseconds: Counter,
}

const BOUNDS: [u64; 9] = [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000];

impl Histogram {
    fn add(&self, took: Duration) {
        let took = took.as_millis().try_into().unwrap_or(u64::MAX);
        let first = BOUNDS.iter().position(|bound| took <= *bound).unwrap_or(BOUNDS.len());
        self.counters.get(first).into_iter().for_each(|counter| counter.add(1));
        self.milliseconds.add(took);
    }
}

#[derive(Debug)]
pub struct Metrics {
    started: SystemTime,
    /// Sockets that are open, in a room or not.
    pub connections: Gauge,
    pub connections_opened: Counter,
    pub rooms: Gauge,
    /// Those whose connection is lost for a moment among them.
    pub people: Gauge,
    pub calls_rung: Counter,
    outcomes: [Counter; OUTCOMES.len()],
    calls_answered: Counter,
    call_milliseconds: Counter,
    set_up_directly: Histogram,
    set_up_by_relay: Histogram,
    errors: [Counter; CODES.len()],
    relayed: Counter,
    pub relay_allocations: Gauge,
    /// What was passed on for calls, without what it was wrapped in.
    pub relay_bytes: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: SystemTime::now(),
            connections: Gauge::default(),
            connections_opened: Counter::default(),
            rooms: Gauge::default(),
            people: Gauge::default(),
            calls_rung: Counter::default(),
            outcomes: Default::default(),
            calls_answered: Counter::default(),
            call_milliseconds: Counter::default(),
            set_up_directly: Histogram::default(),
            set_up_by_relay: Histogram::default(),
            errors: [const { Counter(AtomicU64::new(0)) }; CODES.len()],
            relayed: Counter::default(),
            relay_allocations: Gauge::default(),
            relay_bytes: Counter::default(),
        }
    }
}

impl Metrics {
    /// For each message to one client.
    pub fn count_message(&self, message: &ServerMessage) {
        match message {
            ServerMessage::Signal { .. } => self.relayed.add(1),
            ServerMessage::Error { code, .. } => self.count_error(*code),
            _ => {}
        }
    }

    pub fn count_error(&self, error: ErrorCode) {
        count(&CODES, &self.errors, code(error));
    }

    /// `lasted` since somebody accepted, if anybody did.
    pub fn count_end(&self, reason: EndReason, lasted: Option<Duration>) {
        count(&OUTCOMES, &self.outcomes, outcome(reason));
        if let Some(lasted) = lasted {
            self.calls_answered.add(1);
            self.call_milliseconds.add(lasted.as_millis().try_into().unwrap_or(u64::MAX));
        }
    }

    /// How long it took until one of two saw the other.
    pub fn count_set_up(&self, took: Duration, relayed: bool) {
        if relayed { &self.set_up_by_relay } else { &self.set_up_directly }.add(took);
    }
}

fn count(names: &[&str], counters: &[Counter], name: &str) {
    let named = names.iter().zip(counters).find(|(known, _)| **known == name);
    if let Some((_, counter)) = named {
        counter.add(1);
    }
}

/// Names as on the wire, one for each variant.
macro_rules! names {
    ($list:ident, $name:ident: $enum:ident { $($variant:ident = $label:literal,)* }) => {
        const $list: [&str; [$($label),*].len()] = [$($label),*];

        fn $name(value: $enum) -> &'static str {
            match value {
                $($enum::$variant { .. } => $label,)*
            }
        }
    };
}

names! {
    OUTCOMES, outcome: EndReason {
        Declined = "declined",
        Cancelled = "cancelled",
        NoAnswer = "no_answer",
        HungUp = "hung_up",
        Gone = "gone",
        Superseded = "superseded",
    }
}

names! {
    CODES, code: ErrorCode {
        BadMessage = "bad_message",
        Binary = "binary",
        TooDeep = "too_deep",
        TooManyMessages = "too_many_messages",
        HelloFirst = "hello_first",
        HelloTwice = "hello_twice",
        Outdated = "outdated",
        NicknameInvalid = "nickname_invalid",
        NicknameTaken = "nickname_taken",
        LobbyClosed = "lobby_closed",
        RoomFull = "room_full",
        TooManyRooms = "too_many_rooms",
        TooManyConnections = "too_many_connections",
        UnknownPeer = "unknown_peer",
        Offline = "offline",
        Busy = "busy",
        DoNotDisturb = "do_not_disturb",
        DeclinedRecently = "declined_recently",
        Yourself = "yourself",
        AlreadyInCall = "already_in_call",
        CallIdTaken = "call_id_taken",
        UnknownCall = "unknown_call",
        NotAccepted = "not_accepted",
        CallFull = "call_full",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_outcomes_are_named_as_on_the_wire() {
        for name in CODES {
            let error: ErrorCode = serde_json::from_value(name.into()).unwrap();
            assert_eq!(code(error), name);
        }
        for name in OUTCOMES.into_iter().filter(|name| *name != "superseded") {
            let reason: EndReason = serde_json::from_value(name.into()).unwrap();
            assert_eq!(outcome(reason), name);
        }
    }

    #[test]
    fn a_histogram_counts_up_to_each_bound() {
        let metrics = Metrics::default();
        for (took, relayed) in [(100, false), (101, false), (60_001, false), (500, true)] {
            metrics.count_set_up(Duration::from_millis(took), relayed);
        }
        let page = metrics.exposition();
        for line in [
            "bucket{path=\"direct\",le=\"0.100\"} 1",
            "bucket{path=\"direct\",le=\"0.200\"} 2",
            "bucket{path=\"direct\",le=\"60.000\"} 2",
            "bucket{path=\"direct\",le=\"+Inf\"} 3",
            "sum{path=\"direct\"} 60.202",
            "count{path=\"direct\"} 3",
            "bucket{path=\"relay\",le=\"0.200\"} 0",
            "bucket{path=\"relay\",le=\"0.500\"} 1",
        ] {
            assert!(page.contains(&format!("\ntincan_call_set_up_seconds_{line}\n")), "{line} in {page}");
        }
    }

    #[test]
    fn a_gauge_follows_those_who_come_and_go() {
        let gauge = Gauge::default();
        for (before, now, all) in [(0, 3, 3), (0, 2, 5), (3, 3, 5), (3, 1, 3), (2, 0, 1)] {
            gauge.change(before, now);
            assert_eq!(gauge.get(), all);
        }
    }
}
