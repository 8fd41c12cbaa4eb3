//! Nicknames as the server sees them: their normal form, and whether two of them look alike. The Unicode
//! tables for it stay out of the page.

use caseless::Caseless;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::confusable_detection::skeleton;

use crate::protocol::{Nickname, NicknameError};

/// Normalisation can shorten a text, so more than [`Nickname::MAX_CHARS`] are looked at; but not any number.
const MOST_CHARS_BEFORE: usize = 8 * Nickname::MAX_CHARS;

/// Brings what a person typed into compatibility form (NFKC, Unicode Standard Annex 15).
///
/// # Errors
/// When no nickname comes of it, or one in which there is nothing to see.
pub fn normalise(typed: &str) -> Result<Nickname, NicknameError> {
    let typed = typed.trim();
    if typed.chars().nth(MOST_CHARS_BEFORE).is_some() {
        return Err(NicknameError::TooLong);
    }
    let nickname = Nickname::parse(&single_spaced(&typed.nfkc().collect::<String>()))?;
    if nickname.as_str().chars().any(is_visible) { Ok(nickname) } else { Err(NicknameError::Empty) }
}

/// A page shows many spaces as one, so they may not tell two names apart.
fn single_spaced(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// False for what has no shape of its own: spaces, combining marks, variation selectors.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !is_combining_mark(c) && skeleton(c.encode_utf8(&mut [0; 4])).next().is_some()
}

/// What is left of a nickname when case and look-alikes do not count (Unicode Technical Standard 39,
/// section 4). Two nicknames with the same one may not be in one room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skeleton(Box<str>);

impl Skeleton {
    /// Folded before, so that `Ian` is `ian`; and after, because `0` looks like a capital O.
    #[must_use]
    pub fn of(nickname: &Nickname) -> Self {
        let folded: String = nickname.as_str().chars().default_case_fold().collect();
        Self(skeleton(&folded).default_case_fold().collect::<String>().into())
    }
}

/// The first of "Ada 2", "Ada 3", … that is free. Where those are taken, it goes on behind the number of people
/// there are, so that a room full of Adas costs no more than a look at a few of them.
pub fn free_variant(
    nickname: &Nickname,
    people: usize,
    is_free: impl Fn(&Skeleton) -> bool,
) -> Option<Nickname> {
    let mut numbers = (2..10).chain(people.max(10)..usize::MAX);
    numbers.find_map(|number| numbered(nickname, number).filter(|variant| is_free(&Skeleton::of(variant))))
}

fn numbered(nickname: &Nickname, number: usize) -> Option<Nickname> {
    let suffix = format!(" {number}");
    let room = Nickname::MAX_CHARS.checked_sub(suffix.len())?;
    let base: String = nickname.as_str().chars().take(room).collect();
    normalise(&format!("{}{suffix}", base.trim_end())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_alike(one: &str, other: &str) -> bool {
        Skeleton::of(&normalise(one).unwrap()) == Skeleton::of(&normalise(other).unwrap())
    }

    #[test]
    fn case_and_look_alikes_do_not_make_another_name() {
        assert!(look_alike("Ada", "aDA"));
        assert!(look_alike("Ada", "\u{410}d\u{430}"), "Cyrillic");
        assert!(look_alike("Bob", "b0b"));
        assert!(look_alike("Ada", "\u{ff21}da"), "full width");
        assert!(look_alike("Ada", "Ada\u{fe0f}"), "a variation selector");
        assert!(look_alike("STRASSE", "straße"));
        assert!(look_alike("Ada L", "Ada  \u{a0}L"), "more spaces than the page shows");
        assert!(!look_alike("Ada", "Eda"));
        assert!(!look_alike("Ada 2", "Ada 3"));
    }

    #[test]
    fn a_name_is_brought_into_compatibility_form() {
        assert_eq!(normalise(" \u{ff21}da ").unwrap().as_str(), "Ada");
        assert_eq!(normalise(&"e\u{301}".repeat(32)).unwrap().as_str(), "é".repeat(32));
    }

    #[test]
    fn a_name_with_nothing_to_see_is_empty() {
        for text in ["", "  ", "\u{301}", "\u{fe0f}", "\u{301}\u{fe0f} \u{20d7}"] {
            assert_eq!(normalise(text), Err(NicknameError::Empty), "{text:?}");
        }
    }

    #[test]
    fn a_text_that_grows_when_normalised_is_too_long() {
        assert_eq!(normalise(&"\u{fdfa}".repeat(200)), Err(NicknameError::TooLong));
        assert_eq!(normalise(&"a".repeat(60_000)), Err(NicknameError::TooLong));
    }

    #[test]
    fn a_variant_is_free_and_never_too_long() {
        let ada = normalise("Ada").unwrap();
        let taken = [Skeleton::of(&ada), Skeleton::of(&normalise("ada 2").unwrap())];
        assert_eq!(free_variant(&ada, 2, |s| !taken.contains(s)).unwrap().as_str(), "Ada 3");
        let seven_hundred = Skeleton::of(&numbered(&ada, 700).unwrap());
        let many = free_variant(&ada, 700, |s| *s == seven_hundred);
        assert_eq!(many.unwrap().as_str(), "Ada 700");
        let long = normalise(&"x".repeat(32)).unwrap();
        assert_eq!(free_variant(&long, 1, |_| true).unwrap().as_str(), format!("{} 2", "x".repeat(30)));
    }
}
