//! Signals for a member of a call that are kept: all while it rings, because they may be on their way into a socket that
//! is dead, or the page may be loaded again before it is answered; and those that come while its connection is lost.

use std::collections::VecDeque;

use crate::protocol::{PeerId, ServerMessage};

/// The bounds of one inbox. Beyond them the oldest go first.
const MOST_SIGNALS: usize = 64;
const MOST_BYTES: usize = 128 * 1024;

#[derive(Debug, Default)]
pub(super) struct Inbox {
    kept: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    from: PeerId,
    signal: ServerMessage,
    size: usize,
}

impl Inbox {
    pub fn keep(&mut self, from: PeerId, signal: ServerMessage, size: usize) {
        self.kept.push_back(Kept { from, signal, size });
        self.bytes += size;
        while self.kept.len() > MOST_SIGNALS || self.bytes > MOST_BYTES {
            self.bytes -= self.kept.pop_front().map_or(self.bytes, |oldest| oldest.size);
        }
    }

    /// The oldest first.
    pub fn signals(&self) -> Vec<ServerMessage> {
        self.kept.iter().map(|kept| kept.signal.clone()).collect()
    }

    /// Drops what a page said that is no more.
    pub fn forget_from(&mut self, peer: PeerId) {
        self.kept.retain(|kept| kept.from != peer);
        self.bytes = self.kept.iter().map(|kept| kept.size).sum();
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
