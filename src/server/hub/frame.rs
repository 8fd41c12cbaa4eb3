//! A message written down, as it goes out to one socket or to a thousand.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use flate2::{Compression, write::DeflateEncoder};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};
use tracing::error;

use crate::protocol::{CallId, Payload, PeerId, Presence, ServerFrame, ServerMessage};

/// Shorter texts are not worth the receiver's trouble.
const LEAST_PACKED: usize = 512;

/// Cheap to clone: whoever hears the same shares the same bytes.
#[derive(Clone, Debug)]
pub enum Frame {
    Text(Utf8Bytes),
    /// May go out compressed.
    Presence(Arc<Packable>),
}

/// Compressed by the first socket that wants it so, outside any lock, for all of them.
#[derive(Debug)]
pub struct Packable {
    text: Utf8Bytes,
    packed: OnceLock<Bytes>,
}

impl Frame {
    /// **Only what everybody in the room may know is ever compressed.** A length that depends on a secret and on
    /// text which somebody else chose gives the secret away, bit by bit.
    pub fn write(id: Option<u32>, message: ServerMessage) -> Self {
        let is_presence = matches!(message, ServerMessage::Presence(_));
        let text = write_down(&ServerFrame { id, message });
        if is_presence && text.len() >= LEAST_PACKED {
            Self::Presence(Arc::new(Packable { text: text.into(), packed: OnceLock::new() }))
        } else {
            Self::Text(text.into())
        }
    }

    pub fn text(&self) -> &Utf8Bytes {
        match self {
            Self::Text(text) => text,
            Self::Presence(presence) => &presence.text,
        }
    }

    /// For a client that can inflate, or for one that reads text alone.
    pub fn into_message(self, inflates: bool) -> Message {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Presence(presence) if inflates => Message::Binary(presence.packed()),
            Self::Presence(presence) => Message::Text(presence.text.clone()),
        }
    }
}

fn write_down(frame: &ServerFrame) -> String {
    if let ServerFrame { id: None, message: ServerMessage::Signal { call, from, payload } } = frame {
        return write_signal(*call, *from, payload);
    }
    serde_json::to_string(frame).unwrap_or_else(|error| {
        error!("a message could not be written down: {error}");
        String::new()
    })
}

/// What peers say is long, and most of what is written: the words around it are put there without a serializer, which
/// would move it once more as the text grows.
fn write_signal(call: CallId, from: PeerId, payload: &Payload) -> String {
    let payload = payload.as_str();
    let before = format!(r#"{{"message":{{"signal":{{"call":"{call}","from":"{from}","payload":"#);
    [&before, payload, "}}}"].concat()
}

impl Packable {
    fn packed(&self) -> Bytes {
        self.packed.get_or_init(|| deflate(self.text.as_bytes())).clone()
    }
}

/// Presence that is told to one after the other: written down for the first of all who come in at the same moment.
#[derive(Debug, Default)]
pub struct Told(Vec<(Arc<Presence>, Frame)>);

impl Told {
    pub fn write(&mut self, presence: &Arc<Presence>) -> Frame {
        if let Some((_, frame)) = self.0.iter().find(|(told, _)| Arc::ptr_eq(told, presence)) {
            return frame.clone();
        }
        let frame = Frame::write(None, ServerMessage::Presence((**presence).clone()));
        self.0.push((Arc::clone(presence), frame.clone()));
        frame
    }

    pub fn clear(&mut self) {
        self.0 = Vec::new();
    }
}

/// Raw DEFLATE (RFC 1951).
fn deflate(bytes: &[u8]) -> Bytes {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::default());
    // A vector takes everything.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;
    use crate::protocol::Nickname;

    fn presence(people: u64) -> ServerMessage {
        let joined = (0..people).map(|number| {
            (PeerId::from_random(number), Nickname::parse(&format!("Person {number}")).unwrap())
        });
        ServerMessage::Presence(Presence { joined: joined.collect(), ..Presence::default() })
    }

    fn signal(said: &str) -> ServerMessage {
        let payload = Payload::write(&said).unwrap();
        ServerMessage::Signal { call: CallId::from_random(1), from: PeerId::from_random(1), payload }
    }

    #[test]
    fn a_long_list_is_the_same_in_both_forms_and_shorter_in_one() {
        let frame = Frame::write(None, presence(100));
        let Message::Text(text) = frame.clone().into_message(false) else { panic!("not as text") };
        let Message::Binary(packed) = frame.into_message(true) else { panic!("not compressed") };
        let mut inflated = String::new();
        DeflateDecoder::new(&*packed).read_to_string(&mut inflated).unwrap();
        assert_eq!(inflated, text.as_str());
        assert!(packed.len() * 2 < text.len(), "{} of {}", packed.len(), text.len());
    }

    #[test]
    fn many_receivers_share_what_is_compressed_once() {
        let frame = Frame::write(None, presence(100));
        let [Message::Binary(one), Message::Binary(other)] =
            [frame.clone().into_message(true), frame.into_message(true)]
        else {
            panic!("not compressed")
        };
        assert_eq!(one.as_ptr(), other.as_ptr());
    }

    #[test]
    fn the_same_people_are_written_down_once() {
        let mut told = Told::default();
        let ServerMessage::Presence(people) = presence(100) else { panic!() };
        let people = Arc::new(people);
        let [one, other] = [(); 2].map(|()| told.write(&people));
        assert_eq!(one.text().as_ptr(), other.text().as_ptr());
    }

    #[test]
    fn what_is_short_and_what_peers_say_stays_text() {
        for message in [presence(5), signal(&"x".repeat(10_000))] {
            assert!(Frame::write(None, message).into_message(true).is_text());
        }
    }

    #[test]
    fn what_peers_say_is_written_down_as_any_other_message() {
        for said in ["", "x", "\"\\\n{[\u{202e}é😀"] {
            let message = signal(said);
            let written = serde_json::to_string(&ServerFrame { id: None, message: message.clone() }).unwrap();
            assert_eq!(Frame::write(None, message).text().as_str(), written);
        }
    }
}
