//! Whoever asks by http for what is there by https is sent on, with the same host and path.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};

use super::{
    authority,
    headers::{Https, secure},
};
use crate::server::{
    relay,
    tls::{AUTHORITY, Tls},
};

/// Of https, unless said otherwise (RFC 9110, section 4.2.2).
const HTTPS_PORT: u16 = 443;

/// Where https is, for somebody who has come by http.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Where they are: that port may be called otherwise outside.
    SamePort,
    Port(u16),
}

/// Without https there is this alone, and the certificate that has to be trusted before.
pub fn redirector(at: At, tls: &Tls) -> Router {
    let mut router = Router::new();
    if let Some(certificate) = tls.authority() {
        router = router.route(AUTHORITY, get(authority::answer(certificate)));
    }
    let send_on = any(async move |request: Request| send_on(&request, at));
    router.fallback_service(send_on).layer(middleware::from_fn_with_state(Https::Never, secure))
}

fn send_on(request: &Request, at: At) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let there =
        host.and_then(|host| target(host, path, at)).and_then(|there| HeaderValue::try_from(there).ok());
    match there {
        Some(there) => (
            StatusCode::PERMANENT_REDIRECT,
            // Not for good: the same host may be without https one day.
            [(header::LOCATION, there), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            "This page is there by https.\n",
        )
            .into_response(),
        None => (StatusCode::BAD_REQUEST, "This page is there by https, under the name of this server.\n")
            .into_response(),
    }
}

/// `None` for a host that is none, and for a path that is no path.
fn target(host: &str, path: &str, at: At) -> Option<String> {
    let name = relay::name(host)?;
    let port = match at {
        At::Port(port) => port,
        At::SamePort => match host.get(name.len()..)?.strip_prefix(':') {
            Some(port) => port.parse().ok()?,
            None => HTTPS_PORT,
        },
    };
    let port = if port == HTTPS_PORT { String::new() } else { format!(":{port}") };
    path.starts_with('/').then(|| format!("https://{name}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_path_stay_and_the_port_is_that_of_https() {
        for (host, path, at, wanted) in [
            ("192.168.1.5:3000", "/", At::SamePort, Some("https://192.168.1.5:3000/")),
            ("Phone.example", "/r/a?b=c", At::SamePort, Some("https://phone.example/r/a?b=c")),
            ("[fd00::5]:3000", "/", At::SamePort, Some("https://[fd00::5]:3000/")),
            ("phone.example:80", "/", At::Port(443), Some("https://phone.example/")),
            (
                "phone.example",
                "//evil.example/",
                At::Port(3000),
                Some("https://phone.example:3000//evil.example/"),
            ),
            ("phone.example:", "/", At::SamePort, None),
            ("phone.example:99999", "/", At::SamePort, None),
            ("phone.example@evil.example", "/", At::SamePort, None),
            ("evil.example/", "/", At::Port(443), None),
            ("", "/", At::Port(443), None),
            ("phone.example", "*", At::Port(443), None),
        ] {
            assert_eq!(target(host, path, at).as_deref(), wanted, "{host} {path} {at:?}");
        }
    }
}
