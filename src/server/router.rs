//! What is at which address: pages, the socket, static files, and headers on everything.

mod assets;
mod authority;
mod build;
mod headers;
mod page;
mod redirect;
mod site;

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    routing::get,
};
use tower::Layer;
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer};

pub use self::redirect::{At, redirector};
use self::{headers::Https, site::Site};
use super::{
    hub::Hub,
    operate, socket,
    tls::{AUTHORITY, Tls},
};
use crate::ui::{BOOTH, CHECK};

/// Files are asked after each time, and sent only when they have changed, but for what is at an address of its build alone.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The service worker fetches, and does nothing else.
const WORKER: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

pub fn router(hub: &Hub, tls: Option<&Tls>) -> Router {
    let site = Site::open(hub.config());
    let build = format!("/{}", site.build());
    let page = get(page::renderer(hub.config(), &build)).layer(CompressionLayer::new());
    let revalidated = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, REVALIDATE);
    let worker =
        (revalidated.clone(), SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, WORKER));
    let authority = tls.and_then(Tls::authority).map(|certificate| get(authority::answer(certificate)));
    let own = authority.map_or_else(Router::new, |answer| Router::new().route(AUTHORITY, answer));
    own.route("/", page.clone())
        .route("/r/{code}", page.clone())
        .route(BOOTH, page.clone())
        .route(CHECK, page.clone())
        .route("/healthz", get(operate::alive))
        .route("/ws", get(socket::upgrade).with_state(hub.clone()))
        .route_service("/sw.js", worker.layer(site.files_or(page.clone())))
        .nest_service(&format!("{build}/pkg"), revalidated.layer(site.package()))
        .fallback_service(revalidated.layer(site.files_or(page)))
        .layer(middleware::from_fn_with_state(Https::of(hub.config()), headers::secure))
}
