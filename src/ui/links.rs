//! The links in what somebody has written.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Plain(String),
    /// An http or https address, and nothing else: what else a link can do (`javascript:`) is no link here.
    Link(String),
}

/// Everything of the text, in order.
#[must_use]
pub fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let Some((before, link, after)) = link(word) else {
            plain.push_str(word);
            continue;
        };
        plain.push_str(before);
        if !plain.is_empty() {
            parts.push(Part::Plain(std::mem::take(&mut plain)));
        }
        parts.push(Part::Link(link.to_owned()));
        plain.push_str(after);
    }
    if !plain.is_empty() {
        parts.push(Part::Plain(plain));
    }
    parts
}

/// What stands before a link, the link, and what closes the sentence behind it.
fn link(word: &str) -> Option<(&str, &str, &str)> {
    let lower = word.to_ascii_lowercase();
    let start = ["https://", "http://"].iter().filter_map(|scheme| lower.find(scheme)).min()?;
    let (before, rest) = (word.get(..start)?, word.get(start..)?);
    // Only brackets and quotes may stand before: `xhttps://` is no address.
    if before.chars().any(char::is_alphanumeric) {
        return None;
    }
    let rest = rest.trim_end();
    let mut link = rest.trim_end_matches(is_closing);
    // A bracket that is opened in the address belongs to it.
    if link.matches('(').count() > link.matches(')').count() && rest[link.len()..].starts_with(')') {
        link = &rest[..=link.len()];
    }
    let (_, host) = link.split_once("://")?;
    host.starts_with(|first: char| first.is_alphanumeric() || first == '[').then_some(())?;
    Some((before, link, &word[start + link.len()..]))
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '>' | '"' | '\'' | '”' | '’' | '»' | '…'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        let whole: String = parts(text)
            .iter()
            .map(|part| match part {
                Part::Plain(text) | Part::Link(text) => text.as_str(),
            })
            .collect();
        assert_eq!(whole, text, "nothing is lost");
        let links = |part| if let Part::Link(link) = part { Some(link) } else { None };
        parts(text).into_iter().filter_map(links).collect()
    }

    #[test]
    fn an_address_is_a_link_without_what_closes_the_sentence() {
        assert_eq!(links("see https://example.org/a?b=c#d."), ["https://example.org/a?b=c#d"]);
        assert_eq!(
            links("(http://example.org), HTTPS://B.example!"),
            ["http://example.org", "HTTPS://B.example"]
        );
        assert_eq!(
            links("“https://example.org”\nhttp://[::1]:3000/"),
            ["https://example.org", "http://[::1]:3000/"]
        );
        assert_eq!(links("https://example.org/a_(b)"), ["https://example.org/a_(b)"]);
        assert_eq!(links("https://bücher.example/straße…"), ["https://bücher.example/straße"]);
    }

    #[test]
    fn nothing_else_is_a_link() {
        for text in [
            "",
            "  ",
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttps://example.org",
            "https://",
            "http://.",
            "https://?x",
            "example.org",
            "file:///etc/passwd",
        ] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_shown_whole(text in ".*", other in "[a-z:/.()İ ]*") {
            for link in links(&text).into_iter().chain(links(&format!("{other}https://{text}"))) {
                let lower = link.to_ascii_lowercase();
                assert!(lower.starts_with("https://") || lower.starts_with("http://"), "{link}");
                assert!(!link.contains(char::is_whitespace));
            }
        }
    }
}
