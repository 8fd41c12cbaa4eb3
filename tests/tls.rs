//! https: certificates, what is spoken by them, and who is sent on to it.

mod support;

use std::{fs, net::SocketAddr, process::Stdio, time::Duration};

use axum::body::{Body, to_bytes};
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use serde_json::json;
use sha2::{Digest, Sha256};
use support::{
    PATIENCE, Server, http,
    tls::{Certificate, Client, Folder, hears},
};
use tincan::protocol::ServerMessage;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::timeout,
};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn the_page_comes_by_either_http() {
    let folder = Folder::new("page");
    let server = Server::start_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    let client = Client::trusting_authority_of(&server).await;
    let page = client.gets(&server, "/").await;
    assert_eq!((page.status, page.body.contains("Tincan")), (200, true));
    let stream = client.speaking(&[b"h2", b"http/1.1"]).connects(server.address).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut h2, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let speaking = tokio::spawn(connection);
    for path in ["/", "/r/k7qm-3xpd-9wzt"] {
        let request = hyper::Request::get(format!("https://{}{path}", server.address));
        let page = h2.send_request(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!((page.status().as_u16(), page.version()), (200, hyper::Version::HTTP_2));
        assert!(page.headers().contains_key("content-security-policy"));
        let body = to_bytes(Body::new(page.into_body()), usize::MAX).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("Tincan"));
    }
    drop(h2);
    speaking.await.unwrap().unwrap();
    let older = client.speaking(&[b"http/1.1"]).connects(server.address).await.unwrap();
    assert_eq!(older.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
}

#[tokio::test]
async fn a_server_that_stops_tells_whoever_came_by_tls() {
    let folder = Folder::new("stop");
    let server = Server::start_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    let client = Client::trusting_authority_of(&server).await;
    let (mut socket, _) = client.joins(&server, "Alice").await;
    let stream = client.speaking(&[b"h2"]).connects(server.address).await.unwrap();
    let (mut h2, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let speaking = tokio::spawn(connection);
    // What both say at the beginning is read then: who is still unheard when the server closes is cut off.
    let request = hyper::Request::get(format!("https://{}/healthz", server.address));
    let answer = h2.send_request(request.body(Body::empty()).unwrap()).await.unwrap();
    to_bytes(Body::new(answer.into_body()), usize::MAX).await.unwrap();
    let silent = TcpStream::connect(server.address).await.unwrap();
    server.stop();
    while hears(&mut socket).await.message != (ServerMessage::GoingAway {}) {}
    while let Some(Ok(_)) = timeout(PATIENCE, socket.next()).await.expect("it does not end") {}
    drop(socket);
    timeout(PATIENCE, speaking).await.expect("it does not end").unwrap().unwrap();
    server.ended().await;
    drop(silent);
}

#[tokio::test]
async fn whoever_comes_by_wss_is_welcomed_and_heard() {
    let folder = Folder::new("socket");
    let server = Server::start_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    let client = Client::trusting_authority_of(&server).await;
    let (mut socket, welcome) = client.speaking(&[b"http/1.1"]).joins(&server, "Alice").await;
    assert_eq!(welcome.nickname.as_str(), "Alice");
    // Many in one record: all have left the stream below when the first is read.
    for id in 2..100 {
        let ping = json!({"id": id, "message": {"ping": {}}});
        socket.feed(Message::text(ping.to_string())).await.unwrap();
    }
    socket.flush().await.unwrap();
    for id in 2..100 {
        loop {
            let frame = hears(&mut socket).await;
            if frame.message == (ServerMessage::Pong {}) {
                assert_eq!(frame.id, Some(id));
                break;
            }
        }
    }
}

#[tokio::test]
async fn only_a_page_that_came_by_https_is_of_this_server() {
    let folder = Folder::new("origin");
    let server = Server::start_with(|config| {
        config.tls = Some(folder.self_signed(&[]));
        config.origins = vec!["http://friend.example".to_owned()];
    })
    .await;
    let client = Client::trusting_authority_of(&server).await;
    let address = server.address;
    for (origin, is_allowed) in [
        (format!("https://{address}"), true),
        (format!("HTTPS://{address}"), true),
        ("http://friend.example".to_owned(), true),
        (format!("http://{address}"), false),
        ("https://127.0.0.1".to_owned(), false),
        ("https://elsewhere.example".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        assert_eq!(client.opens_socket(address, &origin).await.is_some(), is_allowed, "{origin}");
    }
}

#[tokio::test]
async fn whoever_comes_by_http_is_sent_on() {
    let folder = Folder::new("redirect");
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let beside = plain.local_addr().unwrap();
    let server = Server::start_beside(Some(plain), |config| config.tls = Some(folder.self_signed(&[]))).await;
    let port = server.address.port();
    let answer = async |address: SocketAddr, request: &str, host: &str| {
        let text = format!("{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = http::ask(address, &text).await;
        (answer.status, answer.header("location").map(str::to_owned))
    };
    let there = |location: &str| (308, Some(location.to_owned()));
    for (address, request, host, wanted) in [
        (server.address, "GET /r/abc?x=1", "Box.local:3000", there("https://box.local:3000/r/abc?x=1")),
        (server.address, "POST /", "box.local", there("https://box.local/")),
        (beside, "GET /booth", "box.local", there(&format!("https://box.local:{port}/booth"))),
        (beside, "GET /", "box.local:80", there(&format!("https://box.local:{port}/"))),
        (server.address, "GET /", "box.local@evil.example", (400, None)),
        (beside, "GET /", "evil.example/", (400, None)),
    ] {
        assert_eq!(answer(address, request, host).await, wanted, "{request} {host}");
    }
    // What has to be trusted before there can be https.
    for address in [server.address, beside] {
        assert_eq!(answer(address, "GET /tincan-ca.crt", "box.local").await, (200, None));
    }
}

#[tokio::test]
async fn without_https_nothing_is_sent_on_and_there_is_no_authority() {
    let server = Server::start().await;
    assert_eq!(http::get(&server, "/").await.status, 200);
    assert_eq!(http::get(&server, "/tincan-ca.crt").await.status, 404);
    let folder = Folder::new("no-authority");
    Certificate::new().is_put_into(&folder);
    let server = Server::start_with(|config| config.tls = Some(folder.files())).await;
    assert_eq!(http::get(&server, "/tincan-ca.crt").await.status, 308);
}

#[tokio::test]
async fn an_authority_outlives_its_server_and_names_are_taken_up() {
    let folder = Folder::new("kept");
    let server = Server::start_with(|config| config.tls = Some(folder.self_signed(&["phone.example"]))).await;
    let client = Client::trusting_authority_of(&server).await;
    let shown = async |server: &Server, name: &'static str| {
        let stream = client.connects_to(name, server.address).await.ok()?;
        stream.get_ref().1.peer_certificates()?.first().cloned()
    };
    let first = shown(&server, "localhost").await.expect("it is called that");
    for name in ["127.0.0.1", "::1", "phone.example"] {
        assert!(shown(&server, name).await.is_some(), "{name}");
    }
    for name in ["other.example", "127.0.0.2"] {
        assert!(shown(&server, name).await.is_none(), "{name}");
    }
    let again = Server::start_with(|config| config.tls = Some(folder.self_signed(&["phone.example"]))).await;
    assert_eq!(shown(&again, "localhost").await, Some(first.clone()), "nothing has changed");
    let other = Server::start_with(|config| config.tls = Some(folder.self_signed(&["other.example"]))).await;
    let next = shown(&other, "other.example").await.expect("it is called that now, by the same authority");
    assert_ne!(next, first);
}

#[tokio::test]
async fn a_certificate_is_replaced_while_connections_go_on() {
    let folder = Folder::new("reload");
    let (first, second) = (Certificate::new(), Certificate::new());
    first.is_put_into(&folder);
    let server = Server::start_with(|config| {
        let tls = config.tls.insert(folder.files());
        tls.look_again = Duration::from_millis(10);
    })
    .await;
    let (mut socket, _) = Client::trusting(&first.der).joins(&server, "Alice").await;
    second.is_put_into(&folder);
    let newcomer = Client::trusting(&second.der);
    while newcomer.connects(server.address).await.is_err() {}
    assert!(Client::trusting(&first.der).connects(server.address).await.is_err());
    socket.send(Message::text(json!({"id": 2, "message": {"ping": {}}}).to_string())).await.unwrap();
    while hears(&mut socket).await.message != (ServerMessage::Pong {}) {}
}

#[tokio::test]
async fn only_a_certificate_that_devices_trust_asks_for_https_for_good() {
    let folder = Folder::new("hsts");
    let certificate = Certificate::new();
    certificate.is_put_into(&folder);
    let server = Server::start_with(|config| config.tls = Some(folder.files())).await;
    let answer = Client::trusting(&certificate.der).gets(&server, "/").await;
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(http::get(&server, "/").await.header("strict-transport-security"), None, "by http");
    let own = Server::start_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    let answer = Client::trusting_authority_of(&own).await.gets(&own, "/").await;
    assert_eq!((answer.status, answer.header("strict-transport-security")), (200, None));
}

#[tokio::test]
async fn a_slow_handshake_is_given_up_and_holds_nobody_up() {
    let folder = Folder::new("slow");
    let server = Server::start_with(|config| {
        config.tls.insert(folder.self_signed(&[])).handshake = Duration::from_secs(3);
    })
    .await;
    let mut slow = Vec::new();
    for begun in [&b""[..], &b"\x16"[..], &b"\x16\x03\x01\x02\x00\x01\x00"[..]] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        slow.push(stream);
    }
    let client = Client::trusting_authority_of(&server).await;
    client.joins(&server, "Alice").await;
    for stream in &mut slow {
        let mut rest = Vec::new();
        let end = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it is not given up");
        assert!(end.is_err() || rest.is_empty(), "{rest:?}");
    }
}

#[tokio::test]
async fn a_handshake_counts_as_a_connection() {
    let folder = Folder::new("counted");
    let server = Server::start_with(|config| {
        config.tls = Some(folder.self_signed(&[]));
        config.limits.max_connections_per_address = 2.try_into().unwrap();
    })
    .await;
    let client = Client::trusting_authority_of(&server).await;
    let mut silent = Vec::new();
    for _ in 0..2 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    let refused = async { while client.connects(server.address).await.is_ok() {} };
    timeout(PATIENCE, refused).await.expect("they do not count");
    silent.clear();
    while client.connects(server.address).await.is_err() {}
}

#[tokio::test]
async fn what_is_no_tls_and_no_http_is_not_answered_with_a_page() {
    let folder = Folder::new("nonsense");
    let server = Server::start_with(|config| config.tls = Some(folder.self_signed(&[]))).await;
    for nonsense in [&b"\x16\x03\x01\x00\x05nonsense"[..], b"\x00\x01\x00\x00", b"SSH-2.0-x\r\n\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it does not end");
        assert!(!String::from_utf8_lossy(&answer).contains("200"), "{answer:?}");
    }
}

/// The program on a free port, and what it is started with besides.
fn tincan(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincan"));
    command.args(["--listen", "127.0.0.1:0", "--secret", "a secret of the tests", "--relay", "off"]);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true).spawn().expect("it does not start")
}

/// Everything up to the line that has this in it.
async fn until(lines: &mut (impl tokio::io::AsyncBufRead + Unpin), part: &str) -> String {
    let mut all = String::new();
    while !all.contains(part) || !all.ends_with('\n') {
        let read = timeout(PATIENCE, lines.read_line(&mut all)).await.expect("nothing more is said");
        assert_ne!(read.expect("it is readable"), 0, "{part} is not in it: {all}");
    }
    all
}

fn address_in(log: &str) -> SocketAddr {
    let (_, address) = log.rsplit_once("https://").expect("an address");
    address.trim().parse().expect("an address")
}

#[tokio::test]
async fn whoever_starts_it_is_shown_how_a_device_comes_to_trust_it() {
    let folder = Folder::new("shown");
    let directory = folder.0.to_str().unwrap();
    let mut child = tincan(&["--tls", "self-signed", "--secret-dir", directory, "--log", "trace"]);
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut logged = until(&mut log, "listening on https://").await;
    let address = address_in(&logged);
    let certificate = {
        let text = "GET /tincan-ca.crt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let answer = http::ask(address, text).await;
        assert_eq!(answer.header("content-type"), Some("application/x-x509-ca-cert"));
        CertificateDer::from(answer.bytes)
    };
    let fingerprint: Vec<String> =
        Sha256::digest(&certificate).iter().map(|byte| format!("{byte:02X}")).collect();
    let port = address.port();
    let said = until(&mut said, &fingerprint.join(":")).await;
    for part in [
        format!("https://localhost:{port}/\n"),
        format!("http://127.0.0.1:{port}/tincan-ca.crt\n"),
        "▄▄▄▄▄".to_owned(),
    ] {
        assert!(said.contains(&part), "{part} is not in it: {said}");
    }
    Client::trusting(&certificate).connects(address).await.expect("it is trusted");
    child.start_kill().unwrap();
    timeout(PATIENCE, log.read_to_string(&mut logged)).await.expect("it does not end").unwrap();
    assert!(!logged.contains(&fingerprint.join(":")), "it is no matter for the log");
    for file in ["tincan-ca.pem", "tincan-tls.pem"] {
        let text = fs::read_to_string(folder.0.join(file)).unwrap();
        let key = text.lines().nth(1).unwrap();
        assert!(text.contains("PRIVATE KEY") && !logged.contains(key) && !said.contains(key), "{file}");
    }
}

#[tokio::test]
async fn a_broken_certificate_is_logged_and_the_one_before_goes_on() {
    let folder = Folder::new("broken");
    let certificate = Certificate::new();
    certificate.is_put_into(&folder);
    let (chain, key) = (folder.certificate(), folder.key());
    let files = ["--tls-cert", chain.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let mut child = tincan(&[&["--tls", "files"][..], &files].concat());
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let address = address_in(&until(&mut log, "listening on https://").await);
    let client = Client::trusting(&certificate.der);
    client.connects(address).await.expect("it is shown");
    fs::write(&chain, "no certificate").unwrap();
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().await.is_ok_and(|status| status.success()));
    let logged = until(&mut log, "stays as it was").await;
    assert!(logged.contains("WARN") && logged.contains("no certificate in it"), "{logged}");
    client.connects(address).await.expect("it is still shown");
    fs::remove_file(&key).unwrap();
    until(&mut log, "--tls-key").await;
    client.connects(address).await.expect("it is still shown");
}

#[tokio::test]
async fn a_certificate_that_is_not_there_stops_the_start_with_a_sentence() {
    let folder = Folder::new("missing");
    let nowhere = folder.0.join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    for (arguments, says) in [
        (&["--tls", "files", "--tls-cert", nowhere, "--tls-key", nowhere][..], "--tls-cert"),
        (&["--tls", "self-signed", "--secret-dir", nowhere], "--secret-dir"),
    ] {
        let output = timeout(PATIENCE, tincan(arguments).wait_with_output()).await.expect("it runs").unwrap();
        let sentence = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), sentence.lines().count()), (Some(2), 1), "{sentence}");
        assert!(sentence.contains(says) && sentence.contains("nowhere"), "{sentence}");
    }
}
