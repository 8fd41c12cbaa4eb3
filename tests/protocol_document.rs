//! PROTOCOL.md is true: its examples are messages, and nothing is missing from its tables.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tincan::{
    call::{
        chat::ChatMessage,
        control::Control,
        files::{MESSAGE_MOST, WINDOW, message::FileMessage, preview::PREVIEW_SIDE},
        signal::Signal,
    },
    protocol::{
        ClientFrame, DEFLATE, ErrorCode, MAX_DEPTH, MAX_MESSAGE_BYTES, Nickname, ServerFrame, VERSION,
    },
    server::Limits,
    settings::Timeouts,
};

const DOCUMENT: &str = include_str!("../PROTOCOL.md");

/// The lines of all blocks of a kind.
fn examples(kind: &str) -> Vec<&'static str> {
    let fence = format!("json {kind}\n");
    let blocks = DOCUMENT.split("```").filter_map(|block| block.strip_prefix(fence.as_str()));
    blocks.flat_map(str::lines).collect()
}

fn check<T: DeserializeOwned + Serialize>(kind: &str) {
    let examples = examples(kind);
    assert!(!examples.is_empty(), "no example of a {kind} message");
    for example in examples {
        let message: T = serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"));
        let written: Value = serde_json::to_value(&message).expect("it was just read");
        assert_eq!(written, serde_json::from_str::<Value>(example).expect("it is JSON"));
    }
}

fn row(first: &str, second: &str) -> bool {
    DOCUMENT.contains(&format!("| `{first}` | {second}"))
}

#[test]
fn every_example_is_a_message() {
    check::<ClientFrame>("client");
    check::<ServerFrame>("server");
    check::<Signal>("peer");
    check::<Control>("control");
    check::<ChatMessage>("chat");
    check::<FileMessage>("files");
}

#[test]
fn every_message_has_an_example() {
    let source = include_str!("../src/protocol.rs");
    for (kind, name) in [("client", "ClientMessage"), ("server", "ServerMessage")] {
        each_has_an_example(kind, &variants(source, name), "\"message\":{");
    }
    each_has_an_example("peer", &variants(include_str!("../src/call/signal.rs"), "Body"), "\"body\":{");
    each_has_an_example("control", &variants(include_str!("../src/call/control.rs"), "Control"), "\n{");
    each_has_an_example("chat", &variants(include_str!("../src/call/chat.rs"), "ChatMessage"), "\n{");
    let source = include_str!("../src/call/files/message.rs");
    each_has_an_example("files", &variants(source, "FileMessage"), "\n{");
}

/// `before` stands before the name of each.
fn each_has_an_example(kind: &str, names: &[String], before: &str) {
    let examples = ["", &examples(kind).join("\n")].join("\n");
    assert!(names.len() > 3, "{kind}: {names:?}");
    for name in names {
        assert!(examples.contains(&format!("{before}\"{name}\":")), "{name} has no example");
    }
}

/// The names on the wire of an enum's variants, read from its source.
fn variants(source: &str, name: &str) -> Vec<String> {
    let body =
        source.split(&format!("pub enum {name} {{\n")).nth(1).and_then(|rest| rest.split("\n}\n").next());
    let lines = body.unwrap_or_default().lines().filter_map(|line| line.strip_prefix("    "));
    let variants = lines.filter(|line| line.starts_with(char::is_uppercase));
    variants.map(|line| snake_case(line.split([' ', '(', ',']).next().unwrap_or_default())).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[test]
fn every_error_is_explained() {
    let names = variants(include_str!("../src/protocol.rs"), "ErrorCode");
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(serde_json::from_value::<ErrorCode>(name.as_str().into()).is_ok(), "{name} is no code");
        assert!(row(&name, ""), "{name} is not explained");
    }
}

#[test]
fn every_close_code_is_explained() {
    use tincan::protocol::{
        CLOSE_ABUSE, CLOSE_NO_HELLO, CLOSE_NORMAL, CLOSE_OUTDATED, CLOSE_SILENT, CLOSE_SUPERSEDED,
        CLOSE_TOO_SLOW,
    };
    let own = [
        CLOSE_NORMAL,
        CLOSE_SUPERSEDED,
        CLOSE_OUTDATED,
        CLOSE_ABUSE,
        CLOSE_NO_HELLO,
        CLOSE_TOO_SLOW,
        CLOSE_SILENT,
    ];
    for code in own.into_iter().chain([1001, 1002, 1007, 1009, 1013]) {
        assert!(DOCUMENT.contains(&format!("\n| {code} | ")), "{code} is not explained");
    }
}

#[test]
fn whoever_can_inflate_learns_how_to_say_so() {
    assert!(DOCUMENT.contains(&format!("`/ws?{DEFLATE}`")));
}

#[test]
fn every_limit_and_timeout_stands_there_with_its_default() {
    for (name, default) in Limits::TABLE {
        assert!(row(name, &format!("{default} |")), "{name} is not {default} there");
    }
    let defaults = serde_json::to_value(Timeouts::default()).expect("timeouts are JSON");
    for name in Timeouts::NAMES {
        let default = &defaults[*name];
        assert!(row(name, &format!("{default} |")), "{name} is not {default} there");
    }
    for fixed in [
        format!("described here is **{VERSION}**"),
        format!("at most {MAX_MESSAGE_BYTES} bytes and is nested at most {MAX_DEPTH} deep;"),
        format!("a nickname has at most {} characters", Nickname::MAX_CHARS),
        format!("JSON text of at most\n{MESSAGE_MOST} bytes"),
        format!("**At most {WINDOW} bytes may be sent beyond"),
        format!("bare pixels, at most {PREVIEW_SIDE} on\n  each side"),
    ] {
        assert!(DOCUMENT.contains(&fixed), "not there: {fixed}");
    }
}
