//! The site within the program: nothing is read from a directory.

mod support;

use support::{Server, http};

/// With these lines before the last.
async fn get(server: &Server, path: &str, headers: &str) -> http::Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    http::request(server, &request).await
}

#[tokio::test]
async fn all_that_the_page_names_is_there() {
    let server = Server::start().await;
    let page = http::get(&server, "/").await.body;
    let parts = page.split(['"', '\'']).filter(|part| part.contains("/pkg/") || part.ends_with(".svg"));
    let mut found = 0;
    for path in parts {
        let answer = get(&server, path, "").await;
        assert_eq!(answer.status, 200, "{path}");
        let is_of_a_build = !path.starts_with("/pkg/") && path.contains("/pkg/");
        let kept = if is_of_a_build { "public, max-age=31536000, immutable" } else { "no-cache" };
        assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
        found += 1;
    }
    assert!(found >= 4, "{page}");
}

#[tokio::test]
async fn a_file_comes_compressed_and_once() {
    let server = Server::start().await;
    for (path, kind) in [
        ("/pkg/tincan.css", "text/css"),
        ("/pkg/tincan.wasm", "application/wasm"),
        ("/favicon.svg", "image/svg+xml"),
        ("/sw.js", "text/javascript"),
    ] {
        let answer = get(&server, path, "Accept-Encoding: gzip, br\r\n").await;
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.header("content-encoding"), Some("br"), "{path}");
        assert_eq!(get(&server, path, "").await.header("content-encoding"), None, "{path}");
        let known = format!("Accept-Encoding: br\r\nIf-None-Match: {}\r\n", answer.header("etag").unwrap());
        let again = get(&server, path, &known).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(again.header("etag"), answer.header("etag"));
    }
}

#[tokio::test]
async fn the_service_worker_has_its_own_policy() {
    let server = Server::start().await;
    let worker = get(&server, "/sw.js", "").await;
    assert!(worker.header("content-security-policy").unwrap().contains("connect-src 'self'"));
}

#[tokio::test]
async fn what_is_not_in_it_is_not_found() {
    let server = Server::start().await;
    for path in [
        "/nowhere",
        "/pkg/nothing.js",
        "/pkg/tincan.js.br",
        "/0123456789abcdef/pkg/tincan.js",
        "/../Cargo.toml",
    ] {
        assert_eq!(get(&server, path, "").await.status, 404, "{path}");
    }
}
