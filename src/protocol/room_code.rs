//! The code of a private room: whoever has it is in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// 60 random bits, written as twelve symbols of Crockford's Base32 in groups of four: `k7qm-3xpd-9wzt`.
/// Read forgivingly: case, spaces and dashes do not matter, `o` is zero, `i` and `l` are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomCode(u64);

/// Why a text is no room code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomCodeError {
    /// Not twelve symbols; how many there were.
    Length(usize),
    /// A symbol that no code has.
    Symbol(char),
}

const SYMBOLS: usize = 12;
const GROUP: usize = 4;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl RoomCode {
    /// Keeps the low 60 bits.
    #[must_use]
    pub const fn from_random(bits: u64) -> Self {
        Self(bits & ((1 << (5 * SYMBOLS)) - 1))
    }

    /// # Errors
    /// When there are not exactly twelve symbols, or one that no code has.
    pub fn parse(text: &str) -> Result<Self, RoomCodeError> {
        let mut bits = 0;
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)) {
            count += 1;
            if count <= SYMBOLS {
                bits = bits << 5 | symbol_value(c).ok_or(RoomCodeError::Symbol(c))?;
            }
        }
        if count == SYMBOLS { Ok(Self(bits)) } else { Err(RoomCodeError::Length(count)) }
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn symbol_value(c: char) -> Option<u64> {
    let c = match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    };
    (0u64..).zip(ALPHABET).find_map(|(value, symbol)| (char::from(*symbol) == c).then_some(value))
}

impl fmt::Display for RoomCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in 0..SYMBOLS {
            if place > 0 && place % GROUP == 0 {
                f.write_str("-")?;
            }
            let value = self.0 >> (5 * (SYMBOLS - 1 - place)) & 31;
            let symbol = usize::try_from(value).ok().and_then(|value| ALPHABET.get(value)).unwrap_or(&b'0');
            write!(f, "{}", char::from(*symbol))?;
        }
        Ok(())
    }
}

impl fmt::Display for RoomCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(0) => f.write_str("Please type the code of the room."),
            Self::Length(count) => write!(f, "A room code has 12 letters and digits; this has {count}."),
            Self::Symbol(c) => write!(f, "A room code never has “{c}” in it."),
        }
    }
}

impl std::error::Error for RoomCodeError {}

impl FromStr for RoomCode {
    type Err = RoomCodeError;

    fn from_str(text: &str) -> Result<Self, RoomCodeError> {
        Self::parse(text)
    }
}

impl Serialize for RoomCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoomCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As somebody types it who has it from a photograph, or from the telephone.
    fn typed(code: RoomCode) -> impl Strategy<Value = String> {
        let ways = |symbol: char| match symbol {
            '-' => {
                vec!["-", "", " ", " - ", "\u{2013}", "_", "\u{a0}"].into_iter().map(String::from).collect()
            }
            '0' => vec!["0".into(), "o".into(), "O".into()],
            '1' => ["1", "i", "I", "l", "L"].map(String::from).to_vec(),
            symbol => vec![symbol.to_string(), symbol.to_ascii_uppercase().to_string(), format!("{symbol} ")],
        };
        let symbols: Vec<_> =
            code.to_string().chars().map(|symbol| prop::sample::select(ways(symbol))).collect();
        symbols.prop_map(|symbols| symbols.concat())
    }

    #[test]
    fn a_code_reads_back_as_itself() {
        for bits in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
            let code = RoomCode::from_random(bits);
            assert_eq!(RoomCode::parse(&code.to_string()), Ok(code));
        }
    }

    #[test]
    fn case_spaces_dashes_and_look_alikes_are_forgiven() {
        let code = RoomCode::parse("k7qm-0xpd-1wzt").unwrap();
        for text in ["K7QM 0XPD 1WZT", "k7qmoxpdlwzt", " k7qm–OXPD—iwzt ", "k-7-q-m-0-x-p-d-1-w-z-t"] {
            assert_eq!(RoomCode::parse(text), Ok(code), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_reason() {
        assert_eq!(RoomCode::parse(""), Err(RoomCodeError::Length(0)));
        assert_eq!(RoomCode::parse("k7qm-0xpd-1wz"), Err(RoomCodeError::Length(11)));
        assert_eq!(RoomCode::parse("k7qm-0xpd-1wzt-0"), Err(RoomCodeError::Length(13)));
        assert_eq!(RoomCode::parse("u7qm-0xpd-1wzt"), Err(RoomCodeError::Symbol('u')));
    }

    #[test]
    fn a_symbol_of_no_code_is_refused_and_named() {
        let code = "k7qm-0xpd-1wz";
        let taken = "0123456789abcdefghijklmnopqrstvwxyzABCDEFGHIJKLMNOPQRSTVWXYZ";
        for c in '\0'..=char::MAX {
            let expected = if taken.contains(c) {
                Ok(code.len() + 1)
            } else if c.is_whitespace() || is_dash(c) {
                Err(RoomCodeError::Length(SYMBOLS - 1))
            } else {
                Err(RoomCodeError::Symbol(c))
            };
            let parsed = RoomCode::parse(&format!("{code}{c}"));
            assert_eq!(parsed.map(|code| code.to_string().len()), expected, "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn a_code_is_found_in_whatever_way_it_is_typed(
            (code, text) in any::<u64>()
                .prop_map(RoomCode::from_random)
                .prop_flat_map(|code| typed(code).prop_map(move |text| (code, text))),
        ) {
            prop_assert_eq!(RoomCode::parse(&text), Ok(code), "{}", text);
            prop_assert_eq!(RoomCode::parse(&code.to_string()), Ok(code));
        }

        #[test]
        fn no_text_brings_it_down(text in any::<String>()) {
            if let Ok(code) = RoomCode::parse(&text) {
                prop_assert_eq!(RoomCode::parse(&code.to_string()), Ok(code));
            }
        }
    }
}
