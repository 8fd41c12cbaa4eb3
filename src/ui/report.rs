//! How a connection goes, in words: what the screen says, and what somebody copies for whoever helps. No names, no
//! addresses.

use std::{fmt::Write, time::Duration};

use crate::call::{
    attempt::Diagnosis,
    control::Size,
    kinds::{Kind, Kinds},
    quality::{CandidateKind, Point, QualityView, Route, Stream, Transport},
};

/// What the bars say.
#[must_use]
pub const fn bars(bars: u8) -> &'static str {
    match bars {
        0 => "Nothing arrives",
        1 => "Bad",
        2 => "Poor",
        3 => "Good",
        _ => "Very good",
    }
}

/// What is worst, if anything is, when it is shown with so many bars.
#[must_use]
pub fn advice(bars: u8, point: &Point) -> Option<&'static str> {
    let alone = |keep: fn(&Point) -> Point| keep(point).bars() == point.bars();
    match bars {
        _ if bars > 3 || point.bars() > 3 => None,
        0 => Some("Nothing has arrived for a moment. The call looks for another path by itself."),
        _ if alone(|point| Point { round_trip: None, frames: None, ..*point }) => Some(
            "Some of it gets lost on the way: often a weak wireless network. Closer to the router, or by cable, it is better.",
        ),
        _ if alone(|point| Point { loss: 0.0, frames: None, ..*point }) => Some(
            "What you say arrives late: the way is long, or somebody fills the line with something else.",
        ),
        _ => Some("Few pictures arrive: one of the two machines, or the line, has too much to do."),
    }
}

/// How the path runs.
#[must_use]
pub fn route(route: Route) -> String {
    let way = if route.is_relayed() { "Through a relay" } else { "Direct" };
    let transport = match route.transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
        Transport::Tls => "TLS",
    };
    let family = match route.ipv6 {
        Some(true) => ", IPv6",
        Some(false) => ", IPv4",
        None => "",
    };
    format!("{way}, {transport}{family}")
}

const fn candidate(kind: CandidateKind) -> &'static str {
    match kind {
        CandidateKind::Host => "host",
        CandidateKind::ServerReflexive => "server reflexive",
        CandidateKind::PeerReflexive => "peer reflexive",
        CandidateKind::Relayed => "relayed",
    }
}

/// Why no path was found; `name` is the other side.
#[must_use]
pub fn no_path(diagnosis: Diagnosis, name: &str) -> String {
    match diagnosis {
        Diagnosis::Lost => "The line was lost and could not be found again.".into(),
        Diagnosis::NothingHere => "Your browser found no way out of this device.".into(),
        Diagnosis::NothingThere => format!("Nothing has come from the browser of {name}."),
        Diagnosis::NoRelay => {
            "Neither side could reach the other directly, and this server has no relay.".into()
        }
        Diagnosis::RelayUnreachedHere => "The relay could not be reached from your side.".into(),
        Diagnosis::RelayRefusedHere => "The relay was there, but would not take your call.".into(),
        Diagnosis::RelayUnreachedThere => format!("The relay could not be reached from the side of {name}."),
        Diagnosis::RelayUnreachedByBoth => "The relay could not be reached from either side.".into(),
        Diagnosis::NoUdpHere => "Your network let nothing out over UDP.".into(),
        Diagnosis::NoUdpThere => format!("The network of {name} let nothing out over UDP."),
        Diagnosis::RelayCarriesNothing => "Both sides have reached the relay, but did not meet there.".into(),
    }
}

/// What to do about it.
#[must_use]
pub fn way_out(diagnosis: Diagnosis, name: &str) -> String {
    match diagnosis {
        Diagnosis::Lost => "Call again as soon as both networks are back.".into(),
        Diagnosis::NothingHere => {
            "An extension or a setting may keep it from calling: check this device, or try another browser."
                .into()
        }
        Diagnosis::NothingThere => {
            format!("Have {name} load the page again, or try another browser there, then call again.")
        }
        Diagnosis::NoRelay => {
            "Try from another network, such as a phone’s. Whoever runs this server can switch its relay on."
                .into()
        }
        Diagnosis::RelayUnreachedHere | Diagnosis::RelayUnreachedByBoth | Diagnosis::NoUdpHere => {
            "A firewall or a VPN often does that: try from another network, such as your phone’s.".into()
        }
        Diagnosis::RelayUnreachedThere | Diagnosis::NoUdpThere => {
            format!("A firewall or a VPN often does that: have {name} try from another network.")
        }
        Diagnosis::RelayRefusedHere => {
            "Load the page again for new credentials. If that does not help, the relay may be full.".into()
        }
        Diagnosis::RelayCarriesNothing => {
            "Try again. If that does not help, tell whoever runs this server.".into()
        }
    }
}

/// Which ways out one side had, as a list.
#[must_use]
pub fn kinds(kinds: Kinds) -> String {
    let named = Kind::ALL.into_iter().filter(|kind| kinds.has(*kind)).map(kind);
    let named: Vec<&str> = named.collect();
    if named.is_empty() { "nothing".into() } else { named.join(", ") }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::HostIpv4 => "own IPv4 address",
        Kind::HostIpv6 => "own IPv6 address",
        Kind::HostName => "own address behind a name",
        Kind::ServerReflexive => "address as seen from outside",
        Kind::RelayUdp => "relay over UDP",
        Kind::RelayStream => "relay over TCP or TLS",
    }
}

/// How far back the curves go.
#[must_use]
pub fn lately(minutes: u32) -> String {
    if minutes == 1 { "Over the last minute".into() } else { format!("Over the last {minutes} minutes") }
}

/// A picture and how it is written, such as `640 × 480, VP8`.
#[must_use]
pub fn stream(stream: &Stream) -> Option<String> {
    let Size { width, height } = stream.size?;
    let codec = stream.codec.as_ref().map(|codec| format!(", {codec}")).unwrap_or_default();
    Some(format!("{width} × {height}{codec}"))
}

#[must_use]
pub fn bitrate(bits: f64) -> String {
    if bits >= 1e6 { format!("{:.1} Mbit/s", bits / 1e6) } else { format!("{:.0} kbit/s", bits / 1e3) }
}

#[must_use]
pub fn share(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

#[must_use]
pub fn millis(time: f64) -> String {
    format!("{:.0} ms", time * 1e3)
}

/// Everything that was measured, to be pasted somewhere.
#[must_use]
pub fn report(QualityView { bars, points, sample }: &QualityView) -> String {
    let mut text = String::from("Tincan, a call's connection\n");
    let mut line = |name: &str, value: Option<String>| {
        // A string takes everything.
        let _ = writeln!(text, "{name}: {}", value.as_deref().unwrap_or("unknown"));
    };
    line("Quality", bars.map(|bars| format!("{bars} of 4")));
    line("Path", sample.route.map(route));
    line("Candidates", sample.route.map(|it| [candidate(it.here), candidate(it.there)].join(" to ")));
    line("Picture received", stream(&sample.comes));
    line("Picture sent", stream(&sample.goes));
    line("Sound", sample.sound_codec.clone());
    text.push_str(
        "\nseconds ago, received kbit/s, sent kbit/s, loss %, round trip ms, jitter ms, pictures/s\n",
    );
    let now = points.last().map_or(Duration::ZERO, |point| point.at);
    let some = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.0}"));
    let millis = |time: Option<Duration>| some(time.map(|time| time.as_secs_f64() * 1e3));
    for point in points.iter().rev() {
        let _ = writeln!(
            text,
            "{}, {:.0}, {:.0}, {:.1}, {}, {}, {}",
            now.saturating_sub(point.at).as_secs(),
            point.received / 1e3,
            point.sent / 1e3,
            point.loss * 100.0,
            millis(point.round_trip),
            millis(point.jitter),
            some(point.frames),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::quality::Sample;

    const GOOD: Point = Point {
        at: Duration::from_secs(9),
        received: 1_200_000.0,
        sent: 800_000.0,
        loss: 0.0,
        lost_there: 0.0,
        round_trip: Some(Duration::from_millis(40)),
        jitter: None,
        frames: Some(25.0),
    };

    #[test]
    fn advice_is_about_what_is_worst() {
        assert_eq!(advice(4, &GOOD), None);
        for (point, word) in [
            (Point { loss: 0.2, ..GOOD }, "lost"),
            (Point { round_trip: Some(Duration::from_secs(1)), ..GOOD }, "late"),
            (Point { frames: Some(1.0), ..GOOD }, "Few pictures"),
            (Point { frames: Some(1.0), loss: 0.03, ..GOOD }, "Few pictures"),
            (Point { received: 0.0, ..GOOD }, "Nothing"),
        ] {
            assert!(advice(point.bars(), &point).unwrap().contains(word), "{point:?}");
        }
    }

    #[test]
    fn a_report_has_every_point_and_says_what_it_does_not_know() {
        let earlier = Point { at: Duration::from_secs(7), loss: 0.125, ..GOOD };
        let report =
            report(&QualityView { bars: Some(4), points: vec![earlier, GOOD], sample: Sample::default() });
        assert!(report.contains("Quality: 4 of 4\nPath: unknown\n"), "{report}");
        assert!(
            report.ends_with("0, 1200, 800, 0.0, 40, -, 25\n2, 1200, 800, 12.5, 40, -, 25\n"),
            "{report}"
        );
    }

    #[test]
    fn every_failure_says_what_happened_and_what_to_do() {
        for diagnosis in [
            Diagnosis::Lost,
            Diagnosis::NothingHere,
            Diagnosis::NothingThere,
            Diagnosis::NoRelay,
            Diagnosis::RelayUnreachedHere,
            Diagnosis::RelayRefusedHere,
            Diagnosis::RelayUnreachedThere,
            Diagnosis::RelayUnreachedByBoth,
            Diagnosis::NoUdpHere,
            Diagnosis::NoUdpThere,
            Diagnosis::RelayCarriesNothing,
        ] {
            for words in [no_path(diagnosis, "Ada"), way_out(diagnosis, "Ada")] {
                assert!(words.ends_with('.') && words.starts_with(char::is_uppercase), "{words}");
            }
        }
    }

    #[test]
    fn what_a_side_had_is_a_list() {
        assert_eq!(kinds(Kinds::default()), "nothing");
        let two = [Kind::HostIpv4, Kind::RelayUdp].into_iter().collect();
        assert_eq!(kinds(two), "own IPv4 address, relay over UDP");
    }

    #[test]
    fn paths_are_named() {
        let direct = Route {
            here: CandidateKind::Host,
            there: CandidateKind::PeerReflexive,
            transport: Transport::Udp,
            ipv6: Some(false),
        };
        assert_eq!(route(direct), "Direct, UDP, IPv4");
        let relayed =
            Route { there: CandidateKind::Relayed, transport: Transport::Tls, ipv6: None, ..direct };
        assert_eq!(route(relayed), "Through a relay, TLS");
    }
}
