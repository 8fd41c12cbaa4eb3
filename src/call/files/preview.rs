//! A small picture of a picture. What comes from the other side is not for a decoder of pictures to work on, nor for
//! a few bytes to become a picture that fills the memory: so it is bare pixels, and few of them.

use serde::{Deserialize, Deserializer, Serialize, de};

/// Pixels on each side, at most.
pub const PREVIEW_SIDE: u32 = 64;

/// Pixels, row by row from the top, each as its blue, green and red byte; in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// A multiple of 4: rows of such pixels need no padding, in base64 or in a bitmap.
    width: u32,
    height: u32,
    pixels: String,
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The headers of a bitmap file and of its picture (BITMAPFILEHEADER, BITMAPINFOHEADER).
const HEADERS: u32 = 14 + 40;

impl Preview {
    /// From pixels with four bytes each (red, green, blue and one more), as a canvas gives them.
    #[must_use]
    pub fn of(width: u32, height: u32, pixels: &[u8]) -> Option<Self> {
        let colours = pixels.chunks_exact(4);
        let turned: Vec<u8> = colours
            .filter_map(|pixel| Some([*pixel.get(2)?, *pixel.get(1)?, *pixel.first()?]))
            .flatten()
            .collect();
        Self::new(width, height, base64(&turned))
    }

    fn new(width: u32, height: u32, pixels: String) -> Option<Self> {
        let side = 1..=PREVIEW_SIDE;
        let fits = side.contains(&width) && side.contains(&height) && width.is_multiple_of(4);
        // Three bytes are four digits.
        let whole = pixels.len() as u64 == u64::from(width) * u64::from(height) * 4;
        (fits && whole && pixels.bytes().all(|digit| DIGITS.contains(&digit))).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// As the address of a bitmap, for an image element.
    #[must_use]
    pub fn address(&self) -> String {
        let size = HEADERS + self.width * self.height * 3;
        let mut head = Vec::with_capacity(HEADERS as usize);
        head.extend(b"BM");
        // A negative height: the first row is the top one.
        let height = self.height.wrapping_neg();
        for number in [size, 0, HEADERS, 40, self.width, height] {
            head.extend(number.to_le_bytes());
        }
        // One plane of 24 bits, not compressed; the rest may be 0.
        head.extend([1, 0, 24, 0]);
        head.resize(HEADERS as usize, 0);
        ["data:image/bmp;base64,", &base64(&head), &self.pixels].concat()
    }
}

impl<'de> Deserialize<'de> for Preview {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            width: u32,
            height: u32,
            pixels: String,
        }
        let Wire { width, height, pixels } = Wire::deserialize(deserializer)?;
        Self::new(width, height, pixels).ok_or_else(|| de::Error::custom("expected a small picture"))
    }
}

/// For a multiple of three bytes; whatever is left over is left out (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    let groups =
        bytes.chunks_exact(3).map(|three| three.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)));
    let digits = groups.flat_map(|group| [18, 12, 6, 0].map(|shift| group >> shift & 63));
    digits.filter_map(|digit| DIGITS.get(digit as usize).map(|digit| char::from(*digit))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_base64() {
        assert_eq!(base64(b"Tincan"), "VGluY2Fu");
        assert_eq!(base64(&[0xfb, 0xef, 0xff]), "++//");
    }

    #[test]
    fn a_preview_survives_the_wire() {
        let preview = Preview::of(4, 1, &[1, 2, 3, 255].repeat(4)).unwrap();
        let text = serde_json::to_string(&preview).unwrap();
        assert_eq!(text, r#"{"width":4,"height":1,"pixels":"AwIBAwIBAwIBAwIB"}"#);
        assert_eq!(serde_json::from_str::<Preview>(&text).unwrap(), preview);
    }

    #[test]
    fn the_largest_one_fits_into_a_message() {
        let preview = Preview::of(64, 64, &[0; 64 * 64 * 4]).unwrap();
        assert!(preview.address().len() < 20_000);
    }

    #[test]
    fn what_is_no_preview_is_none() {
        for (width, height, pixels) in
            [(0, 0, 0), (3, 1, 12), (4, 1, 15), (4, 1, 17), (68, 1, 272), (4, 65, 1040), (u32::MAX - 3, 4, 0)]
        {
            assert_eq!(Preview::new(width, height, "A".repeat(pixels)), None, "{width} x {height}");
        }
        assert_eq!(Preview::new(4, 1, "\"><img src=x>AAA".into()), None);
    }
}
