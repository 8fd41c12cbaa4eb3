//! https: whose certificate is shown, and where http is sent on to it.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use rustls::pki_types::ServerName;

use super::{
    Stop,
    args::{OrOff, parse_listen_or_off},
};

/// As long as a client has for its request.
const HANDSHAKE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct TlsConfig {
    pub source: TlsSource,
    /// A client whose handshake takes longer is gone.
    pub handshake: Duration,
    /// How often it is looked whether there is another certificate.
    pub look_again: Duration,
}

#[derive(Clone, Debug)]
pub enum TlsSource {
    /// Kept in this directory, with an authority of its own; for these names besides those of the machine.
    SelfSigned { directory: PathBuf, names: Vec<ServerName<'static>> },
    /// In PEM: a chain that begins with the certificate itself, and its private key.
    Files { certificate: PathBuf, key: PathBuf },
}

impl From<TlsSource> for TlsConfig {
    fn from(source: TlsSource) -> Self {
        Self { source, handshake: HANDSHAKE, look_again: LOOK_AGAIN }
    }
}

#[derive(clap::Args)]
#[command(next_help_heading = "HTTPS")]
pub(super) struct TlsArgs {
    /// Whether pages come by https, and with which certificate: one that is made and kept here, signed by an authority of its
    /// own which devices can be told to trust, or that of --tls-cert and --tls-key. http on the same port is sent on to it
    #[arg(long, env = "TINCAN_TLS", value_name = "off|self-signed|files", default_value = "off", value_parser = parse_kind)]
    tls: Kind,

    /// A name or an address that a self-signed certificate is for, besides those that this machine knows of itself. May be given
    /// more than once (in the environment: separated by spaces)
    #[arg(long = "tls-name", env = "TINCAN_TLS_NAMES", value_name = "HOST", value_delimiter = ' ')]
    #[arg(value_parser = parse_name)]
    tls_names: Vec<ServerName<'static>>,

    /// File with the certificate and those between it and its authority, in PEM. Read again when it changes
    #[arg(long, env = "TINCAN_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// File with the private key of that certificate, in PEM. Read again when it changes
    #[arg(long, env = "TINCAN_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Address and port that send every request on to https, such as 0.0.0.0:80
    #[arg(long, env = "TINCAN_HTTP_LISTEN", value_name = "ADDRESS|off", default_value = "off")]
    #[arg(value_parser = parse_listen_or_off)]
    http_listen: OrOff,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Off,
    SelfSigned,
    Files,
}

impl TlsArgs {
    /// With the address that sends on to it. `directory` is where a certificate would be kept.
    pub(super) fn read(self, directory: &Path) -> Result<(Option<TlsConfig>, Option<SocketAddr>), Stop> {
        let wrong = |sentence: &str| Err(Stop::Wrong(sentence.to_owned()));
        let kind = self.tls;
        if kind != Kind::SelfSigned && !self.tls_names.is_empty() {
            return wrong("--tls-name is for --tls self-signed: a certificate from files has its names.");
        }
        if kind != Kind::Files && (self.tls_cert.is_some() || self.tls_key.is_some()) {
            return wrong("--tls-cert and --tls-key are for --tls files.");
        }
        let source = match (kind, self.tls_cert, self.tls_key) {
            (Kind::Off, ..) if self.http_listen.0.is_some() => {
                return wrong("--http-listen sends on to https: it needs --tls self-signed or --tls files.");
            }
            (Kind::Off, ..) => return Ok((None, None)),
            (Kind::SelfSigned, ..) => {
                TlsSource::SelfSigned { directory: directory.to_owned(), names: self.tls_names }
            }
            (Kind::Files, Some(certificate), Some(key)) => TlsSource::Files { certificate, key },
            (Kind::Files, ..) => return wrong("--tls files needs both: --tls-cert FILE and --tls-key FILE."),
        };
        Ok((Some(source.into()), self.http_listen.0))
    }
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    match text {
        "self-signed" => Ok(Kind::SelfSigned),
        "files" => Ok(Kind::Files),
        _ => match super::args::parse_switch(text) {
            Ok(super::args::Switch(false)) => Ok(Kind::Off),
            _ => Err("it must be off, self-signed or files".into()),
        },
    }
}

fn parse_name(text: &str) -> Result<ServerName<'static>, String> {
    let bare = text.trim_matches(['[', ']']).to_ascii_lowercase();
    let name = ServerName::try_from(bare).ok().filter(|name| match name {
        ServerName::IpAddress(address) => !IpAddr::from(*address).is_unspecified(),
        _ => true,
    });
    name.ok_or_else(|| "it must be a name or an address without a port, such as phone.example".into())
}
