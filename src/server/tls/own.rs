//! A certificate that this server makes for itself, and replaces when it no longer fits.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rustls::{
    pki_types::{CertificateDer, ServerName},
    sign::CertifiedKey,
};
use tracing::warn;

use super::{Authority, pem};
use crate::server::config::Config;
use crate::server::machine::Machine;

const AUTHORITY: &str = "tincan-ca.pem";
const CERTIFICATE: &str = "tincan-tls.pem";

pub struct Own {
    authority: Authority,
    file: PathBuf,
    listening: IpAddr,
    /// Names besides those that the machine knows of itself.
    more: Vec<ServerName<'static>>,
    shown: Option<CertificateDer<'static>>,
}

impl Own {
    /// # Errors
    /// With a sentence, when there is no authority that could be kept.
    pub fn open(directory: &Path, names: &[ServerName<'static>], config: &Config) -> Result<Self, String> {
        let authority = Authority::load_or_make(&directory.join(AUTHORITY), SystemTime::now())?;
        let relay = config.relay.host.as_deref().map(|host| host.trim_matches(['[', ']']).to_owned());
        let relay = relay.and_then(|host| ServerName::try_from(host).ok());
        Ok(Self {
            authority,
            file: directory.join(CERTIFICATE),
            listening: config.listen.ip(),
            more: names.iter().cloned().chain(relay).collect(),
            shown: None,
        })
    }

    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Those first that others use.
    pub fn names(&self) -> Vec<ServerName<'static>> {
        Machine::look().names(self.listening, &self.more)
    }

    /// The certificate that is kept, the first time, as long as it fits; else a new one.
    ///
    /// # Errors
    /// With a sentence.
    pub fn look(&mut self) -> Result<Option<CertifiedKey>, String> {
        let (names, now) = (self.names(), SystemTime::now());
        let fits = |shown: &CertificateDer<'_>| self.authority.stands_by(shown, &names, now);
        let next = match &self.shown {
            Some(shown) if fits(shown) => return Ok(None),
            Some(_) => self.make(&names, now)?,
            None => match self.kept().filter(|kept| kept.cert.first().is_some_and(fits)) {
                Some(kept) => kept,
                None => self.make(&names, now)?,
            },
        };
        self.shown = next.cert.first().cloned();
        Ok(Some(next))
    }

    fn kept(&self) -> Option<CertifiedKey> {
        let text = fs::read(&self.file).ok()?;
        pem::read(&text, &text).ok()
    }

    fn make(&self, names: &[ServerName<'_>], now: SystemTime) -> Result<CertifiedKey, String> {
        let issued = self.authority.issue(names, now);
        let issued = issued.map_err(|error| format!("No certificate can be made ({error})."))?;
        let text = issued.key + &issued.certificate;
        if let Err(error) = pem::keep(&self.file, &text) {
            warn!(
                "{} cannot be written ({error}): the next start makes another certificate",
                self.file.display()
            );
        }
        pem::read(text.as_bytes(), text.as_bytes())
    }
}
