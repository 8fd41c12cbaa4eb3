//! Pages, static files, and the headers on them.

mod support;

use support::{PATIENCE, Person, Server, http, tls::Folder};
use tincan::protocol::ServerMessage;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

#[tokio::test]
async fn the_page_is_rendered_and_not_kept() {
    let server = Server::start().await;
    for path in ["/", "/r/k7qm-3xpd-9wzt", "/booth", "/check"] {
        let page = http::get(&server, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("Tincan"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    }
}

#[tokio::test]
async fn only_scripts_of_this_answer_run() {
    let server = Server::start().await;
    let (first, second) = (http::get(&server, "/").await, http::get(&server, "/").await);
    let policy = first.header("content-security-policy").unwrap();
    assert!(!policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(nonce.len() >= 20 && first.body.contains(&format!("nonce=\"{nonce}\"")));
    assert_ne!(Some(policy), second.header("content-security-policy"));
    assert!(!first.body.contains("style=\""), "a nonce does not cover style attributes");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let folder = Folder::new("headers");
    let root = &folder.0;
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for file in ["pkg/a.js", "pkg/a.wasm", "sw.js"] {
        std::fs::write(root.join(file), "something").unwrap();
    }
    let server = Server::start_with(|config| config.site_root = Some(root.clone())).await;
    let foreign = "Connection: close, upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://elsewhere.example\r\n";
    let plain = "Connection: close\r\n";
    for (method, path, headers, status) in [
        ("GET", "/", plain, 200),
        ("HEAD", "/", plain, 200),
        ("POST", "/", plain, 405),
        ("GET", "/r/k7qm-3xpd-9wzt", plain, 200),
        ("GET", "/booth", plain, 200),
        ("GET", "/healthz", plain, 200),
        ("GET", "/nowhere", plain, 404),
        ("GET", "/pkg/nothing.js", plain, 404),
        ("GET", "/pkg/a.js", plain, 200),
        ("GET", "/pkg/a.wasm", plain, 200),
        ("GET", "/sw.js", plain, 200),
        ("GET", "/ws", plain, 426),
        ("GET", "/ws", foreign, 403),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let answer = http::request(&server, &request).await;
        assert_eq!(answer.status, status, "{method} {path}");
        for (name, part) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("permissions-policy", "camera=(self), microphone=(self), display-capture=(self)"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'"),
            ("content-security-policy", "frame-ancestors 'none'"),
        ] {
            let value = answer.header(name).unwrap_or_default();
            assert!(
                value.contains(part) && !value.contains("unsafe-inline"),
                "{method} {path}: {name}: {value}"
            );
        }
        assert_eq!(answer.header("strict-transport-security"), None, "this is http");
    }
}

#[tokio::test]
async fn https_is_asked_for_only_where_a_trusted_proxy_says_that_it_is_there() {
    let of = |scheme: &str| {
        format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-Proto: {scheme}\r\n\r\n")
    };
    for (behind_proxy, scheme, wanted) in [
        (true, "https", Some("max-age=31536000")),
        (true, "http, https", Some("max-age=31536000")),
        (true, "https, http", None),
        (false, "https", None),
    ] {
        let server = Server::start_with(|config| config.behind_proxy = behind_proxy).await;
        let answer = http::request(&server, &of(scheme)).await;
        assert_eq!(answer.header("strict-transport-security"), wanted, "{behind_proxy} {scheme}");
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_page_that_says_so() {
    let server = Server::start().await;
    for path in ["/nowhere", "/r/a/b", "/booth/1", "/pkg/nothing.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml"]
    {
        assert_eq!(http::get(&server, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_request_for_nothing_is_answered() {
    let server = Server::start().await;
    for (request, status) in [
        ("GET example.org:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
        ("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 405),
    ] {
        assert_eq!(http::request(&server, request).await.status, status, "{request}");
    }
    let health = http::get(&server, "/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
}

#[tokio::test]
async fn headers_that_go_on_and_on_are_refused() {
    let server = Server::start().await;
    let begin = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: ";
    let request = format!("{begin}{}", "x".repeat(16 * 1024 - begin.len()));
    assert_eq!(http::request(&server, &request).await.status, 431);
}

#[tokio::test]
async fn static_files_come_compressed_where_they_are() {
    let folder = Folder::new("site");
    let root = &folder.0;
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    std::fs::write(root.join("pkg/a.js"), "plain").unwrap();
    std::fs::write(root.join("pkg/a.js.br"), "brotli").unwrap();
    let server = Server::start_with(|config| config.site_root = Some(root.clone())).await;
    let request = "GET /pkg/a.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: br\r\n\r\n";
    let compressed = http::request(&server, request).await;
    assert_eq!((compressed.header("content-encoding"), compressed.body.as_str()), (Some("br"), "brotli"));
    let plain = http::get(&server, "/pkg/a.js").await;
    assert_eq!((plain.body.as_str(), plain.header("cache-control")), ("plain", Some("no-cache")));
}

#[tokio::test]
async fn the_program_of_another_build_is_not_there() {
    let folder = Folder::new("builds");
    let root = &folder.0;
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    let mut earlier = None;
    for build in ["one build", "another"] {
        std::fs::write(root.join("pkg/tincan.js"), build).unwrap();
        let server = Server::start_with(|config| config.site_root = Some(root.clone())).await;
        let page = http::get(&server, "/").await.body;
        let (_, path) = page.split_once("rel=\"modulepreload\" href=\"").unwrap();
        let path = path.split('"').next().unwrap().to_owned();
        assert_eq!(http::get(&server, &path).await.body, build);
        if let Some(earlier) = earlier.replace(path) {
            assert_eq!(http::get(&server, &earlier).await.status, 404);
        }
    }
}

/// More than the sockets' buffers hold.
const LARGE: usize = 32 * 1024 * 1024;

#[tokio::test]
async fn an_answer_that_is_half_read_when_the_server_stops_is_read_to_its_end() {
    let folder = Folder::new("large");
    let root = &folder.0;
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    std::fs::write(root.join("pkg/large.wasm"), vec![b'x'; LARGE]).unwrap();
    let server = Server::start_with(|config| config.site_root = Some(root.clone())).await;
    let mut alice = Person::joins(&server, "Alice").await;
    let mut reader = TcpStream::connect(server.address).await.unwrap();
    reader.write_all(b"GET /pkg/large.wasm HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut bytes = vec![0; 1_024];
    reader.read_exact(&mut bytes).await.unwrap();
    server.stop();
    assert_eq!(alice.hears().await, ServerMessage::GoingAway {});
    timeout(PATIENCE, reader.read_to_end(&mut bytes)).await.expect("it does not end").unwrap();
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert_eq!(bytes.len() - (head + 4), LARGE);
    alice.closed().await;
    server.ended().await;
}
