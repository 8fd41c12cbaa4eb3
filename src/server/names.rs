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

/// What is left of a nickname when look-alikes and case do not count (Unicode Technical Standard 39, section 4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Skeleton(Box<str>);

impl Skeleton {
    /// Of a nickname as it stands, because only a capital `В` of Cyrillic looks like a `B`; and of the small
    /// letters, because `Ian` is `ian`. Two nicknames that have one in common may not be in one room.
    #[must_use]
    pub fn of(nickname: &Nickname) -> [Self; 2] {
        let small: String =
            nickname.as_str().chars().flat_map(char::to_lowercase).default_case_fold().collect();
        [nickname.as_str(), &small].map(Self::of_text)
    }

    /// Folded, because `0` looks like a capital O.
    fn of_text(text: &str) -> Self {
        Self(skeleton(text).default_case_fold().collect::<String>().into())
    }
}

/// The first of "Ada 2", "Ada 3", … that is free. Where those are taken, it goes on behind the number of people
/// there are, so that a room full of Adas costs no more than a look at a few of them.
pub fn free_variant(
    nickname: &Nickname,
    people: usize,
    is_free: impl Fn(&Nickname) -> bool,
) -> Option<Nickname> {
    let mut numbers = (2..10).chain(people.max(10)..usize::MAX);
    numbers.find_map(|number| numbered(nickname, number).filter(|variant| is_free(variant)))
}

fn numbered(nickname: &Nickname, number: usize) -> Option<Nickname> {
    let suffix = format!(" {number}");
    let room = Nickname::MAX_CHARS.checked_sub(suffix.len())?;
    let base: String = nickname.as_str().chars().take(room).collect();
    normalise(&format!("{}{suffix}", base.trim_end())).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look_alike(one: &str, other: &str) -> bool {
        are_alike(&normalise(one).unwrap(), &normalise(other).unwrap())
    }

    fn are_alike(one: &Nickname, other: &Nickname) -> bool {
        let other = Skeleton::of(other);
        Skeleton::of(one).iter().any(|skeleton| other.contains(skeleton))
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
        assert!(look_alike("lan", "Ian"), "a small L");
        assert!(!look_alike("Ada", "Eda"));
        assert!(!look_alike("Ali", "All"));
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
        let taken = [ada.clone(), normalise("ada 2").unwrap()];
        let is_free = |variant: &Nickname| !taken.iter().any(|taken| are_alike(taken, variant));
        assert_eq!(free_variant(&ada, 2, is_free).unwrap().as_str(), "Ada 3");
        let many = free_variant(&ada, 700, |variant| variant.as_str() == "Ada 700");
        assert_eq!(many.unwrap().as_str(), "Ada 700");
        let long = normalise(&"x".repeat(32)).unwrap();
        assert_eq!(free_variant(&long, 1, |_| true).unwrap().as_str(), format!("{} 2", "x".repeat(30)));
    }

    /// With every character there is; nothing is assigned from plane 4 on but what is invisible or private.
    fn all_names() -> impl Iterator<Item = Nickname> {
        ('\0'..'\u{40000}').filter_map(|c| normalise(&format!("a{c}b {c}")).ok())
    }

    #[test]
    fn a_normal_name_is_its_own_normal_form() {
        for nickname in all_names() {
            assert_eq!(normalise(nickname.as_str()).as_ref(), Ok(&nickname), "{nickname:?}");
        }
    }

    #[test]
    fn no_character_is_another_name_in_another_case() {
        for nickname in all_names() {
            let text = nickname.as_str();
            for other in [text.to_lowercase(), text.to_uppercase().replace('A', "a").replace('B', "b")] {
                if let (true, Ok(other)) = (text != other, normalise(&other)) {
                    assert!(are_alike(&nickname, &other), "{nickname:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn no_character_is_another_name_than_what_it_looks_like() {
        for nickname in all_names() {
            let other: String = skeleton(nickname.as_str()).collect();
            // Unless nobody can be called so.
            let name = (nickname.as_str() != other).then(|| normalise(&other).ok()).flatten();
            if let Some(other) = name.filter(|name| name.as_str() == other) {
                assert!(are_alike(&nickname, &other), "{nickname:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_capital_of_another_alphabet_does_not_make_another_name() {
        for (one, other) in [
            ("Bob", "\u{412}ob"),
            ("Tom", "\u{422}om"),
            ("Henry", "\u{41d}enry"),
            ("Kate", "\u{39a}ate"),
            ("BOB", "\u{412}o\u{412}"),
            ("bob", "\u{412}ob"),
        ] {
            assert!(look_alike(one, other), "{one} and {other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down_and_a_variant_is_always_found(text in any::<String>(), people in 0_usize..2_000) {
            if let Ok(nickname) = normalise(&text) {
                prop_assert_eq!(normalise(nickname.as_str()), Ok(nickname.clone()));
                prop_assert!(free_variant(&nickname, people, |_| true).is_some());
            }
        }

        #[test]
        fn width_does_not_matter(text in "[!-~]{1,32}") {
            let wide: String = text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
            prop_assert!(look_alike(&text, &wide), "{}", wide);
        }
    }
}
