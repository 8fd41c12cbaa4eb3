//! Which build of the front end this server has. The page loads in several files, the last of them perhaps long
//! after the first; those of two builds must never meet.

use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    path::Path,
};

/// The files that have to fit each other.
const PARTS: [&str; 3] = ["tincan.js", "tincan.wasm", "split_rest.wasm"];

/// The same for the same files, whichever server has them.
pub fn id(package: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    for part in PARTS {
        hasher.write(&fs::read(package.join(part)).unwrap_or_default());
    }
    format!("{:016x}", hasher.finish())
}
