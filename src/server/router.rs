//! What is at which address: pages, the socket, static files, and headers on everything.

mod assets;
mod build;
mod headers;
mod page;
mod site;

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    routing::get,
};
use tower::Layer;
use tower_http::{compression::CompressionLayer, set_header::SetResponseHeaderLayer};

use self::site::Site;
use super::{hub::Hub, operate, socket};
use crate::ui::{BOOTH, CHECK};

/// Files are asked after each time, and sent only when they have changed, but for what is at an address of its build alone.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The service worker fetches, and does nothing else.
const WORKER: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

pub fn router(hub: &Hub) -> Router {
    let site = Site::open(hub.config());
    let build = format!("/{}", site.build());
    let page = get(page::renderer(hub.config(), &build)).layer(CompressionLayer::new());
    let revalidated = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, REVALIDATE);
    let worker =
        (revalidated.clone(), SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, WORKER));
    Router::new()
        .route("/", page.clone())
        .route("/r/{code}", page.clone())
        .route(BOOTH, page.clone())
        .route(CHECK, page.clone())
        .route("/healthz", get(operate::alive))
        .route("/ws", get(socket::upgrade).with_state(hub.clone()))
        .route_service("/sw.js", worker.layer(site.files_or(page.clone())))
        .nest_service(&format!("{build}/pkg"), revalidated.layer(site.package()))
        .fallback_service(revalidated.layer(site.files_or(page)))
        .layer(middleware::from_fn_with_state(hub.config().behind_proxy, headers::secure))
}
