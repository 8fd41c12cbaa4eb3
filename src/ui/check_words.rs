//! What the doctor says: for each line what was found and what to do about it, the verdict, and a text to copy. No names,
//! no addresses.

use std::{fmt::Write, time::Duration};

use super::{report, words};
use crate::{
    call::{control::Size, local::DeviceKind},
    check::{
        Phase, View,
        finding::{Finding, Line, State},
        rehearsal::Outcome,
        server::Reached,
        verdict::{Obstacle, Part, Reach, Verdict},
    },
};

/// Lines that belong together, under a heading.
pub const GROUPS: [(&str, &[Line]); 4] = [
    ("This page", &[Line::Secure, Line::Browser, Line::Server]),
    ("Your devices", &[Line::Camera, Line::Microphone, Line::Speaker]),
    (
        "Ways out of your network",
        &[
            Line::HostIpv4,
            Line::HostIpv6,
            Line::HostName,
            Line::Reflexive,
            Line::RelayUdp,
            Line::RelayTcp,
            Line::RelayTls,
        ],
    ),
    ("A call with yourself", &[Line::DirectCall, Line::RelayedCall]),
];

#[must_use]
pub const fn label(line: Line) -> &'static str {
    match line {
        Line::Secure => "Secure page",
        Line::Browser => "Browser",
        Line::Camera => "Camera",
        Line::Microphone => "Microphone",
        Line::Speaker => "Speaker",
        Line::Server => "Way to the server",
        Line::HostIpv4 => "Own IPv4 address",
        Line::HostIpv6 => "Own IPv6 address",
        Line::HostName => "Hidden address",
        Line::Reflexive => "Address from outside",
        Line::RelayUdp => "Relay over UDP",
        Line::RelayTcp => "Relay over TCP",
        Line::RelayTls => "Relay over TLS",
        Line::DirectCall => "Direct",
        Line::RelayedCall => "Through the relay",
    }
}

#[must_use]
pub const fn state(state: State) -> &'static str {
    match state {
        State::Waiting => "Waiting",
        State::Running => "Running",
        State::Passes => "Passes",
        State::Warns => "Warning",
        State::Fails => "Fails",
        State::Absent => "Not there",
    }
}

/// What was found, and what to do about it; nothing as long as there is nothing to say.
#[must_use]
pub fn finding(finding: &Finding) -> String {
    match *finding {
        Finding::Waiting => String::new(),
        Finding::Secure => "Browsers let this page use a camera and a microphone.".into(),
        Finding::Insecure => "This address is not secure, so no browser opens a camera or a microphone on \
                              it. Ask for the https address of this server."
            .into(),
        Finding::CanCall => "This browser can make calls.".into(),
        Finding::CannotCall => "This browser cannot make calls, or an extension keeps it from that. Try a \
                                current Firefox, Chrome, Edge or Safari."
            .into(),
        Finding::Asked(kind) => {
            format!(
                "Your browser asks whether this page may use the {}. Please allow it there.",
                device(kind)
            )
        }
        Finding::Unanswered(kind) => format!(
            "The browser’s question about the {} was not answered. Check again, and allow it.",
            device(kind)
        ),
        Finding::Device(kind, problem) => {
            format!("{}. {}", words::trouble(words::Devices::One(kind), problem), words::remedy(problem))
        }
        Finding::AwaitingPicture => "It is open. Waiting for a picture…".into(),
        Finding::Picture(Size { width, height }) => format!("It shows a picture of {width} × {height}."),
        Finding::NoPicture => {
            "It is open, but no picture comes. Is it covered by a switch, or busy in another \
                               program? Plug it in again, or choose another one."
                .into()
        }
        Finding::Listening => "It is open. Say something…".into(),
        Finding::Sound => "It hears you.".into(),
        Finding::Silence => {
            "It is open, but hears nothing at all. Look for a mute switch on it, and for its \
                             volume in the system’s settings."
                .into()
        }
        Finding::TonePlayed => "Did you hear it?".into(),
        Finding::ToneHeard => "You hear what others say.".into(),
        Finding::ToneUnheard => "Turn up the volume of this device, and look at which speaker its system, \
                                 or this page’s settings, have chosen."
            .into(),
        Finding::AskingServer => "Asking the server…".into(),
        Finding::Server(reached) => server(reached, finding.state()),
        Finding::Searching => "Looking for it…".into(),
        Finding::There(line) => there(line).into(),
        Finding::Hidden => "Your browser hides it behind a name.".into(),
        Finding::NotHidden => "Your browser shows your addresses to those you call.".into(),
        Finding::OnlyIpv6 => "There is none. People who have IPv6 are reached.".into(),
        Finding::NoIpv6 => "There is none. Calls do without it.".into(),
        Finding::NoHost => "Your browser offers no address of its own, often because of an extension or a \
                            policy. People on your own network are not reached directly."
            .into(),
        Finding::NoReflexive => {
            "Nothing came back over UDP, so nobody outside of your network can reach you \
                                 directly. A firewall or a VPN often does that."
                .into()
        }
        Finding::SameOutside => "It is the same outside and inside.".into(),
        Finding::NobodyToAsk => {
            "This server names nobody who could tell it. Only people on your own network \
                                 are reached directly."
                .into()
        }
        Finding::NotOffered => "This server offers none.".into(),
        Finding::RelayUnreached(line) => unreached(line).into(),
        Finding::OtherRelayOnly(line) => other_relay(line).into(),
        Finding::Rehearsing => "A made-up picture and a tone go out and come back…".into(),
        Finding::Rehearsed(outcome) => rehearsed(outcome),
    }
}

const fn device(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Camera => "camera",
        DeviceKind::Microphone => "microphone",
    }
}

fn server(reached: Reached, state: State) -> String {
    match reached {
        Reached::In(trip) if state == State::Warns => {
            format!("There and back takes {}, which is slow: ringing comes late.", millis(trip))
        }
        Reached::In(trip) => format!("There and back takes {}.", millis(trip)),
        Reached::Refused(code) => words::problem(code).into(),
        Reached::Silent => {
            "The server let you in and fell silent. A proxy or a firewall may hold back what it says.".into()
        }
        Reached::Not => "The server could not be reached. A proxy or a firewall may not let WebSockets \
                         through: try another network."
            .into(),
    }
}

const fn there(line: Line) -> &'static str {
    match line {
        Line::HostIpv4 | Line::HostIpv6 => "People on your own network are reached directly.",
        Line::HostName => {
            "Your browser hides your addresses behind a name, which only your own network knows."
        }
        Line::Reflexive => "Most people outside of your network are reached directly.",
        Line::RelayUdp => "The relay is reached where there is no direct path.",
        Line::RelayTcp => "The relay is reached from networks without UDP, too.",
        _ => "The relay is reached from networks that let nothing but secure pages through, too.",
    }
}

const fn unreached(line: Line) -> &'static str {
    match line {
        Line::RelayUdp => {
            "The relay gave no answer over UDP. A firewall or a VPN may keep it away: try another network."
        }
        Line::RelayTcp => {
            "The relay gave no answer over TCP. Its port may be closed here, or on the server’s side."
        }
        _ => "The relay gave no answer over TLS. Its port may be closed here, or on the server’s side.",
    }
}

const fn other_relay(line: Line) -> &'static str {
    match line {
        Line::RelayUdp => {
            "Your network lets nothing out over UDP. The relay is reached in another way, and calls take longer."
        }
        Line::RelayTcp => {
            "The relay is not reached over TCP. Here another way is open; it is missed where UDP is not."
        }
        _ => {
            "The relay is not reached over TLS. Here another way is open; it is missed in stricter networks."
        }
    }
}

fn rehearsed(outcome: Outcome) -> String {
    match outcome {
        Outcome::Works(measured) => {
            let path = measured.route.map(|route| format!("{}. ", report::route(route)));
            let trip = measured.round_trip.map(|trip| format!(", there and back in {}", millis(trip)));
            let speed = report::bitrate(measured.bits);
            format!(
                "{}Picture and sound come back, with {speed}{}.",
                path.unwrap_or_default(),
                trip.unwrap_or_default()
            )
        }
        Outcome::NoConnection => {
            "No connection came about. An extension, a VPN or a firewall may keep it away.".into()
        }
        Outcome::NothingArrives => "It was connected, but neither picture nor sound came back.".into(),
        Outcome::NoPicture => "Sound came back, but no picture. Has this device too much to do?".into(),
        Outcome::NoSound => "The picture came back, but no sound.".into(),
        Outcome::NoWay => "There is no relay that could be tried.".into(),
    }
}

fn millis(time: Duration) -> String {
    match time.as_millis() {
        0 => "less than 1 ms".into(),
        millis => format!("{millis} ms"),
    }
}

/// What it all means, in a few words.
#[must_use]
pub const fn verdict(reach: Reach) -> &'static str {
    match reach {
        Reach::Anyone => "You can call anyone",
        Reach::ThroughRelay => "Calls will go through the relay",
        Reach::Most => "You can call most people",
        Reach::ThisNetworkOnly => "You can call people on this network only",
        Reach::Nobody(Obstacle::Browser) => "This browser cannot make calls",
        Reach::Nobody(Obstacle::Server) => "The server is out of reach",
        Reach::Nobody(Obstacle::NoWayOut | Obstacle::NothingPasses) => "Your network blocks calls",
    }
}

/// What to do about it.
#[must_use]
pub const fn advice(reach: Reach) -> &'static str {
    match reach {
        Reach::Anyone => "Directly where that is possible, and through the relay everywhere else.",
        Reach::ThroughRelay => "Nothing else leads out of your network. They may take a little longer.",
        Reach::Most => {
            "Those whose network lets a direct call through. For the others there is no relay that is reached from here."
        }
        Reach::ThisNetworkOnly => {
            "No way out of it was found. Try another network, or ask whoever runs this server for a relay."
        }
        Reach::Nobody(Obstacle::Browser) => "Try another one, or without extensions.",
        Reach::Nobody(Obstacle::Server) => {
            "Nobody can be called without it. The line below says what may be wrong."
        }
        Reach::Nobody(Obstacle::NoWayOut) => {
            "The browser found no way out at all. Try without extensions and VPN, or on another network."
        }
        Reach::Nobody(Obstacle::NothingPasses) => {
            "Not even a call of this page with itself went through. Try without extensions and VPN, or on another network."
        }
    }
}

/// What others get of this person, when it is not all.
#[must_use]
pub const fn part(part: Part) -> Option<&'static str> {
    match part {
        Part::Full => None,
        Part::Unseen => Some("Nobody will see you: look at the camera below."),
        Part::Unheard => Some("Nobody will hear you: look at the microphone below."),
        Part::Neither => Some("Nobody will see or hear you: look at camera and microphone below."),
    }
}

/// What is going on, over all lines.
#[must_use]
pub fn headline(view: &View) -> &'static str {
    match (view.phase, view.verdict) {
        (_, Some(Verdict { reach, .. })) => verdict(reach),
        (Phase::Running, None) => "Checking…",
        (Phase::Stopped, None) => "Stopped",
        (Phase::Idle | Phase::Done, None) => "Can this device make calls?",
    }
}

/// Under the headline.
#[must_use]
pub fn lead(view: &View) -> String {
    match (view.phase, view.verdict) {
        (_, Some(verdict)) => {
            let (advice, part) = (advice(verdict.reach), part(verdict.part));
            [Some(advice), part].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        (Phase::Running, None) => "This takes half a minute, or a little longer.".into(),
        (Phase::Stopped, None) => "Camera, microphone and all connections are closed.".into(),
        (Phase::Idle | Phase::Done, None) => {
            "Camera, microphone, the way to the server and the ways out of your network are tried one after \
             the other. Your browser will ask for the camera and the microphone. Nobody sees or hears you."
                .into()
        }
    }
}

/// Everything that was found, to be pasted somewhere.
#[must_use]
pub fn report(view: &View) -> String {
    let mut text = String::from("Tincan, a check of a device\n");
    // A string takes everything.
    let _ = writeln!(text, "{}. {}", headline(view), lead(view));
    for (heading, lines) in GROUPS {
        let _ = writeln!(text, "\n{heading}");
        for line in lines {
            let found = view.finding(*line);
            let _ = writeln!(text, "- {}: {}. {}", label(*line), state(found.state()), finding(&found));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{
            local::DeviceProblem,
            quality::{CandidateKind, Route, Transport},
        },
        check::{Doctor, Input, Start, rehearsal::Measured},
        protocol::ErrorCode,
    };

    fn is_said(text: &str) -> bool {
        text.starts_with(char::is_uppercase) && text.ends_with(['.', '…', '?']) && !text.contains("  ")
    }

    fn measured() -> Measured {
        let route = Route {
            here: CandidateKind::Relayed,
            there: CandidateKind::Relayed,
            transport: Transport::Udp,
            ipv6: Some(false),
        };
        Measured { bits: 412_000.0, round_trip: Some(Duration::from_millis(3)), route: Some(route) }
    }

    fn all_findings() -> Vec<Finding> {
        let kinds = [DeviceKind::Camera, DeviceKind::Microphone];
        let problems = [
            DeviceProblem::Denied,
            DeviceProblem::InUse,
            DeviceProblem::Missing,
            DeviceProblem::Insecure,
            DeviceProblem::Other,
        ];
        let devices = kinds.into_iter().flat_map(|kind| {
            let troubles = problems.map(|problem| Finding::Device(kind, problem));
            [Finding::Asked(kind), Finding::Unanswered(kind)].into_iter().chain(troubles)
        });
        let ways = Line::ALL.into_iter().flat_map(|line| {
            [Finding::There(line), Finding::RelayUnreached(line), Finding::OtherRelayOnly(line)]
        });
        let servers = [
            Reached::In(Duration::from_millis(12)),
            Reached::In(Duration::from_secs(2)),
            Reached::Refused(ErrorCode::TooManyRooms),
            Reached::Silent,
            Reached::Not,
        ];
        let outcomes = [
            Outcome::Works(measured()),
            Outcome::NoConnection,
            Outcome::NothingArrives,
            Outcome::NoPicture,
            Outcome::NoSound,
            Outcome::NoWay,
        ];
        let others = [
            Finding::Secure,
            Finding::Insecure,
            Finding::CanCall,
            Finding::CannotCall,
            Finding::AwaitingPicture,
            Finding::Picture(Size { width: 640, height: 480 }),
            Finding::NoPicture,
            Finding::Listening,
            Finding::Sound,
            Finding::Silence,
            Finding::TonePlayed,
            Finding::ToneHeard,
            Finding::ToneUnheard,
            Finding::AskingServer,
            Finding::Searching,
            Finding::Hidden,
            Finding::NotHidden,
            Finding::OnlyIpv6,
            Finding::NoIpv6,
            Finding::NoHost,
            Finding::NoReflexive,
            Finding::SameOutside,
            Finding::NobodyToAsk,
            Finding::NotOffered,
            Finding::Rehearsing,
        ];
        let (servers, outcomes) = (servers.map(Finding::Server), outcomes.map(Finding::Rehearsed));
        devices.chain(ways).chain(servers).chain(outcomes).chain(others).collect()
    }

    #[test]
    fn every_finding_is_a_sentence() {
        for found in all_findings() {
            assert!(is_said(&finding(&found)), "{found:?}: {}", finding(&found));
        }
        assert_eq!(finding(&Finding::Waiting), "");
    }

    #[test]
    fn every_verdict_says_what_to_do() {
        let obstacles = [Obstacle::Browser, Obstacle::Server, Obstacle::NoWayOut, Obstacle::NothingPasses]
            .map(Reach::Nobody);
        let reaches = [Reach::Anyone, Reach::ThroughRelay, Reach::Most, Reach::ThisNetworkOnly];
        for reach in reaches.into_iter().chain(obstacles) {
            assert!(!verdict(reach).ends_with('.'), "{reach:?}: a heading");
            assert!(is_said(advice(reach)), "{reach:?}");
        }
        for part in [Part::Unseen, Part::Unheard, Part::Neither].map(part) {
            assert!(part.is_some_and(is_said));
        }
    }

    #[test]
    fn every_line_stands_in_one_group() {
        let grouped: Vec<Line> = GROUPS.into_iter().flat_map(|(_, lines)| lines.to_vec()).collect();
        assert_eq!(grouped.len(), Line::ALL.len());
        assert!(Line::ALL.iter().all(|line| grouped.contains(line)));
    }

    #[test]
    fn a_report_has_every_line_and_no_address() {
        let mut doctor = Doctor::default();
        doctor.handle(Input::Start(Start { secure: true, can_call: true, random: 1 }), Duration::ZERO);
        let mut view = doctor.view();
        for found in all_findings() {
            view.findings[0].1 = found;
            let text = report(&view);
            assert!(Line::ALL.iter().all(|line| text.contains(&format!("- {}: ", label(*line)))), "{text}");
            let is_address = |word: &str| {
                word.trim_matches(|c: char| !c.is_alphanumeric()).parse::<std::net::IpAddr>().is_ok()
            };
            assert!(!text.split_whitespace().any(is_address), "{text}");
        }
        view.findings[0].1 = Finding::Rehearsed(Outcome::Works(measured()));
        let measured = "Through a relay, UDP, IPv4. Picture and sound come back, with 412 kbit/s, there and back in 3 ms.";
        assert!(report(&view).contains(measured), "{}", report(&view));
    }
}
