//! What whoever runs the server is told of it.

mod support;

use std::{collections::BTreeMap, sync::Arc};

use support::{Person, Raw, Server, call, http, lobby, person::Entrance, room};
use tincan::protocol::{ClientMessage, EndReason, ErrorCode, ServerMessage};

/// All samples, by name and labels as they are written.
async fn metrics(server: &Arc<Server>) -> BTreeMap<String, f64> {
    let page = http::get_as_operator(server, "/metrics").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let samples = page.body.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.rsplit_once(' ').expect("a name and a value"))
        .map(|(name, value)| (name.to_owned(), value.parse().expect("a number")))
        .collect()
}

#[tokio::test]
async fn a_server_is_ready_until_it_is_told_to_stop() {
    let server = Server::start().await;
    // Reads nothing, so that the server waits for it.
    let _guest = Raw::connects(&server).await;
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = http::get_as_operator(&server, path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, body));
    }
    server.stop();
    loop {
        let answer = http::get_as_operator(&server, "/readyz").await;
        if answer.status == 503 {
            assert_eq!(answer.body, "shutting down\n");
            break;
        }
    }
    assert_eq!(http::get_as_operator(&server, "/healthz").await.status, 200, "it is still alive");
}

#[tokio::test]
async fn people_are_not_told_what_operators_are() {
    let server = Server::start().await;
    for path in ["/metrics", "/readyz"] {
        assert_eq!(http::get(&server, path).await.status, 404, "{path}");
    }
    assert_eq!(http::get_as_operator(&server, "/").await.status, 404);
}

#[tokio::test]
async fn what_people_do_is_counted() {
    let (mut alice, mut bob) = lobby().await;
    let server = Arc::clone(&alice.server);
    alice.connects(call(1), &mut bob).await;
    for words in ["offer", "candidate"] {
        alice.says(Person::signal(call(1), &bob, words)).await;
        assert!(matches!(bob.hears().await, ServerMessage::Signal { .. }));
    }
    let set_up = |milliseconds, relayed| ClientMessage::SetUp { call: call(1), milliseconds, relayed };
    alice.says(set_up(412, false)).await;
    bob.says(set_up(90, true)).await;
    bob.says(set_up(91, true)).await;
    bob.hears_before_fence().await;
    alice.leaves(call(1)).await;
    bob.hears_ended(call(1), EndReason::HungUp).await;
    alice.hears_before_fence().await;
    alice.invites(call(2), &mut bob).await;
    bob.declines(call(2)).await;
    alice.hears_ended(call(2), EndReason::Declined).await;
    bob.hears_ended(call(2), EndReason::Declined).await;
    assert_eq!(bob.is_refused(Person::signal(call(3), &alice, "nothing")).await, ErrorCode::UnknownCall);
    let nobody = Entrance {
        room: room("k7qm-3xpd-9wzt"),
        nickname: "",
        incarnation: support::page(1),
        ticket: None,
        grant: None,
    };
    assert!(Person::enters(&server, nobody).await.is_err());
    let counted = metrics(&server).await;
    for (name, value) in [
        ("tincan_people", 2.0),
        ("tincan_calls_rung_total", 2.0),
        ("tincan_calls_ended_total{outcome=\"hung_up\"}", 1.0),
        ("tincan_calls_ended_total{outcome=\"declined\"}", 1.0),
        ("tincan_calls_ended_total{outcome=\"no_answer\"}", 0.0),
        ("tincan_call_duration_seconds_count", 1.0),
        ("tincan_call_set_up_seconds_bucket{path=\"direct\",le=\"0.200\"}", 0.0),
        ("tincan_call_set_up_seconds_bucket{path=\"direct\",le=\"0.500\"}", 1.0),
        ("tincan_call_set_up_seconds_sum{path=\"direct\"}", 0.412),
        ("tincan_call_set_up_seconds_count{path=\"relay\"}", 1.0),
        ("tincan_messages_relayed_total", 2.0),
        ("tincan_errors_total{code=\"unknown_call\"}", 1.0),
        ("tincan_errors_total{code=\"nickname_invalid\"}", 1.0),
        ("tincan_connections_opened_total", 3.0),
        (concat!("tincan_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0),
    ] {
        assert_eq!(counted.get(name), Some(&value), "{name} in {counted:#?}");
    }
    drop((alice, bob));
    while metrics(&server).await["tincan_connections"] > 0.0 {}
    assert_eq!(metrics(&server).await["tincan_people"], 2.0, "they may come back");
}

#[tokio::test]
async fn every_error_has_a_counter() {
    let server = Server::start().await;
    let counted = metrics(&server).await;
    let source = include_str!("../src/server/sentences.rs");
    let (_, sentences) = source.split_once("match code {").unwrap();
    let arms = sentences.lines().filter(|line| line.trim_start().starts_with("ErrorCode::"));
    let counters = counted.keys().filter(|name| name.starts_with("tincan_errors_total{"));
    assert_eq!(counters.count(), arms.count());
}

#[tokio::test]
async fn every_metric_is_documented() {
    let server = Server::start().await;
    let page = http::get_as_operator(&server, "/metrics").await.body;
    let document = include_str!("../docs/operating.md");
    let kinds: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    for kind in &kinds {
        let (name, kind) = kind.split_once(' ').unwrap();
        assert!(document.contains(&format!("| `{name}` | {kind} | ")), "{name}, a {kind}");
    }
    assert_eq!(document.matches("| `tincan_").count(), kinds.len(), "one row for each");
}

#[tokio::test]
async fn metrics_name_nobody() {
    let server = Server::start().await;
    let entrance = Entrance {
        room: room("k7qm-3xpd-9wzt"),
        nickname: "Unmistakable",
        incarnation: support::page(1),
        ticket: None,
        grant: None,
    };
    let person = Person::enters(&server, entrance).await.unwrap();
    let page = http::get_as_operator(&server, "/metrics").await.body.to_lowercase();
    for secret in ["unmistakable", "k7qm", "127.0.0.1", &person.peer().to_string()] {
        assert!(!page.contains(secret), "{secret} is in it: {page}");
    }
    assert!(page.contains("tincan_people 1\n"), "{page}");
}
