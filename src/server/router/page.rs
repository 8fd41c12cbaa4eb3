//! The page, rendered.

use std::{env, pin::Pin};

use any_spawner::Executor;
use axum::{
    body::Body,
    http::{HeaderValue, Request, Response, StatusCode, header, request::Parts},
};
use leptos::{
    config::{Env, LeptosOptions},
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};

use super::headers::page_policy;
use crate::{
    server::Config,
    settings::Settings,
    ui::{RequestPath, Route, shell},
};

type Rendering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// Renders the page for whatever path is asked for. `build` is the path of its program.
pub fn renderer(
    config: &Config,
    build: &str,
) -> impl Fn(Request<Body>) -> Rendering + Clone + Send + Sync + 'static {
    // Rendering spawns. Fails when another server in this process has done so before, which is as good.
    let _ = Executor::init_tokio();
    let options = leptos_options(config);
    let build = build.to_owned();
    let settings = config.settings();
    let reload_port = env::var("LEPTOS_WATCH").is_ok().then_some(options.reload_port);
    let context = {
        let settings = settings.clone();
        move || provide(&settings, reload_port)
    };
    let render = render_app_async_with_context(context, move || {
        shell(options.clone(), build.clone(), settings.clone())
    });
    move |request| {
        // An address without a path (RFC 9112, section 3.2.3) is for proxies.
        if request.uri().path_and_query().is_none() {
            return Box::pin(async { bare(StatusCode::BAD_REQUEST) });
        }
        render(request)
    }
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// What the view needs to know of the request, and what the answer needs to say besides the view.
fn provide(settings: &Settings, reload_port: Option<u32>) {
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    if let Some(answer) = use_context::<ResponseOptions>() {
        if !is_page(&path) {
            answer.set_status(StatusCode::NOT_FOUND);
        }
        answer.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        if let Ok(policy) = HeaderValue::try_from(page_policy(&nonce, reload_port)) {
            answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    provide_context(RequestPath(path));
    provide_context(settings.clone());
}

fn is_page(path: &str) -> bool {
    Route::parse(path) != Route::NotFound
}

/// What cargo-leptos says in the environment while it watches, or what it would say.
fn leptos_options(config: &Config) -> LeptosOptions {
    let variable = |name: &str| env::var(name).ok();
    LeptosOptions::builder()
        .output_name("tincan")
        .site_addr(config.listen)
        .env(if variable("LEPTOS_ENV").as_deref() == Some("DEV") { Env::DEV } else { Env::PROD })
        .reload_port(variable("LEPTOS_RELOAD_PORT").and_then(|port| port.parse().ok()).unwrap_or(3001))
        .build()
}
