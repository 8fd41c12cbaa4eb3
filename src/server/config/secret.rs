//! What tickets are signed with. Whoever has it can be anybody; nothing shows it.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tracing::warn;

const FILE: &str = "tincan.secret";
const FEWEST_BYTES: usize = 16;
const RANDOM_BYTES: usize = 32;

#[derive(Clone)]
pub struct Secret(Vec<u8>);

#[derive(Clone, Debug)]
pub enum SecretSource {
    Given(Secret),
    /// Kept in a file there, made when there is none.
    Directory(PathBuf),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// # Errors
    /// When it is so short that it could be guessed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.len() < FEWEST_BYTES {
            return Err(format!("it must have at least {FEWEST_BYTES} characters"));
        }
        Ok(Self(text.into()))
    }

    /// What somebody else has chosen, however short it is.
    #[must_use]
    pub fn shared(text: &str) -> Self {
        Self(text.into())
    }

    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()))
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A secret, and whether anybody can hold something that was signed with it.
pub struct Loaded {
    pub secret: Secret,
    pub is_new: bool,
}

impl SecretSource {
    /// # Errors
    /// When the system has no randomness.
    pub fn load(&self) -> io::Result<Loaded> {
        match self {
            Self::Given(secret) => Ok(Loaded { secret: secret.clone(), is_new: false }),
            Self::Directory(directory) => load_or_make(&directory.join(FILE)),
        }
    }
}

fn load_or_make(file: &Path) -> io::Result<Loaded> {
    match fs::read_to_string(file).map(|text| Secret::parse(&text)) {
        Ok(Ok(secret)) => {
            warn_if_open(file);
            return Ok(Loaded { secret, is_new: false });
        }
        Ok(Err(why)) => warn!("{} is no secret ({why}): using a new one that is not kept", file.display()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return make(file),
        Err(error) => {
            warn!("{} cannot be read ({error}): using a new secret that is not kept", file.display())
        }
    }
    Ok(Loaded { secret: Secret::random()?, is_new: true })
}

fn make(file: &Path) -> io::Result<Loaded> {
    let secret = Secret::random()?;
    let options = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    if let Err(error) = options.and_then(|mut file| file.write_all(&secret.0)) {
        warn!(
            "{} cannot be written ({error}): when the server starts again, people have to come in anew. \
             Set --secret or --secret-dir",
            file.display()
        );
    }
    Ok(Loaded { secret, is_new: true })
}

pub fn warn_if_open(file: &Path) {
    let mode = fs::metadata(file).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        warn!("{} can be read by other users of this machine: chmod 600 it", file.display());
    }
}
