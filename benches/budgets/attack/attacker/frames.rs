//! Frames by hand (RFC 6455, section 5.2), masked with zeros, which change nothing.

pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const PING: u8 = 0x9;
/// The message ends with this frame.
pub const LAST: u8 = 0x80;
/// As much as fits into a length of two bytes, and as the server takes.
pub const MOST: u16 = u16::MAX;

/// What stands before so many bytes.
pub fn header(kind: u8, bytes: u16) -> Vec<u8> {
    let mut header = vec![kind, 0x80 | 126];
    header.extend(bytes.to_be_bytes());
    header.extend([0; 4]);
    header
}

/// For what nobody should take.
pub fn long_header(kind: u8, bytes: u64) -> Vec<u8> {
    let mut header = vec![kind, 0x80 | 127];
    header.extend(bytes.to_be_bytes());
    header.extend([0; 4]);
    header
}

/// Of at most 125 bytes, as control frames are.
pub fn short(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![kind, 0x80 | u8::try_from(content.len()).unwrap_or(125)];
    frame.extend([0; 4]);
    frame.extend(content.iter().take(125));
    frame
}

pub fn frame(kind: u8, content: &str) -> Vec<u8> {
    let mut frame = header(kind | LAST, u16::try_from(content.len()).unwrap_or(MOST));
    frame.extend(content.bytes().take(usize::from(MOST)));
    frame
}
