//! A person without a picture: initials on a colour that comes from the name.

use leptos::prelude::*;

use super::live::live;

use crate::platform::IntoFresh;

/// How many colours there are; the stylesheet knows them by number.
const HUES: u32 = 12;

#[component]
pub fn Avatar(#[prop(into)] name: Signal<String>) -> impl IntoView {
    view! {
        <span class="avatar" aria-hidden="true" data-hue=live(move || name.with(|name| hue(name)))>
            {live(move || name.with(|name| initials(name)))}
        </span>
    }
    .into_fresh()
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    words.next().into_iter().chain(words.next_back()).collect()
}

/// FNV-1a: neighbouring names must not have neighbouring colours.
fn hue(name: &str) -> u32 {
    let hash =
        name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 8) % HUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        for (name, letters) in [("Ada", "A"), ("Ada King Lovelace", "AL"), ("日本 語", "日語"), ("", "")]
        {
            assert_eq!(initials(name), letters);
        }
    }

    #[test]
    fn a_colour_stays_with_its_name() {
        assert_eq!(hue("Ada"), hue("Ada"));
        assert!((0..200).map(|n| hue(&format!("guest {n}"))).all(|hue| hue < HUES));
    }
}
