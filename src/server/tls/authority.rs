//! A certificate authority of this server alone: whoever trusts it trusts every certificate that the server makes for itself.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, Error, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::{
    RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use sha2::{Digest, Sha256};

use super::{pem, provider};
use crate::server::config::warn_if_open;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Trusting one anew on every device is a nuisance.
const OF_AUTHORITY: Duration = DAY.saturating_mul(20 * 365);
/// Apple's systems take no longer ones than 825 days, even of an authority that a person trusts.
const OF_CERTIFICATE: Duration = DAY.saturating_mul(390);
/// So long before its end a certificate is replaced.
const BEFORE_ITS_END: Duration = DAY.saturating_mul(60);
/// The clock of a device may be behind.
const EARLIER: Duration = DAY;

pub struct Authority {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// A certificate and its private key, as they stand in files.
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    /// The one that is kept in this file.
    ///
    /// # Errors
    /// With a sentence, when there is one that cannot be read, or none that could be kept. A new one in its place would have to
    /// be trusted anew by everybody.
    pub fn load_or_make(file: &Path, now: SystemTime) -> Result<Self, String> {
        let name = file.display();
        match fs::read(file) {
            Ok(text) => {
                warn_if_open(file);
                Self::read(&text).map_err(|why| {
                    format!(
                        "{name} is no certificate authority ({why}): put back what was there, or remove it. A new one is made \
                         then, which has to be trusted anew."
                    )
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made =
                    Self::make(now).map_err(|error| format!("No certificate can be made ({error})."))?;
                match pem::keep(file, &made.written()) {
                    Ok(()) => Ok(made),
                    Err(error) => Err(format!(
                        "{name} cannot be written ({error}): choose another directory with --secret-dir."
                    )),
                }
            }
            Err(error) => Err(format!("{name} cannot be read ({error}).")),
        }
    }

    /// # Errors
    /// When the system has no randomness.
    pub fn make(now: SystemTime) -> Result<Self, Error> {
        let key = KeyPair::generate()?;
        let certificate = about(&key, now).self_signed(&key)?.der().clone();
        Ok(Self { certificate, key })
    }

    fn read(text: &[u8]) -> Result<Self, String> {
        let certified = pem::read(text, text)?;
        let certificate = certified.cert.into_iter().next().ok_or("there is no certificate in it")?;
        let key = PrivateKeyDer::from_pem_slice(text).map_err(|_| "there is no private key")?;
        let key = KeyPair::try_from(&key).map_err(|_| "its key is of a kind that is not made here")?;
        Ok(Self { certificate, key })
    }

    fn written(&self) -> String {
        pem::write("PRIVATE KEY", self.key.serialized_der()) + &pem::write("CERTIFICATE", &self.certificate)
    }

    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// As browsers and systems show it: SHA-256 of the certificate.
    pub fn fingerprint(&self) -> String {
        let bytes = Sha256::digest(&self.certificate);
        bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    /// # Errors
    /// When the system has no randomness.
    pub fn issue(&self, names: &[ServerName<'_>], now: SystemTime) -> Result<Issued, Error> {
        let key = KeyPair::generate()?;
        let mut about = CertificateParams::default();
        (about.not_before, about.not_after) = ((now - EARLIER).into(), (now + OF_CERTIFICATE).into());
        about.distinguished_name = called("Tincan");
        about.subject_alt_names = names.iter().filter_map(subject).collect();
        about.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        about.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        about.use_authority_key_identifier_extension = true;
        let issuer = Issuer::new(self::about(&self.key, now), &self.key);
        let certificate = about.signed_by(&key, &issuer)?;
        let key = pem::write("PRIVATE KEY", key.serialized_der());
        Ok(Issued { certificate: pem::write("CERTIFICATE", certificate.der()), key })
    }

    /// Whether a certificate is ours, is good for a while still, and has all of these names. It may have more: a machine that
    /// has lost an address often has it again soon.
    pub fn stands_by(
        &self,
        certificate: &CertificateDer<'_>,
        names: &[ServerName<'_>],
        now: SystemTime,
    ) -> bool {
        let Ok(certificate) = ParsedCertificate::try_from(certificate) else { return false };
        let mut roots = RootCertStore::empty();
        let (Ok(()), Ok(now)) = (roots.add(self.certificate.clone()), now.duration_since(UNIX_EPOCH)) else {
            return false;
        };
        let then = UnixTime::since_unix_epoch(now + BEFORE_ITS_END);
        let algorithms = provider().signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&certificate, &roots, &[], then, algorithms).is_ok()
            && names.iter().all(|name| verify_server_name(&certificate, name).is_ok())
    }
}

/// What an authority with this key says of itself. Its name follows from the key alone, for it stands in each certificate that it
/// has ever signed.
fn about(key: &KeyPair, now: SystemTime) -> CertificateParams {
    let id: String =
        Sha256::digest(key.public_key_raw()).iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    let mut about = CertificateParams::default();
    (about.not_before, about.not_after) = ((now - EARLIER).into(), (now + OF_AUTHORITY).into());
    about.distinguished_name = called(&format!("Tincan authority {id}"));
    about.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    about.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    about
}

fn called(name: &str) -> DistinguishedName {
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, name);
    called
}

fn subject(name: &ServerName<'_>) -> Option<SanType> {
    match name {
        ServerName::IpAddress(address) => Some(SanType::IpAddress((*address).into())),
        ServerName::DnsName(name) => Some(SanType::DnsName(name.as_ref().try_into().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&'static str]) -> Vec<ServerName<'static>> {
        names.iter().map(|name| ServerName::try_from(*name).unwrap()).collect()
    }

    fn issued(authority: &Authority, of: &[&'static str], now: SystemTime) -> CertificateDer<'static> {
        let issued = authority.issue(&names(of), now).unwrap();
        CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap()
    }

    #[test]
    fn a_certificate_is_replaced_for_a_name_that_it_lacks_and_before_its_end() {
        let now = SystemTime::now();
        let authority = Authority::make(now).unwrap();
        let certificate = issued(&authority, &["box", "box.local", "192.168.1.5", "fd00::1"], now);
        let stands =
            |of: &[&'static str], days| authority.stands_by(&certificate, &names(of), now + DAY * days);
        assert!(stands(&["box", "box.local", "192.168.1.5", "fd00::1"], 0));
        assert!(stands(&["BOX", "fd00::1"], 0), "less is no reason");
        for lacks in ["other", "192.168.1.6", "fd00::2", "a.box.local"] {
            assert!(!stands(&["box", lacks], 0), "{lacks}");
        }
        assert!(stands(&["box"], 329) && !stands(&["box"], 331));
        let other = Authority::make(now).unwrap();
        assert!(!other.stands_by(&certificate, &names(&["box"]), now), "another authority");
    }

    #[test]
    fn an_authority_is_kept_and_what_it_signed_stays_good() {
        let folder = std::env::temp_dir().join(format!("tincan-authority-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (file, now) = (folder.join("ca.pem"), SystemTime::now());
        let first = Authority::load_or_make(&file, now).unwrap();
        let again = Authority::load_or_make(&file, now + DAY * 1000).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
        assert!(again.stands_by(&issued(&first, &["box"], now), &names(&["box"]), now));
        assert!(first.stands_by(&issued(&again, &["box"], now), &names(&["box"]), now));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let other = Authority::make(now).unwrap();
        assert_ne!(other.fingerprint(), first.fingerprint());
        for broken in
            ["", "x", &pem::write("CERTIFICATE", first.certificate()), &(other.written() + &first.written())]
        {
            fs::write(&file, broken).unwrap();
            let is_kept =
                Authority::load_or_make(&file, now).map(|found| found.fingerprint() == other.fingerprint());
            assert!(matches!(is_kept, Err(_) | Ok(true)), "{broken}");
            assert_eq!(fs::read_to_string(&file).unwrap(), broken, "nothing is overwritten");
        }
        fs::remove_dir_all(&folder).unwrap();
        let nowhere = Authority::load_or_make(&file, now).err().unwrap();
        assert!(nowhere.contains("--secret-dir"), "{nowhere}");
    }
}
