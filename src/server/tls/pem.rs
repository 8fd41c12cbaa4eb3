//! Certificates and keys as text (RFC 7468).

use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use super::provider;

/// Characters in a line (RFC 7468, section 2).
const LINE: usize = 64;

pub fn write(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = STANDARD.encode(der);
    let mut rest = encoded.as_str();
    while let Some((line, after)) = rest.split_at_checked(LINE) {
        text.extend([line, "\n"]);
        rest = after;
    }
    if !rest.is_empty() {
        text.extend([rest, "\n"]);
    }
    text + &format!("-----END {label}-----\n")
}

/// A chain, beginning with the certificate itself, and the key that belongs to it.
///
/// # Errors
/// With what is wrong.
pub fn read(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>();
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or("there is no certificate in it")?;
    // What is wrong with a key is not said: nothing of it may be shown.
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "there is no private key")?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => "the private key belongs to another certificate".to_owned(),
        _ => "certificate or private key are of a kind that is not known here".to_owned(),
    })
}

/// For its owner only, and whole or not at all.
pub fn keep(file: &Path, text: &str) -> io::Result<()> {
    let fresh = file.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut writing = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    writing.write_all(text.as_bytes())?;
    writing.sync_all()?;
    fs::rename(&fresh, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for length in [0, 1, 47, 48, 49, 200] {
            let bytes: Vec<u8> = (0..length).collect();
            let text = write("CERTIFICATE", &bytes);
            assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
            assert_eq!(CertificateDer::from_pem_slice(text.as_bytes()).unwrap().as_ref(), bytes);
        }
    }

    #[test]
    fn a_complaint_shows_nothing_of_a_key() {
        let key = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        for (chain, key) in [("", key), (write("CERTIFICATE", b"x").as_str(), key), (key, "")] {
            let complaint = read(chain.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(!complaint.contains("c2Vj") && !complaint.contains("secret"), "{complaint}");
        }
    }
}
