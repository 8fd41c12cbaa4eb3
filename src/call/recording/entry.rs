//! What a recording is called: as a file of the person's, and on the browser's private disk before it is one.

use std::fmt;

use crate::call::files::name::FileName;

/// What a page that ended in the middle of a recording has left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The platform's number for it.
    pub id: u32,
    /// When it began: seconds since 1970.
    pub at: u64,
    pub name: FileName,
    pub bytes: u64,
}

/// A minute, on the person's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    pub year: u32,
    /// From 1, as the day.
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
}

/// A recording on the browser's disk: `1795356300 Tincan call with Bob 2026-11-22 14.05.webm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it began: seconds since 1970.
    pub at: u64,
    pub name: FileName,
}

impl Entry {
    /// `with` is whom the call is with, `ending` what kind of file it is, such as `webm`.
    #[must_use]
    pub fn new(at: u64, with: &str, began: Minute, ending: &str) -> Self {
        let Minute { year, month, day, hour, minute } = began;
        let when = format!("{year}-{month:02}-{day:02} {hour:02}.{minute:02}");
        // No folders: a name is taken from behind the last of them.
        let with = with.replace(['/', '\\'], "_");
        let name = FileName::from_anything(&format!("Tincan call with {with} {when}.{ending}"));
        Self { at, name }
    }

    /// `None` for what is no recording.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, name) = text.split_once(' ')?;
        Some(Self { at: at.parse().ok()?, name: FileName::from_anything(name) })
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: Minute = Minute { year: 2026, month: 11, day: 2, hour: 4, minute: 5 };

    #[test]
    fn a_recording_says_with_whom_and_when() {
        let entry = Entry::new(7, "Bob", BEGAN, "webm");
        assert_eq!(entry.name.as_str(), "Tincan call with Bob 2026-11-02 04.05.webm");
        assert_eq!(entry.to_string(), "7 Tincan call with Bob 2026-11-02 04.05.webm");
    }

    #[test]
    fn a_recording_is_known_again() {
        for with in ["Bob", "", "a/b\\c", "CON", "ä".repeat(32).as_str()] {
            for ending in ["webm", "mp4"] {
                let entry = Entry::new(1_795_356_300, with, BEGAN, ending);
                assert!(entry.name.as_str().starts_with("Tincan call with "), "{entry}");
                assert!(entry.name.as_str().ends_with(ending), "{entry}");
                assert_eq!(Entry::parse(&entry.to_string()), Some(entry));
            }
        }
    }

    #[test]
    fn what_is_no_recording_is_none() {
        for other in ["", "7", "seven Tincan.webm", "-1 a.webm", "99999999999999999999 a.webm"] {
            assert_eq!(Entry::parse(other), None, "{other}");
        }
    }
}
