//! What is at which address: pages, the socket, static files, and headers on everything.

mod headers;
mod page;

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    routing::get,
};
use tower::ServiceBuilder;
use tower_http::{compression::CompressionLayer, services::ServeDir, set_header::SetResponseHeaderLayer};

use super::{hub::Hub, socket};

/// Files are asked after each time, and sent only when they have changed.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

pub fn router(hub: &Hub) -> Router {
    let page = get(page::renderer(hub.config())).layer(CompressionLayer::new());
    let files = ServeDir::new(&hub.config().site_root)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
        .fallback(page.clone());
    let files = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, REVALIDATE))
        .service(files);
    Router::new()
        .route("/", page.clone())
        .route("/r/{code}", page)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/ws", get(socket::upgrade).with_state(hub.clone()))
        .fallback_service(files)
        .layer(middleware::map_response(headers::secure))
}
