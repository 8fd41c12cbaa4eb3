//! What whoever starts the program is shown: where the page is, and how a device comes to trust it.

use std::net::{IpAddr, SocketAddr};

use qrcodegen::{QrCode, QrCodeEcc};
use rustls::pki_types::ServerName;

use super::{AUTHORITY, own::Own};

/// Of light modules around the code (ISO 18004).
const MARGIN: i32 = 4;
/// White on black, whatever the terminal has: a code is dark on light.
const COLOURS: (&str, &str) = ("\x1b[97;40m", "\x1b[0m");

pub fn welcome(own: &Own, listening: SocketAddr, in_colour: bool) -> String {
    let addresses = addresses(&own.names(), listening);
    let code = addresses.first().and_then(|address| qr(address, in_colour)).unwrap_or_default();
    let all = addresses.iter().map(|address| format!("  {address}\n")).collect::<String>();
    let first = addresses.first().map_or("", |address| address.trim_end_matches('/'));
    let plain = first.replacen("https:", "http:", 1);
    format!(
        "{code}\nOpen one of these addresses, or scan the code with a phone:\n\n{all}\n\
         Browsers warn of the certificate until the device trusts this server's own authority. Its certificate is at\n\n  \
         {plain}{AUTHORITY}\n\n\
         Install it only if the device shows this SHA-256 fingerprint:\n\n  {}\n\n",
        own.authority().fingerprint()
    )
}

/// Under which others reach the page; those of this machine alone when there are none.
fn addresses(names: &[ServerName<'_>], listening: SocketAddr) -> Vec<String> {
    let is_for_all = !listening.ip().is_loopback();
    let (near, far): (Vec<_>, Vec<_>) = names.iter().partition(|name| is_of_this_machine_alone(name));
    let chosen = if is_for_all && !far.is_empty() { far } else { near };
    let port = if listening.port() == 443 { String::new() } else { format!(":{}", listening.port()) };
    let is_heard = |name: &&&ServerName<'_>| {
        !matches!(name, ServerName::IpAddress(address)
        if IpAddr::from(*address).is_ipv6() && listening.is_ipv4())
    };
    chosen.iter().filter(is_heard).map(|name| format!("https://{}{port}/", host(name))).collect()
}

fn is_of_this_machine_alone(name: &ServerName<'_>) -> bool {
    match name {
        ServerName::IpAddress(address) => IpAddr::from(*address).is_loopback(),
        name => name.to_str() == "localhost",
    }
}

fn host(name: &ServerName<'_>) -> String {
    match name {
        ServerName::IpAddress(address) if IpAddr::from(*address).is_ipv6() => format!("[{}]", name.to_str()),
        name => name.to_str().into_owned(),
    }
}

/// Two rows of modules in each line; light ones are drawn, so that the margin is, too.
fn qr(address: &str, in_colour: bool) -> Option<String> {
    let code = QrCode::encode_text(address, QrCodeEcc::Medium).ok()?;
    let (begin, end) = if in_colour { COLOURS } else { ("", "") };
    let all = -MARGIN..code.size() + MARGIN;
    let line = |y: i32| {
        let modules = all.clone().map(|x| match (code.get_module(x, y), code.get_module(x, y + 1)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        });
        format!("{begin}{}{end}\n", modules.collect::<String>())
    };
    Some(all.clone().step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(listening: &str) -> String {
        let names = ["192.168.1.5", "fd00::5", "box.local", "localhost", "127.0.0.1"];
        let names = names.map(|name| ServerName::try_from(name).unwrap());
        addresses(&names, listening.parse().unwrap()).join(" ")
    }

    #[test]
    fn addresses_are_those_that_others_can_open() {
        assert_eq!(told("0.0.0.0:3000"), "https://192.168.1.5:3000/ https://box.local:3000/");
        assert_eq!(told("[::]:443"), "https://192.168.1.5/ https://[fd00::5]/ https://box.local/");
        assert_eq!(told("127.0.0.1:3000"), "https://localhost:3000/ https://127.0.0.1:3000/");
    }

    #[test]
    fn a_code_has_a_light_margin_and_its_corner() {
        let code = qr("https://192.168.1.5:3000/", false).unwrap();
        let lines: Vec<&str> = code.lines().collect();
        assert!(lines[0].chars().chain(lines[1].chars()).all(|module| module == '█'), "{code}");
        // The finder pattern: seven dark modules, a ring of light ones within.
        assert!(lines[2].starts_with("████ ▄▄▄▄▄ "), "{code}");
        assert!(qr("https://box.local/", true).unwrap().lines().all(|line| line.ends_with("\x1b[0m")));
    }
}
