//! What may be taken of what comes on a file's channel: as many bytes as were promised, no faster than they are stored.

use super::{MESSAGE_MOST, WINDOW};

/// How far a file that comes is in.
#[derive(Clone, Copy, Debug)]
pub struct Intake {
    size: u64,
    /// So many bytes from its beginning have come.
    have: u64,
    stored: u64,
    /// Of the channel at hand, so many bytes are known already.
    skip: u64,
}

/// The other side does not keep to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach;

impl Intake {
    #[must_use]
    pub const fn new(size: u64) -> Self {
        Self { size, have: 0, stored: 0, skip: 0 }
    }

    /// On a new channel it goes on from here.
    ///
    /// # Errors
    /// When there would be a gap.
    pub fn goes_on(&mut self, from: u64) -> Result<(), Breach> {
        self.skip = self.have.checked_sub(from).ok_or(Breach)?;
        Ok(())
    }

    /// Takes a message of so many bytes, and says how many of them at its beginning are known already.
    ///
    /// # Errors
    /// When it is too long, or there is more than was promised, or more than anybody has been asked for.
    pub fn take(&mut self, bytes: usize) -> Result<usize, Breach> {
        let known = self.skip.min(bytes as u64);
        let new = bytes as u64 - known;
        let fits =
            bytes <= MESSAGE_MOST && new <= self.size - self.have && self.have + new - self.stored <= WINDOW;
        if !fits {
            return Err(Breach);
        }
        self.skip -= known;
        self.have += new;
        Ok(known as usize)
    }

    pub fn store(&mut self, bytes: u64) {
        self.stored = (self.stored + bytes).min(self.have);
    }

    #[must_use]
    pub const fn stored(&self) -> u64 {
        self.stored
    }

    /// Nothing more will come.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.have == self.size
    }

    #[must_use]
    pub const fn is_stored(&self) -> bool {
        self.stored == self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_was_promised_is_taken_and_nothing_more() {
        let mut intake = Intake::new(10);
        assert_eq!((intake.take(7), intake.is_full()), (Ok(0), false));
        assert_eq!((intake.take(3), intake.is_full()), (Ok(0), true));
        assert_eq!(intake.take(1), Err(Breach));
        assert_eq!(Intake::new(2).take(3), Err(Breach));
        assert_eq!(Intake::new(u64::MAX).take(MESSAGE_MOST + 1), Err(Breach));
    }

    #[test]
    fn what_comes_again_is_skipped() {
        let mut intake = Intake::new(100);
        assert_eq!(intake.take(60), Ok(0));
        assert_eq!(intake.goes_on(40), Ok(()));
        assert_eq!((intake.take(15), intake.take(15)), (Ok(15), Ok(5)));
        assert_eq!(intake.take(30), Ok(0));
        assert!(intake.is_full());
        assert_eq!(intake.goes_on(100), Ok(()));
        assert_eq!(intake.take(1), Err(Breach));
    }

    #[test]
    fn there_is_no_gap() {
        let mut intake = Intake::new(100);
        assert_eq!(intake.take(10), Ok(0));
        assert_eq!(intake.goes_on(11), Err(Breach));
    }

    #[test]
    fn nobody_sends_faster_than_it_is_stored() {
        let mut intake = Intake::new(u64::MAX);
        for _ in 0..WINDOW / MESSAGE_MOST as u64 {
            assert_eq!(intake.take(MESSAGE_MOST), Ok(0));
        }
        assert_eq!(intake.take(1), Err(Breach));
        intake.store(5);
        assert_eq!((intake.take(5), intake.take(1)), (Ok(0), Err(Breach)));
    }
}
