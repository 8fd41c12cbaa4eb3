//! A certificate that somebody else keeps, such as a client of ACME: two files, read again when they have changed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};

use super::pem;

pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// Of what was read last, good or not: what is wrong is said once.
    seen: Option<Seen>,
}

type Seen = Result<[u8; 32], String>;

impl Files {
    pub fn new(certificate: &Path, key: &Path) -> Self {
        Self { certificate: certificate.to_owned(), key: key.to_owned(), seen: None }
    }

    /// # Errors
    /// With a sentence, once for each change.
    pub fn look(&mut self) -> Result<Option<CertifiedKey>, String> {
        let read = self.read();
        let seen = read.as_ref().map(digest).map_err(Clone::clone);
        if self.seen.as_ref() == Some(&seen) {
            return Ok(None);
        }
        self.seen = Some(seen);
        let (certificate, key) = read?;
        match pem::read(&certificate, &key) {
            Ok(certified) => Ok(Some(certified)),
            Err(why) => Err(format!("{} and {}: {why}.", self.certificate.display(), self.key.display())),
        }
    }

    fn read(&self) -> Result<(Vec<u8>, Vec<u8>), String> {
        let read = |flag: &str, file: &Path| {
            fs::read(file).map_err(|error| format!("{flag}: {} cannot be read ({error}).", file.display()))
        };
        Ok((read("--tls-cert", &self.certificate)?, read("--tls-key", &self.key)?))
    }
}

fn digest((certificate, key): &(Vec<u8>, Vec<u8>)) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [certificate, key] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{super::Authority, *};

    fn issued() -> (String, String) {
        let (name, now) = ("phone.example".try_into().unwrap(), SystemTime::now());
        let issued = Authority::make(now).and_then(|authority| authority.issue(&[name], now)).unwrap();
        (issued.certificate, issued.key)
    }

    #[test]
    fn files_are_taken_when_they_change_and_only_whole() {
        let folder = std::env::temp_dir().join(format!("tincan-tls-files-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let mut files = Files::new(&certificate, &key);
        assert!(files.look().unwrap_err().starts_with("--tls-cert: "), "nothing is there");
        let ((chain, own), (other_chain, other)) = (issued(), issued());
        fs::write(&certificate, &chain).unwrap();
        assert!(files.look().unwrap_err().starts_with("--tls-key: "), "half is there");
        fs::write(&key, &own).unwrap();
        assert!(files.look().unwrap().is_some());
        assert!(files.look().unwrap().is_none(), "nothing has changed");
        fs::write(&certificate, &other_chain).unwrap();
        assert!(files.look().unwrap_err().contains("belongs to another"), "half has changed");
        assert!(files.look().unwrap().is_none(), "it is said once");
        fs::write(&key, &other).unwrap();
        let shown = files.look().unwrap().unwrap().cert;
        assert_eq!(shown, pem::read(other_chain.as_bytes(), other.as_bytes()).unwrap().cert);
        fs::remove_dir_all(&folder).unwrap();
    }
}
