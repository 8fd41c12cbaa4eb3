//! What is said on the files channel. The bytes themselves go over a channel of each file's own.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::preview::Preview;
use crate::protocol::Incarnation;

/// One message on the files channel, as JSON text. A file is named by the number that its sender gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FileMessage {
    /// Said first on each channel: which page this is. Its files are gone when it is another one than before.
    Hello {
        page: Incarnation,
    },

    // Whoever sends a file says:
    /// Said again on each new channel, until the file is over.
    Offer {
        file: u32,
        name: String,
        /// In bytes.
        size: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<Preview>,
    },
    Pause {
        file: u32,
        paused: bool,
    },
    /// It will not come, or not to its end.
    Withdraw {
        file: u32,
        why: Reason,
    },
    /// Of the whole file, once all of it is sent.
    Digest {
        file: u32,
        sha256: Sha256,
    },

    // Whoever gets it says:
    /// Open a channel for it, and send from here on.
    Take {
        file: u32,
        from: u64,
    },
    /// So many bytes from its beginning are stored.
    Received {
        file: u32,
        bytes: u64,
    },
    Wait {
        file: u32,
        paused: bool,
    },
    /// It is not wanted, or not any more.
    Refuse {
        file: u32,
        why: Reason,
    },
    /// It is here, and has the digest it should have.
    Complete {
        file: u32,
    },
}

/// Why a file did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Not wanted in the first place.
    Declined,
    /// Somebody changed their mind.
    Cancelled,
    /// More files at once than the other side takes.
    TooMany,
    /// Larger than the receiving browser can hold.
    TooLarge,
    /// The receiver's disk is full.
    NoRoom,
    /// The file changed or vanished while it was read.
    Unreadable,
    /// What arrived has another digest than what was sent.
    Damaged,
    /// The other side does not keep to the rules.
    Broken,
    /// The page that had it is gone.
    Gone,
}

/// A SHA-256 digest (FIPS 180-4), as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// The text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDigestError;

impl FromStr for Sha256 {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        let digits: Option<Vec<u8>> = text.bytes().map(digit).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(ParseDigestError)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = pair.iter().fold(0, |sum, digit| sum << 4 | digit);
        }
        Ok(Self(bytes))
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|ParseDigestError| de::Error::custom("expected 64 lower-case hexadecimal digits"))
    }
}

/// The label of a file's own channel: which file, and from which byte on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    pub file: u32,
    pub from: u64,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {} {}", self.file, self.from)
    }
}

impl Label {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (file, from) = text.strip_prefix("file ")?.split_once(' ')?;
        Some(Self { file: file.parse().ok()?, from: from.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_the_wire() {
        let digest = Sha256(std::array::from_fn(|i| i as u8 * 7));
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(text.len(), 66);
        assert_eq!(serde_json::from_str::<Sha256>(&text).unwrap(), digest);
    }

    #[test]
    fn only_64_lower_case_digits_are_a_digest() {
        let most = "0".repeat(64);
        assert!(most.parse::<Sha256>().is_ok());
        for text in ["", "00", &most[1..], &[&most, "0"].concat(), &most.replace("00", "0A"), &"é".repeat(32)]
        {
            assert!(text.parse::<Sha256>().is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn a_label_says_which_file_and_where_it_goes_on() {
        let label = Label { file: 7, from: 1 << 40 };
        assert_eq!(Label::parse(&label.to_string()), Some(label));
        for text in ["", "file", "file 1", "file 1 2 3", "file -1 0", "file 1 99999999999999999999", "chat"] {
            assert_eq!(Label::parse(text), None, "{text:?} was taken");
        }
    }
}
