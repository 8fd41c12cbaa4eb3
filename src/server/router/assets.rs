//! Files that are held in memory, each as it is and as it was compressed when it was built.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// What is at this address never changes: for a year nobody asks again (RFC 8246).
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Content codings (RFC 9110, section 8.4.1) with the endings of their files, best first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Assets(Arc<BTreeMap<&'static str, Asset>>);

#[derive(Debug)]
struct Asset {
    content_type: HeaderValue,
    plain: Form,
    /// Those that are shorter, best first.
    compressed: Vec<(&'static str, Form)>,
}

/// One representation, with the strong validator that is its own (RFC 9110, section 8.8.3.3).
#[derive(Clone, Debug)]
struct Form {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Assets {
    /// Of paths and contents. What ends like a compressed file is that of another one.
    pub fn new(files: Vec<(&'static str, &'static [u8])>) -> Self {
        let all: BTreeMap<_, _> = files.into_iter().collect();
        let is_plain = |path: &str| !CODINGS.iter().any(|(_, ending)| path.ends_with(ending));
        let asset = |(path, bytes): (&&'static str, &&'static [u8])| {
            let compressed = CODINGS.into_iter().filter_map(|(coding, ending)| {
                let compressed = all.get(format!("{path}{ending}").as_str())?;
                (compressed.len() < bytes.len()).then(|| (coding, Form::new(compressed)))
            });
            let (content_type, plain) = (content_type(path), Form::new(bytes));
            (*path, Asset { content_type, plain, compressed: compressed.collect() })
        };
        Self(Arc::new(all.iter().filter(|(path, _)| is_plain(path)).map(asset).collect()))
    }

    /// Nothing when there is no such file.
    pub fn read(&self, path: &str) -> &[u8] {
        self.0.get(path).map_or(&[], |asset| &asset.plain.bytes)
    }

    /// `None` when there is no such file.
    pub fn answer(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        let asset = self.0.get(path)?;
        let compressed = asset.compressed.iter().find(|(coding, _)| accepts(asked, coding));
        let form = compressed.map_or(&asset.plain, |(_, form)| form);
        let mut answer = if is_known(asked, &form.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut answer = Response::new(Body::from(form.bytes.clone()));
            answer.headers_mut().insert(header::CONTENT_TYPE, asset.content_type.clone());
            if let Some((coding, _)) = compressed {
                answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            answer
        };
        answer.headers_mut().insert(header::ETAG, form.etag.clone());
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        Some(answer)
    }

    /// For an address that names a build.
    pub fn answer_for_good(&self, path: &str, asked: &HeaderMap) -> Response {
        let Some(mut answer) = self.answer(path, asked) else { return StatusCode::NOT_FOUND.into_response() };
        answer.headers_mut().insert(header::CACHE_CONTROL, FOR_GOOD);
        answer
    }
}

impl Form {
    fn new(bytes: &'static [u8]) -> Self {
        let mut etag = String::from('"');
        for byte in Sha256::digest(bytes).iter().take(16) {
            // Writing to a string does not fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        let etag = HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes: Bytes::from_static(bytes), etag }
    }
}

fn content_type(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_raw();
    HeaderValue::from_static(guess.unwrap_or("application/octet-stream"))
}

/// RFC 9110, section 12.5.3. What is not named is not sent.
fn accepts(asked: &HeaderMap, coding: &str) -> bool {
    items(asked, header::ACCEPT_ENCODING).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(coding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// RFC 9110, section 13.1.2: the comparison is the weak one.
fn is_known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    items(asked, header::IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == etag.as_bytes())
}

/// Of a header whose value is a list.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets() -> Assets {
        Assets::new(vec![
            ("index.js", b"something that is long enough"),
            ("index.js.br", b"brotli"),
            ("index.js.gz", b"gzip"),
            ("pkg/a.wasm", b"wasm"),
            ("pkg/a.wasm.br", b"longer than that"),
        ])
    }

    fn asked(headers: &[(HeaderName, &str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn header(answer: &Response, name: HeaderName) -> &str {
        answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn the_best_form_that_is_accepted_is_sent() {
        for (accepted, coding) in [
            ("", ""),
            ("gzip", "gzip"),
            ("gzip, deflate, br, zstd", "br"),
            ("BR;q=1.0", "br"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("identity", ""),
            ("br;q=wrong", ""),
        ] {
            let headers = asked(&[(header::ACCEPT_ENCODING, accepted)]);
            let answer = assets().answer("index.js", &headers).unwrap();
            assert_eq!(header(&answer, header::CONTENT_ENCODING), coding, "{accepted}");
            assert_eq!(header(&answer, header::CONTENT_TYPE), "text/javascript");
            assert_eq!(header(&answer, header::VARY), "accept-encoding");
        }
    }

    #[test]
    fn what_is_longer_compressed_is_sent_as_it_is() {
        let answer = assets().answer_for_good("pkg/a.wasm", &asked(&[(header::ACCEPT_ENCODING, "br")]));
        assert_eq!(header(&answer, header::CONTENT_ENCODING), "");
        assert_eq!(header(&answer, header::CONTENT_TYPE), "application/wasm");
        assert!(header(&answer, header::CACHE_CONTROL).ends_with("immutable"));
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let of = |accepted| asked(&[(header::ACCEPT_ENCODING, accepted)]);
        let etag =
            |accepted| header(&assets().answer("index.js", &of(accepted)).unwrap(), header::ETAG).to_owned();
        let (plain, brotli) = (etag(""), etag("br"));
        assert_ne!(plain, brotli, "each form has its own");
        for (known, status) in [
            (plain.clone(), 304),
            (format!("W/{plain}"), 304),
            (format!("\"other\", {plain}"), 304),
            ("*".to_owned(), 304),
            (brotli, 200),
        ] {
            let answer = assets().answer("index.js", &asked(&[(header::IF_NONE_MATCH, &known)])).unwrap();
            assert_eq!(answer.status().as_u16(), status, "{known}");
            assert_eq!(header(&answer, header::ETAG), plain);
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["", "index", "index.js.br", "pkg", "pkg/", "../index.js"] {
            assert!(assets().answer(path, &HeaderMap::new()).is_none(), "{path}");
        }
        assert_eq!(assets().answer_for_good("pkg/b.js", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }
}
