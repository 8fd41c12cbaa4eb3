//! Which numbers have come already.

use std::collections::BTreeSet;

/// Remembers each number of a sequence that starts at 0, whatever the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Every number below has come.
    next: u32,
    /// Those that came ahead of their turn.
    ahead: BTreeSet<u32>,
}

/// How far ahead of its turn a number may come. One that is further ahead is not taken, so that a hostile
/// sender cannot fill the memory.
const WINDOW: u32 = 1024;

impl Seen {
    /// Whether the number comes for the first time, and is remembered now.
    pub fn first_time(&mut self, number: u32) -> bool {
        let known = number < self.next || number - self.next >= WINDOW || !self.ahead.insert(number);
        while self.ahead.remove(&self.next) {
            self.next += 1;
        }
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_counts_once_in_any_order() {
        let mut seen = Seen::default();
        let fresh: Vec<u32> = [0, 2, 1, 2, 0, 3, 5, 5].into_iter().filter(|n| seen.first_time(*n)).collect();
        assert_eq!(fresh, [0, 2, 1, 3, 5]);
        assert_eq!(seen.ahead.len(), 1, "what came in turn is not stored");
    }

    #[test]
    fn a_number_far_ahead_is_not_stored() {
        let mut seen = Seen::default();
        assert!(!seen.first_time(u32::MAX));
        assert!(seen.ahead.is_empty());
    }
}
