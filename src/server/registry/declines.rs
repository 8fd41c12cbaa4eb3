//! Who has declined whose calls lately.

use std::{collections::BTreeMap, time::Duration};

use super::{Registry, deadlines::Due};
use crate::protocol::PeerId;

/// As often may a call be declined before the caller has to wait.
const PATIENCE: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct Declines(BTreeMap<(PeerId, PeerId), Record>);

#[derive(Debug)]
struct Record {
    count: u32,
    until: Duration,
}

impl Declines {
    pub fn must_wait(&self, caller: PeerId, callee: PeerId) -> bool {
        self.0.get(&(caller, callee)).is_some_and(|record| record.count >= PATIENCE)
    }

    pub fn forgive(&mut self, caller: PeerId, callee: PeerId) {
        self.0.remove(&(caller, callee));
    }
}

impl Registry {
    pub(super) fn note_declined(&mut self, caller: PeerId, callee: PeerId) {
        let until = self.now + self.timeouts.declined_wait;
        let record = self.declines.0.entry((caller, callee)).or_insert(Record { count: 0, until });
        let due = Due::Forgive { caller, callee };
        self.deadlines.remove(record.until, due);
        *record = Record { count: record.count + 1, until };
        self.deadlines.add(until, due);
    }

    /// The callee wants to talk after all.
    pub(super) fn note_welcome(&mut self, caller: PeerId, callee: PeerId) {
        if let Some(record) = self.declines.0.remove(&(caller, callee)) {
            self.deadlines.remove(record.until, Due::Forgive { caller, callee });
        }
    }
}
