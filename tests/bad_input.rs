//! What is no message of the protocol: a named error, and nothing else is lost.

mod support;

use std::sync::Arc;

use serde_json::json;
use support::{Person, Raw, Server, call, lobby, lobby_with};
use tincan::protocol::{
    CLOSE_ABUSE, CLOSE_OUTDATED, ClientMessage, ErrorCode, MAX_DEPTH, MAX_MESSAGE_BYTES, ServerFrame,
    ServerMessage,
};
use tokio_tungstenite::tungstenite::Message;

/// A newcomer says this before hello; the answer is given, and hello still works.
async fn before_hello(message: Message) -> (ErrorCode, Option<u32>) {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    raw.sends(message).await;
    let answer = raw.hears_refusal().await;
    raw.says_hello("Ada").await;
    assert!(
        matches!(raw.hears().await, Ok(ServerFrame { message: ServerMessage::Welcome(_), .. })),
        "it cost more than itself"
    );
    answer
}

/// Alice, in a call with Bob, says this; the answer is given, the call goes on, and Bob hears nothing.
async fn in_a_call(message: impl FnOnce(&Person, &Person) -> String) -> (ErrorCode, Option<u32>) {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    let text = message(&alice, &bob);
    alice.raw.says(text).await;
    let answer = loop {
        match alice.hears_frame().await {
            frame if matches!(frame.message, ServerMessage::Presence(_)) => {}
            frame => match frame.message {
                ServerMessage::Error { code, .. } => break (code, frame.id),
                other => panic!("{other:?}"),
            },
        }
    };
    alice.hears_nothing().await;
    bob.hears_nothing().await;
    alice.says(Person::signal(call(1), &bob, "still here")).await;
    assert!(matches!(bob.hears().await, ServerMessage::Signal { .. }));
    answer
}

#[tokio::test]
async fn what_is_not_json_is_bad() {
    for text in ["", "hello", "{", "[]", "null", "\u{0}", "{\"id\":5}x"] {
        assert_eq!(before_hello(Message::text(text)).await, (ErrorCode::BadMessage, None), "{text:?}");
    }
}

#[tokio::test]
async fn a_binary_message_is_named_so() {
    assert_eq!(before_hello(Message::binary(vec![0, 1, 2])).await, (ErrorCode::Binary, None));
}

#[tokio::test]
async fn an_unknown_message_or_field_is_bad_and_answered_by_its_id() {
    let bad = (ErrorCode::BadMessage, Some(77));
    for message in [
        json!({"id": 77, "message": {"dance": {}}}),
        json!({"id": 77, "message": {"ping": {"loud": true}}}),
        json!({"id": 77, "message": "ping"}),
        json!({"id": 77, "message": {"ping": {}, "leaving": {}}}),
        json!({"id": 77, "message": {"ping": {}}, "from": "00000001"}),
        json!({"id": 77, "message": {"set_availability": {"availability": "in_call"}}}),
        json!({"id": 77, "message": {"decline": {"call": "XYZ"}}}),
    ] {
        assert_eq!(in_a_call(|_, _| message.to_string()).await, bad, "{message}");
    }
}

#[tokio::test]
async fn the_first_message_is_hello() {
    let ping = json!({"id": 5, "message": {"ping": {}}}).to_string();
    assert_eq!(before_hello(Message::text(ping)).await, (ErrorCode::HelloFirst, Some(5)));
}

#[tokio::test]
async fn a_second_hello_is_one_too_many() {
    let hello = json!({"id": 77, "message": {"hello": {
        "version": 1, "room": "lobby", "nickname": "Eve", "incarnation": "000000000002",
    }}});
    assert_eq!(in_a_call(|_, _| hello.to_string()).await, (ErrorCode::HelloTwice, Some(77)));
}

#[tokio::test]
async fn thirty_thousand_arrays_in_a_payload_are_too_deep() {
    for depth in [MAX_DEPTH, 30_000] {
        let deep = |_: &Person, bob: &Person| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let (call, to) = (call(1), bob.peer());
            format!(
                r#"{{"id":77,"message":{{"signal":{{"call":"{call}","to":"{to}","payload":{open}{close}}}}}}}"#
            )
        };
        assert_eq!(in_a_call(deep).await, (ErrorCode::TooDeep, Some(77)));
    }
}

#[tokio::test]
async fn somebody_elses_call_is_unknown() {
    let (mut alice, mut bob) = lobby().await;
    let mut eve = Person::joins(&alice.server, "Eve").await;
    alice.connects(call(1), &mut bob).await;
    let (id, peer) = (call(1), bob.peer());
    for message in [
        ClientMessage::Leave { call: id },
        ClientMessage::Decline { call: id },
        ClientMessage::Accept { call: id, media: tincan::protocol::Media::Voice },
        ClientMessage::Cancel { call: id, peer },
        Person::signal(id, &bob, "an answer of mine"),
    ] {
        assert_eq!(eve.is_refused(message).await, ErrorCode::UnknownCall);
    }
    assert_eq!(eve.is_refused(Person::invitation(id, &alice)).await, ErrorCode::CallIdTaken);
    alice.hears_nothing().await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn what_is_no_nickname_is_refused_and_another_may_follow() {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    for nickname in
        ["", " \u{3000} ", "a\u{202e}b", "\u{200b}", "a\u{0}b", &"x".repeat(33), &"x".repeat(60_000)]
    {
        raw.says_hello(nickname).await;
        assert_eq!(raw.hears_refusal().await, (ErrorCode::NicknameInvalid, Some(1)), "{:.40?}", nickname);
    }
    raw.says_hello("<script>").await;
    let ServerMessage::Welcome(welcome) = raw.hears().await.unwrap().message else { panic!() };
    assert_eq!(welcome.nickname.as_str(), "<script>");
}

#[tokio::test]
async fn a_nickname_of_10_mb_closes_with_1009_and_a_reason() {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    raw.says_hello(&"x".repeat(10_000_000)).await;
    let closed = raw.closed().await;
    assert_eq!(closed.code, 1009);
    assert!(closed.reason.contains(&MAX_MESSAGE_BYTES.to_string()), "{closed:?}");
}

#[tokio::test]
async fn the_longest_message_that_is_allowed_arrives() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    let (open, close) = signal_around(&bob);
    let words = "x".repeat(MAX_MESSAGE_BYTES - open.len() - close.len());
    alice.raw.says(format!("{open}{words}{close}")).await;
    assert!(matches!(bob.hears().await, ServerMessage::Signal { .. }));
    alice.raw.says(format!("{open}{words}x{close}")).await;
    assert_eq!(alice.closed().await.code, 1009);
}

fn signal_around(to: &Person) -> (String, String) {
    let (call, to) = (call(1), to.peer());
    (format!(r#"{{"id":77,"message":{{"signal":{{"call":"{call}","to":"{to}","payload":""#), "\"}}}".into())
}

#[tokio::test]
async fn another_version_is_told_to_reload() {
    for hello in [
        json!({"version": 2, "room": "lobby", "nickname": "Ada", "incarnation": "000000000001"}),
        json!({"version": 9, "greeting": "hi"}),
    ] {
        let server = Server::start().await;
        let mut raw = Raw::connects(&server).await;
        raw.says_json(json!({"id": 1, "message": {"hello": hello}})).await;
        assert_eq!(raw.hears_refusal().await, (ErrorCode::Outdated, Some(1)));
        assert_eq!(raw.closed().await.code, CLOSE_OUTDATED);
    }
}

#[tokio::test]
async fn whoever_keeps_sending_nonsense_is_closed() {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    let most = server_default().mistake_burst.get() + 10;
    for _ in 0..most {
        // The server may be done with it already.
        let _ = futures_util::SinkExt::send(&mut raw.socket, Message::text("nonsense")).await;
    }
    for _ in 0..server_default().mistake_burst.get() {
        assert_eq!(raw.hears_refusal().await, (ErrorCode::BadMessage, None));
    }
    assert_eq!(raw.closed().await.code, CLOSE_ABUSE);
}

fn server_default() -> tincan::server::Limits {
    tincan::server::Limits::default()
}

/// The messages that were too many, and the code of the close that follows.
async fn told_until_closed(person: &mut Person) -> (Vec<Option<u32>>, u16) {
    let mut refused = Vec::new();
    loop {
        match person.raw.hears().await {
            Ok(ServerFrame {
                id,
                message: ServerMessage::Error { code: ErrorCode::TooManyMessages, .. },
            }) => {
                refused.push(id);
            }
            Ok(_) => {}
            Err(closed) => return (refused, closed.code),
        }
    }
}

#[tokio::test]
async fn whoever_sends_too_many_messages_is_told_and_then_closed() {
    let server = Server::start_with(|config| {
        config.limits.message_burst = 10.try_into().unwrap();
        config.limits.messages_per_second = 1.try_into().unwrap();
        config.limits.mistake_burst = 5.try_into().unwrap();
    })
    .await;
    let mut alice = Person::joins(&server, "Alice").await;
    for _ in 0..30 {
        let ping = json!({"id": 5, "message": {"ping": {}}}).to_string();
        let _ = futures_util::SinkExt::send(&mut alice.raw.socket, Message::text(ping)).await;
    }
    let refused = vec![Some(5); 6];
    assert_eq!(told_until_closed(&mut alice).await, (refused, CLOSE_ABUSE));
}

#[tokio::test]
async fn whoever_sends_much_at_once_is_only_slower() {
    let (mut alice, mut bob) = lobby_with(|config| {
        config.limits.byte_burst = 10_000.try_into().unwrap();
        config.limits.bytes_per_second = 500_000.try_into().unwrap();
    })
    .await;
    alice.connects(call(1), &mut bob).await;
    let long = "x".repeat(30_000);
    for _ in 0..6 {
        alice.says(Person::signal(call(1), &bob, &long)).await;
    }
    for _ in 0..6 {
        while !matches!(bob.hears().await, ServerMessage::Signal { .. }) {}
    }
    alice.hears_before_fence().await;
}

#[tokio::test]
async fn whoever_sends_too_many_websocket_pings_is_closed() {
    let server = Server::start_with(|config| {
        config.limits.message_burst = 10.try_into().unwrap();
        config.limits.messages_per_second = 1.try_into().unwrap();
        config.limits.mistake_burst = 5.try_into().unwrap();
    })
    .await;
    let mut alice = Person::joins(&server, "Alice").await;
    for _ in 0..30 {
        // The server may be done with it already.
        let _ = futures_util::SinkExt::send(&mut alice.raw.socket, Message::Ping("x".into())).await;
    }
    assert_eq!(alice.closed().await.code, CLOSE_ABUSE);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_closes_with_1007() {
    use tokio::io::AsyncWriteExt;

    let server: Arc<Server> = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    // A final text frame, masked with zeros, of one byte that is no text.
    raw.socket.get_mut().write_all(&[0x81, 0x81, 0, 0, 0, 0, 0xff]).await.unwrap();
    assert_eq!(raw.closed().await.code, 1007);
}
