//! A link as a QR code, for a phone's camera.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// The quiet zone that ISO/IEC 18004 asks for, in modules.
const QUIET: i32 = 4;

#[component]
pub fn Qr(link: String, label: &'static str) -> impl IntoView {
    QrCode::encode_text(&link, QrCodeEcc::Medium).ok().map(|code| {
        let size = code.size() + 2 * QUIET;
        view! {
            <svg class="qr" role="img" aria-label=label viewBox=format!("0 0 {size} {size}")>
                <path d=path(&code)/>
            </svg>
        }
    })
}

/// One stroke for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if run > 0 {
                let (left, top) = (x + QUIET, y + QUIET);
                _ = write!(path, "M{left} {top}h{run}v1h-{run}z");
            }
            x += run + 1;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_draws_the_modules_of_the_code() {
        let code = QrCode::encode_text("http://localhost:3000/r/k7qm-0xpd-1wzt", QrCodeEcc::Medium).unwrap();
        let path = path(&code);
        assert!(path.starts_with("M4 4h7v1h-7z"), "the finder pattern's first row");
    }
}
