//! From text to a message, or to the name of what is wrong with it.

use serde::Deserialize;

use crate::protocol::{ClientFrame, ClientMessage, ErrorCode, MAX_DEPTH, VERSION};

/// A text that is not a message of the protocol.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub code: ErrorCode,
    /// Where it can be read all the same.
    pub id: Option<u32>,
}

pub fn parse(text: &str) -> Result<ClientFrame, Mistake> {
    if is_too_deep(text) {
        return Err(Mistake { code: ErrorCode::TooDeep, id: id(text) });
    }
    if !is_of_objects(text) {
        return Err(Mistake { code: ErrorCode::BadMessage, id: id(text) });
    }
    match serde_json::from_str::<ClientFrame>(text) {
        Ok(frame) if is_current(&frame) => Ok(frame),
        Ok(frame) => Err(Mistake { code: ErrorCode::Outdated, id: Some(frame.id) }),
        Err(_) if says_another_version(text) => Err(Mistake { code: ErrorCode::Outdated, id: id(text) }),
        Err(_) => Err(Mistake { code: ErrorCode::BadMessage, id: id(text) }),
    }
}

fn is_current(frame: &ClientFrame) -> bool {
    !matches!(&frame.message, ClientMessage::Hello(hello) if hello.version != VERSION)
}

/// Most messages have fewer brackets in all, those in texts too, and looking for brackets goes many bytes at a time.
fn is_too_deep(text: &str) -> bool {
    has_more_brackets(text, MAX_DEPTH) && depth(text) > MAX_DEPTH
}

fn has_more_brackets(text: &str, than: usize) -> bool {
    memchr::memchr2_iter(b'{', b'[', text.as_bytes()).nth(than).is_some()
}

/// How deep arrays and objects are nested. Brackets in texts do not count; a text that is not JSON may give
/// any number.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_text(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// The frame, its message and the message's fields are objects: the deserializers that serde derives take arrays of the
/// fields for them as well.
fn is_of_objects(text: &str) -> bool {
    let mut objects = 0;
    let mut bytes = text.bytes();
    while objects < 3 {
        match bytes.next() {
            Some(b'{') => objects += 1,
            Some(b'[') | None => return false,
            Some(b'"') => skip_text(&mut bytes),
            Some(_) => {}
        }
    }
    true
}

fn skip_text(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

pub fn id(text: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Numbered {
        id: u32,
    }
    let is_object = text.trim_start().starts_with('{');
    serde_json::from_str::<Numbered>(text).ok().filter(|_| is_object).map(|numbered| numbered.id)
}

/// Reads the hello of a client that this server knows nothing of.
fn says_another_version(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Frame {
        message: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        hello: Hello,
    }
    #[derive(Deserialize)]
    struct Hello {
        version: u32,
    }
    serde_json::from_str::<Frame>(text).is_ok_and(|frame| frame.message.hello.version != VERSION)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mistake(text: &str) -> (ErrorCode, Option<u32>) {
        let Err(mistake) = parse(text) else { panic!("{text} was taken") };
        (mistake.code, mistake.id)
    }

    fn signal(payload: &str) -> String {
        let (call, to) = ("0".repeat(32), "0".repeat(8));
        format!(r#"{{"id":7,"message":{{"signal":{{"call":"{call}","to":"{to}","payload":{payload}}}}}}}"#)
    }

    fn nested(depth: usize) -> String {
        signal(&["[".repeat(depth), "]".repeat(depth)].concat())
    }

    #[test]
    fn a_message_is_read() {
        let frame = parse(r#"{"id":3,"message":{"ping":{}}}"#).unwrap();
        assert_eq!(frame, ClientFrame { id: 3, message: ClientMessage::Ping {} });
    }

    #[test]
    fn what_is_no_message_is_bad_and_answered_with_its_id() {
        for (text, id) in [
            ("", None),
            ("hello", None),
            ("{}", None),
            (r#"{"id":3}"#, Some(3)),
            (r#"{"id":3,"message":{"dance":{}}}"#, Some(3)),
            (r#"{"id":3,"message":{"ping":{"loud":true}}}"#, Some(3)),
            (r#"{"id":3,"message":{"ping":{}},"extra":1}"#, Some(3)),
            (r#"{"id":-1,"message":{"ping":{}}}"#, None),
            (r#"{"id":3,"message":{"ping":{}}} {}"#, None),
            (r#"{"id":3,"message":{"accept":{"call":"x","media":"voice"}}}"#, Some(3)),
        ] {
            assert_eq!(mistake(text), (ErrorCode::BadMessage, id), "{text}");
        }
    }

    #[test]
    fn an_array_is_not_taken_for_an_object() {
        for (text, id) in [
            (r#"[3,{"ping":{}}]"#, None),
            (r#"{"id":3,"message":{"ping":[]}}"#, Some(3)),
            (r#"{"message":{"set_availability":["away"]},"id":3}"#, Some(3)),
            (r#"{"id":3,"message":["ping",{}]}"#, Some(3)),
            (r#"{"id":3,"message":{"hello":[9]}}"#, Some(3)),
        ] {
            assert_eq!(mistake(text), (ErrorCode::BadMessage, id), "{text}");
        }
        assert!(parse(&signal("[[]]")).is_ok(), "but what peers say is theirs");
    }

    #[test]
    fn thirty_thousand_arrays_are_too_deep() {
        assert!(parse(&nested(MAX_DEPTH - 3)).is_ok());
        assert_eq!(mistake(&nested(MAX_DEPTH - 2)), (ErrorCode::TooDeep, Some(7)));
        assert_eq!(mistake(&nested(30_000)), (ErrorCode::TooDeep, Some(7)));
    }

    #[test]
    fn brackets_in_a_text_are_not_nesting() {
        assert_eq!(depth(r#"["[[[[\"[[[", {}]"#), 2);
    }

    #[test]
    fn opening_brackets_are_counted_wherever_they_stand() {
        for (text, count) in [("", 0), ("a]}b", 0), (r#"[{}, "[{"]"#, 4), (&"{[".repeat(500), 1000)] {
            assert!(!has_more_brackets(text, count), "{text}");
            assert!(count == 0 || has_more_brackets(text, count - 1), "{text}");
        }
    }

    #[test]
    fn a_text_full_of_brackets_is_not_deep_for_that() {
        let payload = format!(r#""{}""#, "[{".repeat(100));
        assert!(parse(&signal(&payload)).is_ok());
    }

    #[test]
    fn another_version_is_recognised_whatever_else_it_says() {
        let text = r#"{"id":1,"message":{"hello":{"version":9,"greeting":"hi"}}}"#;
        assert_eq!(mistake(text), (ErrorCode::Outdated, Some(1)));
        let text = r#"{"id":1,"message":{"hello":{"version":1,"greeting":"hi"}}}"#;
        assert_eq!(mistake(text), (ErrorCode::BadMessage, Some(1)));
    }

    proptest! {
        #[test]
        fn no_text_brings_it_down(text in ".*") {
            let _ = parse(&text);
        }
    }
}
