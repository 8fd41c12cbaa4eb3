//! The certificate of this server's own authority, for devices that are to trust it.

use std::future::{Ready, ready};

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use rustls::pki_types::CertificateDer;

/// What phones take for something to install. It is the DER form (RFC 5280): all of them know it.
const MEDIA_TYPE: &str = "application/x-x509-ca-cert";

pub fn answer(
    certificate: &CertificateDer<'_>,
) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    let bytes = Bytes::copy_from_slice(certificate);
    move || {
        let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-cache")];
        ready((headers, bytes.clone()).into_response())
    }
}
