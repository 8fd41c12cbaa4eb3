//! The other side's candidates: held until the description they belong to is in place.

use super::{effect::PairOp, signal::Candidate};

#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Whether a remote description is set, and its ICE username fragment.
    described: bool,
    fragment: Option<String>,
    held: Vec<Candidate>,
    ended: bool,
}

/// More than any machine offers; beyond it the oldest gives way.
const HELD_MOST: usize = 128;

impl Candidates {
    /// A candidate that would make the browser look up a foreign host name is dropped.
    pub fn add(&mut self, candidate: Candidate) -> Vec<PairOp> {
        if candidate.names_a_foreign_host() {
            return Vec::new();
        }
        if self.is_usable(&candidate) {
            return vec![PairOp::AddCandidate(candidate)];
        }
        if self.held.len() == HELD_MOST {
            self.held.remove(0);
        }
        self.held.push(candidate);
        Vec::new()
    }

    pub fn end(&mut self) -> Vec<PairOp> {
        self.ended = true;
        self.end_if_complete()
    }

    /// The description, with those in it that waited for it: the browser takes them all in one step, and looks for
    /// a path as soon as it has it.
    pub fn put_into(&mut self, mut sdp: String, fragment: Option<&str>) -> String {
        self.held.retain(|held| {
            let belongs = held.fragment.is_some() && held.fragment.as_deref() == fragment;
            !(belongs && held.put_into(&mut sdp))
        });
        sdp
    }

    /// A remote description is in place.
    pub fn described(&mut self, fragment: Option<String>) -> Vec<PairOp> {
        self.described = true;
        self.fragment = fragment;
        let (usable, held) =
            std::mem::take(&mut self.held).into_iter().partition(|held| self.is_usable(held));
        self.held = held;
        let usable: Vec<Candidate> = usable;
        let mut ops: Vec<PairOp> = usable.into_iter().map(PairOp::AddCandidate).collect();
        ops.extend(self.end_if_complete());
        ops
    }

    fn end_if_complete(&mut self) -> Vec<PairOp> {
        if self.described && std::mem::take(&mut self.ended) {
            vec![PairOp::EndOfCandidates]
        } else {
            Vec::new()
        }
    }

    /// After a restart, candidates may overtake the description they belong to.
    fn is_usable(&self, candidate: &Candidate) -> bool {
        let belongs = match (&candidate.fragment, &self.fragment) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => true,
        };
        self.described && belongs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(address: &str, fragment: &str) -> Candidate {
        Candidate {
            candidate: format!("candidate:1 1 udp 1 {address} 9 typ host"),
            mid: Some("0".into()),
            line: None,
            fragment: Some(fragment.into()),
        }
    }

    #[test]
    fn candidates_wait_for_their_description() {
        let mut candidates = Candidates::default();
        let early = candidate("192.0.2.1", "one");
        assert_eq!(candidates.add(early.clone()), []);
        assert_eq!(candidates.described(Some("one".into())), [PairOp::AddCandidate(early)]);
    }

    #[test]
    fn those_that_are_there_come_with_their_description() {
        let mut candidates = Candidates::default();
        let (mine, later) = (candidate("192.0.2.1", "one"), candidate("192.0.2.2", "two"));
        candidates.add(mine.clone());
        candidates.add(later.clone());
        let bare = "v=0\r\nm=audio 9\r\na=mid:0\r\n";
        let whole = candidates.put_into(bare.into(), Some("one"));
        assert_eq!(whole, format!("{bare}a={}\r\n", mine.candidate));
        assert_eq!(candidates.described(Some("one".into())), [], "not a second time");
        assert_eq!(candidates.described(Some("two".into())), [PairOp::AddCandidate(later)]);
    }

    #[test]
    fn a_candidate_that_overtakes_its_restart_is_not_lost() {
        let mut candidates = Candidates::default();
        candidates.described(Some("one".into()));
        let early = candidate("192.0.2.1", "two");
        assert_eq!(candidates.add(early.clone()), []);
        assert_eq!(candidates.described(Some("two".into())), [PairOp::AddCandidate(early)]);
    }

    #[test]
    fn a_host_name_is_never_looked_up() {
        let mut candidates = Candidates::default();
        candidates.described(Some("one".into()));
        assert_eq!(candidates.add(candidate("spy.example", "one")), []);
        assert_eq!(candidates.add(candidate("abc.local", "one")).len(), 1);
    }

    #[test]
    fn the_end_comes_after_the_description() {
        let mut candidates = Candidates::default();
        assert_eq!(candidates.end(), []);
        assert_eq!(candidates.described(None), [PairOp::EndOfCandidates]);
    }

    #[test]
    fn a_flood_of_candidates_is_bounded() {
        let mut candidates = Candidates::default();
        for _ in 0..10_000 {
            candidates.add(candidate("192.0.2.1", "one"));
        }
        assert_eq!(candidates.held.len(), HELD_MOST);
    }
}
