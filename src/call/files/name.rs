//! The name of a file, made safe: whatever came in, it is one that can be shown, and be given to a disk.

use std::{fmt, sync::Arc};

/// In bytes: what any disk takes, with room for a ` (1)`.
const NAME_MOST: usize = 200;
/// Of what stands behind the last dot.
const ENDING_MOST: usize = 20;

/// Names that are devices on Windows, whatever ending they have.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(Arc<str>);

impl FileName {
    /// Takes any text: of a path the last part, without anything that is not for the eye or not for a disk.
    #[must_use]
    pub fn from_anything(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = last.chars().filter(|c| !is_hidden(*c)).map(plain).collect();
        // Windows drops dots and spaces at the end; with one in front a file is hidden elsewhere.
        let name = name.trim().trim_end_matches(['.', ' ']).trim_start_matches('.').trim_start();
        let mut name = shortened(name);
        if name.is_empty() {
            name.push_str("file");
        }
        if is_device(&name) {
            name.insert(0, '_');
        }
        Self(name.into())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Controls, and what is not seen itself but changes how the rest is read: `invoice\u{202e}fdp.exe` looks like a PDF.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

/// What some disk does not take in a name, and spaces of all kinds.
const fn plain(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        c => c,
    }
}

/// The ending stays: it says what kind of file it is.
fn shortened(name: &str) -> String {
    if name.len() <= NAME_MOST {
        return name.to_owned();
    }
    let ending = name.rfind('.').and_then(|dot| name.get(dot..)).filter(|ending| ending.len() <= ENDING_MOST);
    let ending = ending.unwrap_or_default();
    let mut cut = NAME_MOST - ending.len();
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    [name.get(..cut).unwrap_or_default().trim_end(), ending].concat()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = stem.strip_suffix(|last: char| last.is_ascii_digit() || matches!(last, '¹' | '²' | '³'));
    DEVICES.iter().any(|device| match *device {
        "com" | "lpt" => numbered == Some(device),
        _ => stem == *device,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(text: &str) -> String {
        FileName::from_anything(text).to_string()
    }

    #[test]
    fn a_good_name_stays_as_it_is() {
        for name in ["holiday.jpg", "Ärger mit Ü.tar.gz", "写真 2.heic", "README", "a.b"] {
            assert_eq!(safe(name), name);
        }
    }

    #[test]
    fn a_path_is_none() {
        assert_eq!(safe("../../etc/passwd"), "passwd");
        assert_eq!(safe("C:\\Windows\\system32\\calc.exe"), "calc.exe");
        assert_eq!(safe("/"), "file");
        assert_eq!(safe(".."), "file");
    }

    #[test]
    fn what_cannot_be_seen_does_not_hide_an_ending() {
        assert_eq!(safe("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(safe("a\u{0}b\nc\u{200f}\u{feff}.txt"), "abc.txt");
        assert_eq!(safe("photo.jpg\u{a0}\u{3000}.exe"), "photo.jpg  .exe");
    }

    #[test]
    fn no_disk_stumbles_over_it() {
        assert_eq!(safe("a<b>:\"|?*.txt"), "a_b______.txt");
        assert_eq!(safe("CON"), "_CON");
        assert_eq!(safe("nul.txt"), "_nul.txt");
        assert_eq!(safe("Lpt1.doc"), "_Lpt1.doc");
        assert_eq!(safe("complete.doc"), "complete.doc");
        assert_eq!(safe("comb.doc"), "comb.doc");
        assert_eq!(safe(".bashrc"), "bashrc");
        assert_eq!(safe("end. . ."), "end");
        assert_eq!(safe("   "), "file");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = safe(&["ä".repeat(500), ".jpeg".into()].concat());
        assert!(name.len() <= NAME_MOST && name.ends_with("ä.jpeg"), "{name}");
        assert!(safe(&".x".repeat(5_000)).len() <= NAME_MOST);
        assert!(safe(&["a.", &"b".repeat(5_000)].concat()).len() <= NAME_MOST);
    }
}
