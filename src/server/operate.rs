//! For whoever runs the server, on an address of its own: whether it is alive, whether people should be sent to it, and
//! what it has counted.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use super::{hub::Hub, metrics::Metrics};

pub fn router(hub: &Hub) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(hub.clone())
}

/// The program runs and answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Until the server is told to stop.
async fn ready(State(hub): State<Hub>) -> (StatusCode, &'static str) {
    if hub.is_stopping() {
        (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn metrics(State(hub): State<Hub>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, Metrics::CONTENT_TYPE)], hub.metrics().exposition())
}
