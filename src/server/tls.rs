//! https: which certificate there is, and how it stays good while the server runs.
//!
//! `authority` makes certificates, `own` keeps one that fits this machine, `files` reads what somebody else keeps; `current` is what
//! a handshake asks. Private keys leave this module only to be written into files that nobody else may read.

mod authority;
mod current;
mod files;
mod own;
mod pem;
mod welcome;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustls::{
    ClientConfig, ServerConfig, crypto::CryptoProvider, pki_types::CertificateDer, sign::CertifiedKey,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::{AbortHandle, spawn_blocking},
    time::{MissedTickBehavior, interval},
};
use tokio_rustls::TlsAcceptor;
use tracing::{info, warn};

pub use authority::Authority;
pub use welcome::welcome;

use self::{current::Current, files::Files, own::Own};
use super::config::{Config, TlsSource};

/// What browsers may speak on a connection, best first (RFC 7301).
const ALPN: [&[u8]; 2] = [H2, b"http/1.1"];
pub const H2: &[u8] = b"h2";

/// Where the certificate of our own authority is to be had.
pub const AUTHORITY: &str = "/tincan-ca.crt";

/// Marks a request that came by TLS.
#[derive(Clone, Copy, Debug)]
pub struct ByTls;

/// Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

struct Shared {
    current: Arc<Current>,
    for_people: TlsAcceptor,
    for_relay: TlsAcceptor,
    /// Held for one look, and nobody else wants it meanwhile.
    source: Mutex<Source>,
    authority: Option<CertificateDer<'static>>,
    handshake: Duration,
    look_again: Duration,
}

enum Source {
    Own(Box<Own>),
    Files(Files),
}

impl Source {
    /// What has come in the place of the certificate since the last look.
    fn look(&mut self) -> Result<Option<CertifiedKey>, String> {
        match self {
            Self::Own(own) => own.look(),
            Self::Files(files) => files.look(),
        }
    }
}

/// Dropped, the certificate stays as it is.
pub struct Keeping(AbortHandle);

impl Drop for Keeping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Tls {
    /// `None` when none is wanted.
    ///
    /// # Errors
    /// With a sentence, when there is no certificate to begin with.
    pub fn open(config: &Config) -> Result<Option<Self>, String> {
        let Some(wanted) = &config.tls else { return Ok(None) };
        let (mut source, authority) = match &wanted.source {
            TlsSource::SelfSigned { directory, names } => {
                let own = Own::open(directory, names, config)?;
                let authority = own.authority().certificate().clone();
                (Source::Own(Box::new(own)), Some(authority))
            }
            TlsSource::Files { certificate, key } => (Source::Files(Files::new(certificate, key)), None),
        };
        let first = source.look()?.ok_or("There is no certificate.")?;
        let current = Arc::new(Current::new(first));
        let config = |alpn| server_config(Arc::clone(&current), alpn).map_err(|error| error.to_string());
        Ok(Some(Self(Arc::new(Shared {
            for_people: config(&ALPN)?.into(),
            for_relay: config(&[])?.into(),
            current,
            source: source.into(),
            authority,
            handshake: wanted.handshake,
            look_again: wanted.look_again,
        }))))
    }

    /// Looks again and again whether there is a better certificate; at once on SIGHUP.
    pub fn keep(&self) -> Keeping {
        Keeping(tokio::spawn(keep(self.clone())).abort_handle())
    }

    /// What browsers come in by.
    pub fn for_people(&self) -> &TlsAcceptor {
        &self.0.for_people
    }

    /// What clients of the relay come in by.
    pub fn for_relay(&self) -> &TlsAcceptor {
        &self.0.for_relay
    }

    /// A client whose handshake takes longer is gone.
    pub fn handshake(&self) -> Duration {
        self.0.handshake
    }

    /// Who has signed the certificate, when it is our own.
    pub fn authority(&self) -> Option<&CertificateDer<'static>> {
        self.0.authority.as_ref()
    }

    /// Trusts this very certificate, whatever it is called: for trying whether our own port answers.
    ///
    /// # Errors
    /// When there is no such configuration.
    pub fn trusting_itself(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let builder =
            ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::clone(&self.0.current) as _);
        Ok(Arc::new(builder.with_no_client_auth()))
    }

    /// For whoever starts the program; nothing when the certificate is somebody else's.
    pub fn welcome(&self, listening: SocketAddr, in_colour: bool) -> Option<String> {
        match &*self.source() {
            Source::Own(own) => Some(welcome(own, listening, in_colour)),
            Source::Files(_) => None,
        }
    }

    /// What has become of it, in one line of the log.
    fn look(&self) {
        match self.source().look() {
            Ok(Some(next)) => {
                self.0.current.replace(next);
                info!("there is a new certificate; connections that are open keep theirs");
            }
            Ok(None) => {}
            Err(sentence) => warn!("{sentence} The certificate stays as it was"),
        }
    }

    fn source(&self) -> std::sync::MutexGuard<'_, Source> {
        self.0.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep(tls: Tls) {
    let mut ticks = interval(tls.0.look_again);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut told = signal(SignalKind::hangup()).ok();
    loop {
        let is_told = async {
            match &mut told {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = ticks.tick() => {}
            _ = is_told => {}
        }
        let tls = tls.clone();
        // It reads files.
        let _ = spawn_blocking(move || tls.look()).await;
    }
}

fn server_config(current: Arc<Current>, alpn: &[&[u8]]) -> Result<Arc<ServerConfig>, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(current);
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

fn provider() -> Arc<CryptoProvider> {
    rustls::crypto::ring::default_provider().into()
}
