//! How connections begin and end.

mod support;

use std::{sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use support::{Person, Raw, Server, call, http, lobby, lobby_with, page};
use tincan::protocol::{
    CLOSE_NO_HELLO, CLOSE_SILENT, CLOSE_SUPERSEDED, CLOSE_TOO_SLOW, ErrorCode, ServerMessage,
};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_socket_that_does_not_say_hello_is_closed() {
    let server = Server::start_with(|config| config.timeouts.hello = Duration::from_millis(30)).await;
    assert_eq!(Raw::connects(&server).await.closed().await.code, CLOSE_NO_HELLO);
}

#[tokio::test]
async fn a_socket_that_falls_silent_is_closed_and_its_peer_is_in_grace() {
    let server = Server::start_with(|config| config.timeouts.silence = Duration::from_millis(100)).await;
    let mut alice = Person::joins(&server, "Alice").await;
    assert_eq!(alice.closed().await.code, CLOSE_SILENT);
    assert_eq!(alice.comes_back(page(1)).await.peer(), alice.peer());
}

#[tokio::test]
async fn a_websocket_ping_is_a_sign_of_life_and_answered() {
    let server = Server::start_with(|config| config.timeouts.silence = Duration::from_millis(500)).await;
    let mut alice = Person::joins(&server, "Alice").await;
    for _ in 0..20 {
        alice.raw.sends(Message::Ping("x".into())).await;
        loop {
            match alice.raw.socket.next().await {
                Some(Ok(Message::Pong(_))) => break,
                Some(Ok(Message::Text(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_newest_socket_of_a_peer_closes_the_older_one() {
    let (mut alice, mut bob) = lobby().await;
    let mut again = alice.comes_back(page(1)).await;
    assert_eq!(alice.closed().await.code, CLOSE_SUPERSEDED);
    again.connects(call(1), &mut bob).await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_dropped_and_the_others_notice_nothing() {
    let (mut alice, mut bob) = lobby_with(|config| {
        config.limits.queue_bytes = 65_536.try_into().unwrap();
        config.limits.message_burst = 100_000.try_into().unwrap();
        config.limits.byte_burst = u32::MAX.try_into().unwrap();
        config.timeouts.write = Duration::from_millis(300);
        config.timeouts.grace = Duration::from_millis(300);
    })
    .await;
    alice.connects(call(1), &mut bob).await;
    let words = "x".repeat(30_000);
    let mut said = 0;
    // Bob reads nothing, and the buffers of the system take a good deal.
    loop {
        alice.says(Person::signal(call(1), &bob, &words)).await;
        said += 1;
        let heard = alice.hears_before_fence().await;
        if heard.iter().any(|message| matches!(message, ServerMessage::CallEnded { .. })) {
            break;
        }
        assert!(heard.is_empty(), "{heard:?}");
        assert!(said < 20_000, "it is buffered without end");
    }
    let closed = bob.closed().await;
    assert!([CLOSE_TOO_SLOW, 1006].contains(&closed.code), "{closed:?}");
}

#[tokio::test]
async fn shutting_down_is_told_and_nothing_is_cut_off() {
    let (mut alice, mut bob) = lobby().await;
    alice.connects(call(1), &mut bob).await;
    alice.says(Person::signal(call(1), &bob, &"x".repeat(60_000))).await;
    alice.hears_nothing().await;
    let server = Arc::clone(&alice.server);
    server.stop();
    let mut bob_heard = Vec::new();
    while let Ok(frame) = bob.raw.hears().await {
        bob_heard.push(frame.message);
    }
    assert!(matches!(bob_heard[..], [.., ServerMessage::GoingAway {}]), "{bob_heard:?}");
    assert!(bob_heard.iter().any(|message| matches!(message, ServerMessage::Signal { .. })));
    assert_eq!(alice.hears().await, ServerMessage::GoingAway {});
    assert_eq!(alice.closed().await.code, 1001);
    server.ended().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_does_not_hold_up_the_shutdown() {
    let (mut alice, bob) = lobby().await;
    alice.hears_nothing().await;
    let server = Arc::clone(&alice.server);
    server.stop();
    server.ended().await;
    drop((alice, bob));
}

#[tokio::test]
async fn too_many_connections_from_one_address_are_told_so() {
    let server =
        Server::start_with(|config| config.limits.max_connections_per_address = 1.try_into().unwrap()).await;
    let alice = Person::joins(&server, "Alice").await;
    let mut raw = Raw::connects(&server).await;
    assert_eq!(raw.hears_refusal().await.0, ErrorCode::TooManyConnections);
    assert_eq!(raw.closed().await.code, 1013);
    alice.vanishes();
    loop {
        let mut raw = Raw::connects(&server).await;
        raw.says_hello("Bob").await;
        if matches!(raw.hears().await, Ok(frame) if matches!(frame.message, ServerMessage::Welcome(_))) {
            break;
        }
    }
}

/// Whether somebody at this address is let in, and who was.
async fn let_in(server: &Arc<Server>, forwarded_for: &str) -> Option<Raw> {
    let mut raw = Raw::connects_for(server, forwarded_for).await;
    raw.says_hello(&forwarded_for.replace(['.', ','], " ")).await;
    match raw.hears().await.expect("the connection was closed").message {
        ServerMessage::Welcome(_) => Some(raw),
        ServerMessage::Error { code: ErrorCode::TooManyConnections, .. } => None,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn behind_a_proxy_the_address_is_what_the_proxy_has_seen() {
    let server = Server::start_with(|config| {
        config.behind_proxy = true;
        config.limits.max_connections_per_address = 1.try_into().unwrap();
    })
    .await;
    let _one = let_in(&server, "192.0.2.1").await.unwrap();
    let _two = let_in(&server, "192.0.2.2").await.unwrap();
    assert!(let_in(&server, "192.0.2.1").await.is_none());
    assert!(
        let_in(&server, "198.51.100.7, 192.0.2.1").await.is_none(),
        "what a client says of itself counts for nothing"
    );
}

#[tokio::test]
async fn without_a_proxy_nobody_says_where_they_are() {
    let server =
        Server::start_with(|config| config.limits.max_connections_per_address = 1.try_into().unwrap()).await;
    let _one = let_in(&server, "192.0.2.1").await.unwrap();
    assert!(let_in(&server, "192.0.2.2").await.is_none());
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_connect() {
    let server = Server::start_with(|config| config.origins = vec!["https://phone.example".into()]).await;
    let own = format!("http://{}", server.address);
    for (origin, allowed) in [
        (own.as_str(), true),
        ("https://phone.example", true),
        ("https://evil.example", false),
        ("http://127.0.0.1", false),
        ("null", false),
    ] {
        assert_eq!(Raw::connects_from(&server, origin).await.is_some(), allowed, "{origin}");
    }
}

#[tokio::test]
async fn a_client_that_closes_gets_its_close_answered() {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    raw.socket.close(None).await.unwrap();
    assert_eq!(raw.closed().await.code, 1005);
}

#[tokio::test]
async fn a_close_in_the_middle_of_a_message_is_no_trouble() {
    use tokio::io::AsyncWriteExt;

    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    raw.socket.get_mut().write_all(&[0x81, 0xfe, 0x10, 0x00, 0, 0, 0, 0, b'{']).await.unwrap();
    drop(raw);
    assert_eq!(http::get(&server, "/healthz").await.body, "ok\n");
}

#[tokio::test]
async fn a_message_in_many_frames_is_one_message() {
    let server = Server::start().await;
    let mut raw = Raw::connects(&server).await;
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    let text = r#"{"id":5,"message":{"ping":{}}}"#;
    for (place, byte) in text.bytes().enumerate() {
        let code = if place == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![byte], OpCode::Data(code), place + 1 == text.len());
        raw.socket.feed(Message::Frame(frame)).await.unwrap();
    }
    raw.socket.flush().await.unwrap();
    assert_eq!(raw.hears_refusal().await, (ErrorCode::HelloFirst, Some(5)));
}
