//! PURE: how much of the relay one peer may use, whatever it connects from.

use std::{collections::HashMap, time::Duration};

use crate::{
    protocol::PeerId,
    server::rate::{Bucket, Rate},
};

/// See the limits in the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Allocations of everybody together.
    pub allocations: usize,
    pub allocations_per_peer: usize,
    /// Who connects anew is another peer, and comes from the same address.
    pub allocations_per_address: usize,
    /// Addresses one allocation may hear, and channels it may have.
    pub permissions: usize,
    /// Of one peer, in both directions together.
    pub bytes: Rate,
}

#[derive(Debug)]
pub struct Accounts {
    quotas: Quotas,
    /// Only of those who have an allocation, or had one so recently that their bytes are not forgotten.
    of: HashMap<PeerId, Account>,
}

#[derive(Debug)]
struct Account {
    allocations: usize,
    bytes: Bucket,
}

impl Accounts {
    pub fn new(quotas: Quotas) -> Self {
        Self { quotas, of: HashMap::new() }
    }

    /// False when this peer has as many as it may have.
    pub fn open(&mut self, peer: PeerId, now: Duration) -> bool {
        let fresh = || Account { allocations: 0, bytes: Bucket::new(self.quotas.bytes, now) };
        let account = self.of.entry(peer).or_insert_with(fresh);
        let is_free = account.allocations < self.quotas.allocations_per_peer;
        if is_free {
            account.allocations += 1;
        }
        is_free
    }

    pub fn close(&mut self, peer: PeerId) {
        if let Some(account) = self.of.get_mut(&peer) {
            account.allocations = account.allocations.saturating_sub(1);
        }
    }

    /// False when the peer has spent what it has: the datagram is lost, as on any narrow line.
    pub fn spend(&mut self, peer: PeerId, bytes: usize, now: Duration) -> bool {
        self.of.get_mut(&peer).is_some_and(|account| account.bytes.spend_if_solvent(bytes, now))
    }

    pub fn tidy(&mut self, now: Duration) {
        self.of.retain(|_, account| account.allocations > 0 || !account.bytes.is_full(now));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn accounts() -> Accounts {
        let (per_second, burst) = (NonZero::new(10).unwrap(), NonZero::new(100).unwrap());
        let bytes = Rate { per_second, burst };
        Accounts::new(Quotas {
            allocations: 9,
            allocations_per_peer: 2,
            allocations_per_address: 9,
            permissions: 9,
            bytes,
        })
    }

    #[test]
    fn a_peer_has_so_many_allocations_and_others_have_theirs() {
        let (mut accounts, me, other) = (accounts(), PeerId::from_random(1), PeerId::from_random(2));
        assert_eq!([(); 3].map(|()| accounts.open(me, NOW)), [true, true, false]);
        assert!(accounts.open(other, NOW));
        accounts.close(me);
        assert!(accounts.open(me, NOW));
    }

    #[test]
    fn bytes_count_however_often_a_peer_begins_anew() {
        let (mut accounts, me) = (accounts(), PeerId::from_random(1));
        assert!(!accounts.spend(me, 1, NOW), "without an allocation there is nothing to spend");
        assert!(accounts.open(me, NOW));
        assert!(accounts.spend(me, 100, NOW) && !accounts.spend(me, 1, NOW));
        accounts.close(me);
        accounts.tidy(NOW);
        assert!(accounts.open(me, NOW) && !accounts.spend(me, 1, NOW));
        assert!(accounts.spend(me, 1, Duration::from_secs(1)));
        accounts.close(me);
        accounts.tidy(Duration::from_secs(60));
        assert!(accounts.of.is_empty(), "then it is forgotten");
    }
}
