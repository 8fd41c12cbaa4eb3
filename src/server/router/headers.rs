//! Security headers.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

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

/// Puts the headers on every answer that does not say otherwise.
pub async fn secure(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
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
