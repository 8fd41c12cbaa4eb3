//! Security headers.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::server::{Config, address, config::TlsSource, tls::ByTls};

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

/// Where browsers are told to ask by https only. They ignore it on an answer over http (RFC 6797, section 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Https {
    Never,
    /// For what has come by TLS to this program.
    Here,
    /// For what has come by TLS to a proxy, as that says.
    AtProxy,
    Both,
}

impl Https {
    /// A certificate that devices do not trust by themselves allows no such thing: they would let nobody past their warning
    /// (RFC 6797, section 12.1).
    pub fn of(config: &Config) -> Self {
        let is_trusted = config.tls.as_ref().is_some_and(|tls| matches!(tls.source, TlsSource::Files { .. }));
        match (is_trusted, config.behind_proxy) {
            (false, false) => Self::Never,
            (true, false) => Self::Here,
            (false, true) => Self::AtProxy,
            (true, true) => Self::Both,
        }
    }

    fn is_had_by(self, request: &Request) -> bool {
        let here = || request.extensions().get::<ByTls>().is_some();
        let at_proxy = || address::came_by_https(request.headers());
        match self {
            Self::Never => false,
            Self::Here => here(),
            Self::AtProxy => at_proxy(),
            Self::Both => here() || at_proxy(),
        }
    }
}

/// Puts the headers on every answer that does not say otherwise.
pub async fn secure(State(https): State<Https>, request: Request, next: Next) -> Response {
    let is_https = https.is_had_by(&request);
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
