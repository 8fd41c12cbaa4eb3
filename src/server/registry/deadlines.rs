//! What is to happen later, soonest first.

use std::{collections::BTreeSet, time::Duration};

use crate::protocol::{CallId, PeerId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// The changes of presence that have gathered go out.
    Presence,
    /// An invitation has rung long enough.
    Ring { call: CallId, peer: PeerId },
    /// Whoever has not come back to a call by now does not count any more.
    Reunion(CallId),
    /// A peer in grace leaves for good.
    Gone(PeerId),
    /// A caller may ring somebody again who declined.
    Forgive { caller: PeerId, callee: PeerId },
}

/// Each entry is removed by the one who added it, who keeps its time: nothing stale is ever due.
#[derive(Debug, Default)]
pub(super) struct Deadlines(BTreeSet<(Duration, Due)>);

impl Deadlines {
    pub fn add(&mut self, at: Duration, due: Due) {
        self.0.insert((at, due));
    }

    pub fn remove(&mut self, at: Duration, due: Due) {
        self.0.remove(&(at, due));
    }

    pub fn next(&self) -> Option<Duration> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Peers in grace, the one first whose grace is over first.
    pub fn leaving(&self) -> impl Iterator<Item = PeerId> {
        self.0.iter().filter_map(|(_, due)| if let Due::Gone(peer) = due { Some(*peer) } else { None })
    }

    pub fn pop(&mut self, now: Duration) -> Option<Due> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, due)| due)
    }
}
