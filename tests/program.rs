//! The program itself: how it starts, and how it does not.

mod support;

use std::{net::SocketAddr, process::Stdio};

use support::{PATIENCE, Raw};
use tincan::protocol::ServerMessage;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

fn tincan(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincan"));
    command.args(["--secret", "a secret of the tests"]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts it on a free port, and gives that with what it logs from then on.
async fn listening() -> (Child, SocketAddr, Lines<BufReader<ChildStderr>>) {
    let mut child = tincan(&["--listen", "127.0.0.1:0"]).spawn().expect("it does not start");
    let mut log = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let line = timeout(PATIENCE, log.next_line()).await.expect("it says nothing").expect("it is readable");
    let line = line.expect("it stopped");
    let address = line.split("http://").nth(1).and_then(|address| address.trim().parse().ok());
    (child, address.unwrap_or_else(|| panic!("no address in {line:?}")), log)
}

#[tokio::test]
async fn sigterm_is_told_to_every_socket() {
    let (mut child, address, _log) = listening().await;
    let mut raw = Raw::connects_to(address).await;
    raw.says_hello("Ada").await;
    assert!(raw.hears().await.is_ok());
    let pid = child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.is_ok_and(|status| status.success()));
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
async fn an_address_that_is_taken_stops_the_start_with_a_sentence() {
    let (_child, address, _log) = listening().await;
    let sentence = complaint(&["--listen", &address.to_string()]).await;
    assert!(sentence.contains("already"), "{sentence}");
}

#[tokio::test]
async fn help_is_no_mistake() {
    let output = tincan(&["--help"]).output().await.expect("it was started");
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("--ice-server"));
}

#[tokio::test]
async fn nobody_is_named_in_the_log() {
    let (mut child, address, mut log) = listening().await;
    let mut raw = Raw::connects_to(address).await;
    raw.says_hello("Unmistakable").await;
    assert!(raw.hears().await.is_ok());
    drop(raw);
    let pid = child.id().expect("it runs").to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.is_ok_and(|status| status.success()));
    let mut lines = Vec::new();
    while let Ok(Some(line)) = timeout(PATIENCE, log.next_line()).await.expect("it does not end") {
        lines.push(line);
    }
    let log = lines.join("\n");
    assert!(log.contains("a room opened"), "{log}");
    assert!(!log.contains("Unmistakable") && !log.contains("127.0.0.1"), "{log}");
    assert!(child.wait().await.is_ok());
}
