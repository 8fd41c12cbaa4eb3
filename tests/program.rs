//! The program itself: how it starts, and how it does not.

mod support;

use std::{net::SocketAddr, process::Stdio};

use serde_json::json;
use support::{PATIENCE, Person, Raw, person::Entrance};
use tincan::protocol::{PeerId, ServerMessage};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

fn tincan(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincan"));
    command.args(["--secret", "a secret of the tests"]).args(arguments);
    // Its port is one alone on a machine, and tests are many.
    command.env("TINCAN_RELAY", "off");
    // Nobody was there before, whom a server with a known secret would let in first.
    command.env("TINCAN_TIMEOUTS", "returning=1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts it on a free port, and gives that with what it logs from then on.
async fn listening(arguments: &[&str]) -> (Child, SocketAddr, Lines<BufReader<ChildStderr>>) {
    started(tincan(arguments)).await
}

async fn started(mut command: Command) -> (Child, SocketAddr, Lines<BufReader<ChildStderr>>) {
    let mut child = command.args(["--listen", "127.0.0.1:0"]).spawn().expect("it does not start");
    let mut log = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let line = timeout(PATIENCE, log.next_line()).await.expect("it says nothing").expect("it is readable");
    let line = line.expect("it stopped");
    let address = line.split("://").nth(1).and_then(|address| address.trim().parse().ok());
    (child, address.unwrap_or_else(|| panic!("no address in {line:?}")), log)
}

#[tokio::test]
async fn sigterm_and_control_c_are_told_to_every_socket() {
    for signal in ["-TERM", "-INT"] {
        is_told_to_every_socket(signal).await;
    }
}

async fn is_told_to_every_socket(signal: &str) {
    let (mut child, address, _log) = listening(&[]).await;
    let mut raw = Raw::connects_to(address).await;
    raw.says_hello("Ada").await;
    assert!(raw.hears().await.is_ok());
    let pid = child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().await.is_ok_and(|status| status.success()));
    loop {
        match raw.hears().await {
            Ok(frame) if frame.message == (ServerMessage::GoingAway {}) => break,
            Ok(_) => {}
            Err(closed) => panic!("closed without a word: {closed:?}"),
        }
    }
    assert_eq!(raw.closed().await.code, 1001);
    drop(raw);
    let status = timeout(PATIENCE, child.wait()).await.expect("it does not end").expect("it was started");
    assert!(status.success());
}

async fn complaint(arguments: &[&str]) -> String {
    let output =
        timeout(PATIENCE, tincan(arguments).output()).await.expect("it runs").expect("it was started");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}

#[tokio::test]
async fn a_wrong_value_stops_the_start_with_a_sentence() {
    assert!(complaint(&["--lobby", "perhaps"]).await.contains("on or off"));
    assert!(complaint(&["--log", "a=b=c"]).await.contains("--log"));
}

#[tokio::test]
async fn the_environment_says_what_flags_say_and_a_flag_comes_first() {
    for (arguments, is_open) in [(&[][..], false), (&["--lobby", "on"][..], true)] {
        let mut command = tincan(arguments);
        command.env("TINCAN_LOBBY", "off");
        let (_child, address, _log) = started(command).await;
        let mut raw = Raw::connects_to(address).await;
        raw.says_hello("Ada").await;
        let answer = raw.hears().await.expect("the connection was closed").message;
        assert_eq!(matches!(answer, ServerMessage::Welcome(_)), is_open, "{answer:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_stops_the_start_with_a_sentence() {
    let (_child, address, _log) = listening(&[]).await;
    let sentence = complaint(&["--listen", &address.to_string()]).await;
    assert!(sentence.contains("already"), "{sentence}");
}

#[tokio::test]
async fn help_is_no_mistake() {
    let output = tincan(&["--help"]).output().await.expect("it was started");
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("--ice-server"));
}

/// What it logs while somebody comes into a room, calls somebody, hangs up, says something wrong, and goes.
async fn log_of_a_visit(arguments: &[&str]) -> String {
    let (mut child, address, mut log) = listening(arguments).await;
    let (mut caller, _) = enters(address, NICKNAME).await;
    let (mut callee, called) = enters(address, CALLED).await;
    let call = support::call(7);
    let invite = json!({ "invite": { "call": call, "peer": called, "media": "video" } });
    caller.says_json(json!({ "id": 2, "message": invite })).await;
    let signal = json!({ "signal": { "call": call, "to": called, "payload": { "sdp": SDP } } });
    caller.says_json(json!({ "id": 3, "message": signal })).await;
    until(&mut callee, |message| matches!(message, ServerMessage::Signal { .. }).then_some(())).await;
    callee.says_json(json!({ "id": 2, "message": { "accept": { "call": call, "media": "voice" } } })).await;
    until(&mut caller, |message| matches!(message, ServerMessage::ParticipantJoined { .. }).then_some(()))
        .await;
    callee.says_json(json!({ "id": 3, "message": { "leave": { "call": call } } })).await;
    until(&mut caller, |message| matches!(message, ServerMessage::CallEnded { .. }).then_some(())).await;
    caller.says(SDP.to_owned()).await;
    until(&mut caller, |message| matches!(message, ServerMessage::Error { .. }).then_some(())).await;
    drop((caller, callee));
    let pid = child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.is_ok_and(|status| status.success()));
    let mut lines = Vec::new();
    while let Ok(Some(line)) = timeout(PATIENCE, log.next_line()).await.expect("it does not end") {
        lines.push(line);
    }
    assert!(child.wait().await.is_ok());
    lines.join("\n")
}

async fn enters(address: SocketAddr, nickname: &str) -> (Raw, PeerId) {
    let mut raw = Raw::connects_to(address).await;
    let (room, incarnation) = (support::room(ROOM), support::page(1));
    Person::says_hello(&mut raw, Entrance { room, nickname, incarnation, ticket: None, grant: None }).await;
    let welcomed = |message: &ServerMessage| match message {
        ServerMessage::Welcome(welcome) => Some(welcome.peer),
        _ => None,
    };
    let peer = until(&mut raw, welcomed).await;
    (raw, peer)
}

/// What is looked for, when the server has said it.
async fn until<T>(raw: &mut Raw, look: impl Fn(&ServerMessage) -> Option<T>) -> T {
    loop {
        let frame = raw.hears().await.expect("the connection was closed");
        if let Some(found) = look(&frame.message) {
            return found;
        }
    }
}

const NICKNAME: &str = "Unmistakable";
const CALLED: &str = "Incomparable";
const ROOM: &str = "k7qm-3xpd-9wzt";
const SDP: &str = "c=IN IP4 192.0.2.77";

#[tokio::test]
async fn nobody_is_named_in_the_log() {
    let log = log_of_a_visit(&[]).await;
    let call = support::call(7).to_string();
    for event in ["a room opened", "a call rings", "joined a call", "a call ended", call.as_str(), "HungUp"] {
        assert!(log.contains(event), "{event} is not in it: {log}");
    }
    let log = log.to_lowercase();
    for secret in [NICKNAME, CALLED, ROOM, "k7qm3xpd9wzt", "192.0.2", "127.0.0.1"] {
        assert!(!log.contains(&secret.to_lowercase()), "{secret} is in it: {log}");
    }
}

#[tokio::test]
async fn one_connection_can_be_followed_through_a_detailed_log() {
    let log = log_of_a_visit(&["--log", "debug"]).await;
    let (_, number) = log.split_once("connection=").expect("a connection");
    let number = number.split_whitespace().next().expect("its number");
    let connection = format!("connection={number} ");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&connection)).collect();
    let told = ["opened", "joined", "refused", "ended"];
    assert!(told.iter().all(|word| lines.iter().any(|line| line.contains(word))), "{log}");
    assert!(!log.contains("192.0.2"), "what is said is not logged: {log}");
}

#[tokio::test]
async fn the_log_says_in_one_line_what_of_the_relay_works() {
    let folder = support::tls::Folder::new("probe");
    let directory = folder.0.to_str().expect("a path");
    let relay = ["--relay", "on", "--relay-listen", "127.0.0.1:0", "--relay-host", "127.0.0.1"];
    let secured = [&relay[..], &["--tls", "self-signed", "--secret-dir", directory]].concat();
    for (arguments, works) in [
        (&relay[..], "UDP over IPv4, TCP over IPv4"),
        (&secured, "UDP over IPv4, TCP over IPv4, TLS over IPv4"),
    ] {
        let (_child, _, mut log) = listening(arguments).await;
        let line =
            timeout(PATIENCE, log.next_line()).await.expect("it says nothing").expect("it is readable");
        let line = line.expect("it stopped");
        assert!(line.ends_with(&format!("INFO the relay works: {works}")), "{line}");
        assert!(!line.contains("127.0.0.1"), "{line}");
    }
}
