//! A nickname that is right once it exists.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de};

/// 1 to 32 characters without control, bidi-override or invisible ones, trimmed. The server brings it into
/// compatibility form (NFKC) before; that needs tables which the browser is spared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Nickname(Arc<str>);

/// Why a text is no nickname.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NicknameError {
    Empty,
    TooLong,
    ForbiddenCharacter,
}

impl Nickname {
    /// In characters (Unicode scalar values).
    pub const MAX_CHARS: usize = 32;

    /// # Errors
    /// When the trimmed text is empty, longer than [`Self::MAX_CHARS`], or has a character that would hide
    /// or disturb what stands around it.
    pub fn parse(text: &str) -> Result<Self, NicknameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NicknameError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(NicknameError::TooLong);
        }
        if text.chars().any(is_forbidden) {
            return Err(NicknameError::ForbiddenCharacter);
        }
        Ok(Self(text.into()))
    }

    /// Stands for a peer of whom only the id is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self("Somebody".into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, line separators, and the invisible characters that reorder or join text
/// (Unicode Standard Annex 9 and the `Default_Ignorable_Code_Point` property).
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Nickname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Nickname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for NicknameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Please type a name.",
            Self::TooLong => "That name is too long: 32 characters at most.",
            Self::ForbiddenCharacter => {
                "That name has an invisible or control character in it. Please type it anew."
            }
        })
    }
}

impl std::error::Error for NicknameError {}

impl<'de> Deserialize<'de> for Nickname {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spaces_around_a_name_do_not_count() {
        assert_eq!(Nickname::parse("  Ada Lovelace\t").unwrap().as_str(), "Ada Lovelace");
    }

    #[test]
    fn a_name_of_only_spaces_is_empty() {
        assert_eq!(Nickname::parse(" \u{3000}\n "), Err(NicknameError::Empty));
    }

    #[test]
    fn thirty_two_characters_fit_and_one_more_does_not() {
        assert!(Nickname::parse(&"é".repeat(32)).is_ok());
        assert_eq!(Nickname::parse(&"é".repeat(33)), Err(NicknameError::TooLong));
    }

    #[test]
    fn what_reorders_or_hides_text_is_refused() {
        for text in ["a\u{202e}b", "a\u{200b}b", "\u{2066}x\u{2069}", "a\0b", "a\nb", "\u{3164}"] {
            assert_eq!(Nickname::parse(text), Err(NicknameError::ForbiddenCharacter), "{text:?}");
        }
    }

    /// Unicode is small enough to try all of it.
    #[test]
    fn whatever_a_name_is_parsed_from_it_parses_to_itself() {
        for c in '\0'..=char::MAX {
            let Ok(nickname) = Nickname::parse(&format!("{c}a{c}")) else { continue };
            assert_eq!(Nickname::parse(nickname.as_str()).as_ref(), Ok(&nickname), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_short_trimmed_and_says_what_was_typed(text in any::<String>()) {
            if let Ok(nickname) = Nickname::parse(&text) {
                prop_assert_eq!(nickname.as_str(), text.trim());
                prop_assert!((1..=Nickname::MAX_CHARS).contains(&nickname.as_str().chars().count()));
            }
        }
    }

    #[test]
    fn markup_is_just_text() {
        assert_eq!(Nickname::parse("<script>").unwrap().as_str(), "<script>");
    }
}
