//! Identifiers: fixed-width lower-case hexadecimal on the wire, numbers in memory, so that the order of the
//! numbers is the order of the texts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The text is not an identifier of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    expected_digits: usize,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} lower-case hexadecimal digits", self.expected_digits)
    }
}

impl std::error::Error for ParseIdError {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($number:ty), $digits:literal digits) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($number);

        impl $name {
            /// Keeps the low bits that the identifier has room for.
            #[must_use]
            pub const fn from_random(bits: $number) -> Self {
                Self(bits & (<$number>::MAX >> (<$number>::BITS - 4 * $digits)))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $digits, "x}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() != $digits || !text.bytes().all(hex) {
                    return Err(ParseIdError { expected_digits: $digits });
                }
                <$number>::from_str_radix(text, 16)
                    .map(Self)
                    .map_err(|_| ParseIdError { expected_digits: $digits })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        write!(f, concat!($digits, " lower-case hexadecimal digits"))
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
    };
}

id! {
    /// One person in one room, in one tab. Given by the server. Short, because a list of a thousand people
    /// names each of them to each of them; nothing is proved by knowing one.
    PeerId(u64), 8 digits
}
id! {
    /// A call, chosen by the peer that opens it.
    CallId(u128), 32 digits
}
id! {
    /// One load of the page.
    Incarnation(u64), 12 digits
}
id! {
    /// One start of the server.
    BootId(u64), 16 digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_wire() {
        let id = PeerId::from_random(u64::MAX);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(text, "\"ffffffff\"");
        assert_eq!(serde_json::from_str::<PeerId>(&text).unwrap(), id);
    }

    #[test]
    fn the_order_of_ids_is_the_order_of_their_texts() {
        let (low, high) = (CallId::from_random(9), CallId::from_random(16));
        assert!(low < high);
        assert!(low.to_string() < high.to_string());
    }

    #[test]
    fn only_the_exact_form_is_an_id() {
        for text in ["", "1234567", "123456789", "1234567G", "ABCDEF01", "+1234567", " 1234567"] {
            assert!(text.parse::<PeerId>().is_err(), "{text:?} was taken");
        }
    }
}
