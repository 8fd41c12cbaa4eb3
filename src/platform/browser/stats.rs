//! What the browser counts on a connection, put together (W3C WebRTC Statistics).

use std::time::Duration;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MediaStreamTrack, RtcPeerConnection, RtcStatsReport};

use super::{js, reporter::Reporter};
use crate::{
    call::{
        control::Size,
        input::PairEvent,
        quality::{CandidateKind, Route, Sample, Stream, Transport, reached_by_ipv6},
    },
    check::rehearsal::Count,
};

/// How the lines are called that matter here.
pub struct Tracks {
    /// Theirs, by the id of the track.
    pub camera: String,
    pub voice: String,
    /// The own one, by its mid.
    pub own_camera: String,
    /// What it says of itself: Firefox counts nothing before the encoder.
    pub own_size: Option<Size>,
}

/// Reports everything that is counted, once the browser has told.
pub fn measure(connection: &RtcPeerConnection, reporter: &Reporter, tracks: Tracks) {
    let (promise, reporter) = (connection.get_stats(), reporter.clone());
    spawn_local(async move {
        if let Ok(report) = reporter.wait(&promise).await {
            let sample = Report::read(report.unchecked_ref()).sample(&tracks);
            reporter.report(PairEvent::Measured(Box::new(sample)));
        }
    });
}

/// How large a camera's pictures are (W3C Media Capture and Streams, section 4.3.8).
pub fn size_of(track: &MediaStreamTrack) -> Option<Size> {
    let settings = js::call(track, "getSettings", &[]).ok()?;
    Entry(settings).size("width", "height")
}

/// A report's entries.
pub struct Report(Vec<Entry>);

/// One of them. What is not there is nothing.
struct Entry(JsValue);

impl Entry {
    fn text(&self, name: &str) -> Option<String> {
        js::get(&self.0, name).as_string()
    }

    fn is(&self, name: &str, value: &str) -> bool {
        js::get(&self.0, name) == value
    }

    fn number(&self, name: &str) -> Option<f64> {
        js::get(&self.0, name).as_f64().filter(|number| number.is_finite())
    }

    /// Browsers count down now and then: a packet that was lost comes late.
    fn count(&self, name: &str) -> u64 {
        self.number(name).unwrap_or(0.0).max(0.0) as u64
    }

    fn seconds(&self, name: &str) -> Option<Duration> {
        self.number(name).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    fn size(&self, width: &str, height: &str) -> Option<Size> {
        let size = Size { width: self.number(width)? as u32, height: self.number(height)? as u32 };
        (size != Size::default()).then_some(size)
    }
}

impl Report {
    pub fn read(report: &RtcStatsReport) -> Self {
        Self(Array::from(&report.values()).into_iter().map(Entry).collect())
    }

    /// Bytes that have arrived, without the checks that keep a path (section 8.13).
    pub fn received(&self) -> u64 {
        self.bytes("bytesReceived")
    }

    /// Of the transport, which outlives its candidate pairs; Firefox has none, and keeps the pairs.
    fn bytes(&self, name: &str) -> u64 {
        let transport = self.of_kind("transport").find_map(|transport| transport.number(name));
        transport.map_or_else(
            || self.of_kind("candidate-pair").map(|pair| pair.count(name)).sum(),
            |bytes| bytes.max(0.0) as u64,
        )
    }

    /// The candidate pair in use.
    pub fn route(&self) -> Option<Route> {
        let pair = self.pair()?;
        let end = |name: &str| pair.text(name).and_then(|id| self.named(&id));
        let (here, there) = (end("localCandidateId")?, end("remoteCandidateId")?);
        // Browsers leave addresses out, or put a name in their place (RFC 8828), which says nothing of them.
        let is_address = |text: &String| text.contains(['.', ':']) && !text.ends_with(".local");
        let address = [here, there].into_iter().find_map(|end| end.text("address").filter(is_address));
        let kind_here = kind(here)?;
        Some(Route {
            here: kind_here,
            there: kind(there)?,
            transport: transport(here),
            ipv6: match kind_here {
                // Its address there may be of the other family.
                CandidateKind::Relayed => here.text("url").and_then(|url| reached_by_ipv6(&url)),
                _ => address.map(|address| address.contains(':')),
            },
        })
    }

    /// Of a call between two connections of this page.
    pub fn count(&self) -> Count {
        let incoming = |kind: &'static str| self.of_kind("inbound-rtp").filter(move |it| it.is("kind", kind));
        let trip = self.pair().and_then(|pair| pair.seconds("currentRoundTripTime"));
        Count {
            pictures: incoming("video").map(|entry| entry.count("framesDecoded")).sum(),
            sounds: incoming("audio").map(|entry| entry.count("packetsReceived")).sum(),
            bytes: self.received(),
            round_trip: trip.or_else(|| {
                self.of_kind("remote-inbound-rtp").find_map(|entry| entry.seconds("roundTripTime"))
            }),
            route: self.route(),
        }
    }

    fn sample(&self, tracks: &Tracks) -> Sample {
        let pair = self.pair();
        let incoming = || self.of_kind("inbound-rtp");
        let outgoing = || self.of_kind("outbound-rtp");
        let camera = incoming().find(|entry| entry.is("trackIdentifier", &tracks.camera));
        let voice = incoming().find(|entry| entry.is("trackIdentifier", &tracks.voice));
        let own = outgoing().find(|entry| entry.is("mid", &tracks.own_camera));
        let source = own.and_then(|own| own.text("mediaSourceId")).and_then(|id| self.named(&id));
        let told = self.of_kind("remote-inbound-rtp");
        Sample {
            sent: self.bytes("bytesSent"),
            received: self.received(),
            arrived: incoming().map(|entry| entry.count("packetsReceived")).sum(),
            lost: incoming().map(|entry| entry.count("packetsLost")).sum(),
            went: outgoing().map(|entry| entry.count("packetsSent")).sum(),
            lost_there: told.map(|entry| entry.count("packetsLost")).sum(),
            round_trip: pair.and_then(|pair| pair.seconds("currentRoundTripTime")).or_else(|| {
                self.of_kind("remote-inbound-rtp").find_map(|entry| entry.seconds("roundTripTime"))
            }),
            jitter: voice.and_then(|voice| voice.seconds("jitter")),
            frames: camera.map_or(0, |camera| camera.count("framesDecoded")),
            comes: self.stream(camera),
            goes: self.stream(own),
            camera: source.and_then(|source| source.size("width", "height")).or(tracks.own_size),
            sound_codec: self.codec(voice),
            route: self.route(),
        }
    }

    fn stream(&self, entry: Option<&Entry>) -> Stream {
        Stream {
            size: entry.and_then(|entry| entry.size("frameWidth", "frameHeight")),
            codec: self.codec(entry),
        }
    }

    /// Without the kind of media before it.
    fn codec(&self, entry: Option<&Entry>) -> Option<String> {
        let codec = self.named(&entry?.text("codecId")?)?.text("mimeType")?;
        codec.split_once('/').map(|(_, codec)| codec.to_owned())
    }

    fn pair(&self) -> Option<&Entry> {
        let transport = self.of_kind("transport").find_map(|it| it.text("selectedCandidatePairId"));
        transport.as_deref().and_then(|id| self.named(id)).or_else(|| {
            // Firefox has no transport.
            self.of_kind("candidate-pair").find(|pair| js::get(&pair.0, "selected").is_truthy())
        })
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Entry> {
        self.0.iter().filter(move |entry| entry.is("type", kind))
    }

    fn named(&self, id: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.is("id", id))
    }
}

fn kind(candidate: &Entry) -> Option<CandidateKind> {
    match candidate.text("candidateType")?.as_str() {
        "host" => Some(CandidateKind::Host),
        "srflx" => Some(CandidateKind::ServerReflexive),
        "prflx" => Some(CandidateKind::PeerReflexive),
        "relay" => Some(CandidateKind::Relayed),
        _ => None,
    }
}

/// Of a relayed candidate: between here and the relay.
fn transport(candidate: &Entry) -> Transport {
    let text = |name| candidate.text(name).filter(|text| !text.is_empty());
    match text("relayProtocol").or_else(|| text("protocol")).as_deref() {
        Some("tls") => Transport::Tls,
        Some("tcp") => Transport::Tcp,
        _ => Transport::Udp,
    }
}
