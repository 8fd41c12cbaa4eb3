//! Security headers.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::server::address;

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), \
             geolocation=(), payment=(), usb=()",
        ),
    ),
    // For what has no policy of its own: it is no page, and nothing may be done with it.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ),
];

/// For a year, this host is asked over https only (RFC 6797).
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts the headers on every answer that does not say otherwise. Browsers ignore what asks for https on an answer
/// over http (RFC 6797, section 8.1), so it goes only where a proxy says that it was https.
pub async fn secure(State(behind_proxy): State<bool>, request: Request, next: Next) -> Response {
    let is_https = behind_proxy && address::came_by_https(request.headers());
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    if is_https {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    response
}

/// The policy of a page (Content Security Policy Level 3). A nonce covers elements, not `style` attributes:
/// views have none.
pub fn page_policy(nonce: &str, reload_port: Option<u32>) -> String {
    let reload =
        reload_port.map_or(String::new(), |port| format!(" ws://localhost:{port} ws://127.0.0.1:{port}"));
    [
        "default-src 'none'",
        &format!("script-src 'nonce-{nonce}' 'self' 'wasm-unsafe-eval'"),
        &format!("style-src 'nonce-{nonce}' 'self'"),
        "worker-src 'self' blob:",
        "img-src 'self' blob: data:",
        "media-src 'self' blob: data:",
        &format!("connect-src 'self'{reload}"),
        "font-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}
