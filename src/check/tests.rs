//! One doctor, with the browser's and the server's words put into its ear.

use super::{
    finding::State,
    rehearsal::{Count, Outcome},
    server::Reached,
    verdict::{Obstacle, Part, Reach},
    *,
};
use crate::{
    call::quality::Transport,
    protocol::{
        Availability, BootId, ClientMessage, ErrorCode, IceServer, Nickname, PeerId, Presence, Room,
        ServerFrame, ServerMessage, VERSION, Welcome,
    },
};

const HOST: &str = "candidate:1 1 udp 2122260223 192.0.2.7 9 typ host";
const IPV6: &str = "candidate:1 1 udp 2122260223 2001:db8::7 9 typ host";
const NAME: &str = "candidate:1 1 udp 2122260223 1f4712db.local 9 typ host";
const OUTSIDE: &str = "candidate:1 1 udp 1686052607 203.0.113.9 9 typ srflx raddr 0.0.0.0 rport 0";
const RELAYED: &str = "candidate:1 1 udp 41885695 203.0.113.9 9 typ relay raddr 0.0.0.0 rport 0";

const UDP: Probe = Probe::Relay(Transport::Udp);
const TCP: Probe = Probe::Relay(Transport::Tcp);
const TLS: Probe = Probe::Relay(Transport::Tls);
const START: Start = Start { secure: true, can_call: true, random: 77 };
const SECOND: Duration = Duration::from_secs(1);
const SIZE: Size = Size { width: 640, height: 480 };

/// A doctor at work, and everything it has asked for.
#[derive(Default)]
struct Story {
    doctor: Doctor,
    now: Time,
    asked: Vec<Effect>,
}

impl Story {
    fn begins(start: Start) -> Self {
        let mut story = Self::default();
        story.hears(Input::Start(start));
        story
    }

    /// With devices that work, in front of a server with everything.
    fn with_devices() -> Self {
        let mut story = Self::begins(START);
        story.devices_work();
        story
    }

    fn hears(&mut self, input: Input) -> Vec<Effect> {
        let effects = self.doctor.handle(input, self.now);
        self.asked.extend(effects.clone());
        effects
    }

    fn devices_work(&mut self) {
        self.hears(Input::Device(DeviceKind::Camera, Ok(())));
        self.hears(Input::Device(DeviceKind::Microphone, Ok(())));
        self.hears(Input::Pictured(SIZE));
        self.hears(Input::Level(0.4));
    }

    fn server_says(&mut self, id: Option<u32>, message: ServerMessage) -> Vec<Effect> {
        self.hears(Input::Socket(SocketEvent::Message(ServerFrame { id, message })))
    }

    /// Welcomes, and answers each ping after 20 ms.
    fn server_is_there(&mut self, ice_servers: Vec<IceServer>) {
        self.hears(Input::Socket(SocketEvent::Opened));
        let mut asked = self.server_says(Some(0), welcome(ice_servers));
        while let Some(id) = asked.iter().find_map(ping) {
            self.now += Duration::from_millis(20);
            asked = self.server_says(Some(id), ServerMessage::Pong {});
        }
    }

    fn finds(&mut self, probe: Probe, candidates: &[&str]) {
        for candidate in candidates {
            self.hears(Input::Candidate(probe, (*candidate).to_owned()));
        }
        self.hears(Input::Gathered(probe));
    }

    /// Time passes up to the next deadline, again and again.
    fn waits(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(deadline) = self.doctor.next_deadline().filter(|deadline| *deadline <= until) {
            self.now = deadline;
            self.hears(Input::Tick);
        }
        self.now = until;
    }

    fn call_works(&mut self, way: Way) {
        self.hears(Input::Called(way, Heard::Connected));
        for second in 0..4_u64 {
            let count = Count {
                pictures: 10 * second,
                sounds: 50 * second,
                bytes: 1 + 50_000 * second,
                ..Count::default()
            };
            self.hears(Input::Called(way, Heard::Counted(count)));
            self.now += SECOND;
        }
    }

    fn finding(&self, line: Line) -> Finding {
        self.doctor.view().finding(line)
    }

    fn state(&self, line: Line) -> State {
        self.finding(line).state()
    }

    fn reach(&self) -> Option<Reach> {
        self.doctor.view().verdict.map(|verdict| verdict.reach)
    }
}

fn ping(effect: &Effect) -> Option<u32> {
    match effect {
        Effect::Send(ClientFrame { id, message: ClientMessage::Ping {} }) => Some(*id),
        _ => None,
    }
}

fn server(urls: &[&str]) -> IceServer {
    let urls = urls.iter().map(|url| (*url).to_owned()).collect();
    IceServer { urls, username: Some("somebody".into()), credential: Some("secret".into()) }
}

fn stun() -> IceServer {
    server(&["stun:tincan.example:3478"])
}

fn relay() -> Vec<IceServer> {
    let turn = ["turn:tincan.example:3478?transport=udp", "turn:tincan.example:3478?transport=tcp"];
    vec![stun(), server(&turn)]
}

fn welcome(ice_servers: Vec<IceServer>) -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        version: VERSION,
        boot: BootId::from_random(1),
        peer: PeerId::from_random(1),
        nickname: Nickname::parse("Check").unwrap(),
        ticket: "ticket".into(),
        availability: Availability::Available,
        contacts: Presence::default(),
        call: None,
        ice_servers,
        relay_only: false,
    })
}

/// Everything works.
fn healthy() -> Story {
    let mut story = Story::with_devices();
    story.server_is_there(relay());
    story.finds(Probe::Own, &[HOST, IPV6, OUTSIDE]);
    story.finds(UDP, &[RELAYED]);
    story.finds(TCP, &[RELAYED]);
    story.call_works(Way::Direct);
    story.call_works(Way::Relayed);
    story
}

#[test]
fn whoever_has_everything_can_call_anyone() {
    let story = healthy();
    assert_eq!(story.doctor.view().phase, Phase::Done);
    assert_eq!(story.doctor.view().verdict, Some(Verdict { reach: Reach::Anyone, part: Part::Full }));
    for line in Line::ALL {
        let state = match line {
            Line::Speaker => State::Waiting,
            Line::HostName | Line::RelayTls => State::Absent,
            _ => State::Passes,
        };
        assert_eq!(story.state(line), state, "{line:?}: {:?}", story.finding(line));
    }
}

#[test]
fn everything_is_let_go_at_the_end_and_when_it_is_stopped() {
    let all = [Effect::EndCall, Effect::EndGathering, Effect::CloseSocket, Effect::CloseDevices];
    assert!(healthy().asked.ends_with(&all));
    let mut stopped = Story::with_devices();
    assert_eq!(stopped.hears(Input::Stop), all);
    assert_eq!(stopped.doctor.next_deadline(), None);
    assert_eq!(stopped.doctor.view().phase, Phase::Stopped);
    assert_eq!(stopped.finding(Line::Camera), Finding::Picture(SIZE), "what was found stays");
    assert_eq!(stopped.finding(Line::Server), Finding::Waiting);
    assert_eq!(stopped.hears(Input::Device(DeviceKind::Camera, Ok(()))), []);
}

#[test]
fn the_server_is_asked_in_a_room_of_its_own_and_left_again() {
    let story = healthy();
    let said: Vec<&ClientMessage> = story.asked.iter().filter_map(said).collect();
    let ClientMessage::Hello(hello) = said[0] else { panic!("{said:?}") };
    assert!(matches!(hello.room, Room::Private(_)));
    assert_eq!(said.last(), Some(&&ClientMessage::Goodbye {}));
    assert_eq!(story.finding(Line::Server), Finding::Server(Reached::In(Duration::from_millis(20))));
}

fn said(effect: &Effect) -> Option<&ClientMessage> {
    if let Effect::Send(frame) = effect { Some(&frame.message) } else { None }
}

#[test]
fn every_step_ends_in_time_when_nobody_ever_answers() {
    let mut story = Story::begins(START);
    story.waits(Duration::from_secs(180));
    assert_eq!(story.doctor.view().phase, Phase::Done);
    assert_eq!(story.finding(Line::Camera), Finding::Unanswered(DeviceKind::Camera));
    assert_eq!(story.finding(Line::Server), Finding::Server(Reached::Not));
    assert_eq!(story.finding(Line::HostIpv4), Finding::NoHost);
    assert_eq!(story.finding(Line::DirectCall), Finding::Rehearsed(Outcome::NoConnection));
    assert_eq!(story.finding(Line::RelayedCall), Finding::Rehearsed(Outcome::NoWay));
    assert_eq!(story.reach(), Some(Reach::Nobody(Obstacle::Server)));
}

#[test]
fn a_browser_without_webrtc_is_told_at_once() {
    let story = Story::begins(Start { can_call: false, ..START });
    assert_eq!(story.reach(), Some(Reach::Nobody(Obstacle::Browser)));
    assert_eq!(story.state(Line::Browser), State::Fails);
    assert_eq!(story.state(Line::Camera), State::Waiting);
}

#[test]
fn an_insecure_page_asks_for_no_device_and_still_looks_at_the_network() {
    let mut story = Story::begins(Start { secure: false, ..START });
    assert!(!story.asked.contains(&Effect::OpenDevices));
    assert_eq!(story.state(Line::Secure), State::Fails);
    assert_eq!(
        story.finding(Line::Microphone),
        Finding::Device(DeviceKind::Microphone, DeviceProblem::Insecure)
    );
    story.server_is_there(relay());
    assert_eq!(story.finding(Line::HostIpv4), Finding::Searching);
}

#[test]
fn a_camera_shows_a_picture_or_says_why_not() {
    let mut story = Story::begins(START);
    assert_eq!(story.finding(Line::Camera), Finding::Asked(DeviceKind::Camera));
    story.hears(Input::Device(DeviceKind::Camera, Ok(())));
    assert_eq!(story.finding(Line::Camera), Finding::AwaitingPicture);
    story.waits(10 * SECOND);
    assert_eq!(story.state(Line::Camera), State::Fails);
    assert!(story.doctor.view().is_open(Line::Camera), "it stays where a picture can still come");
    story.hears(Input::Pictured(SIZE));
    assert_eq!(story.finding(Line::Camera), Finding::Picture(SIZE), "late is not never");

    let mut denied = Story::begins(START);
    denied.hears(Input::Device(DeviceKind::Camera, Err(DeviceProblem::Denied)));
    assert_eq!(denied.state(Line::Camera), State::Fails);
}

#[test]
fn a_microphone_that_hears_nothing_is_a_warning_until_it_hears() {
    let mut story = Story::begins(START);
    story.hears(Input::Device(DeviceKind::Microphone, Ok(())));
    story.hears(Input::Level(0.0));
    assert_eq!(story.finding(Line::Microphone), Finding::Listening);
    story.waits(10 * SECOND);
    assert_eq!(story.state(Line::Microphone), State::Warns);
    story.hears(Input::Level(0.5));
    assert_eq!(story.state(Line::Microphone), State::Passes);
}

#[test]
fn only_a_person_can_say_whether_the_tone_was_heard() {
    let mut story = healthy();
    story.hears(Input::ToneHeard(true));
    assert_eq!(story.finding(Line::Speaker), Finding::Waiting, "nothing has been played");
    assert_eq!(story.hears(Input::PlayTone), [Effect::PlayTone]);
    assert_eq!(story.finding(Line::Speaker), Finding::TonePlayed);
    story.hears(Input::ToneHeard(false));
    assert_eq!(story.state(Line::Speaker), State::Fails);
    story.hears(Input::ToneHeard(true));
    assert_eq!(story.state(Line::Speaker), State::Passes);
}

#[test]
fn a_server_that_refuses_or_falls_silent_is_told_apart_from_one_that_is_not_there() {
    let refusal = |code| ServerMessage::Error { code, sentence: String::new(), suggestion: None };
    let mut refused = Story::with_devices();
    refused.hears(Input::Socket(SocketEvent::Opened));
    refused.server_says(Some(0), refusal(ErrorCode::TooManyRooms));
    let too_many = Finding::Server(Reached::Refused(ErrorCode::TooManyRooms));
    assert_eq!(refused.finding(Line::Server), too_many);

    let mut silent = Story::with_devices();
    silent.hears(Input::Socket(SocketEvent::Opened));
    silent.server_says(Some(0), welcome(relay()));
    silent.waits(10 * SECOND);
    assert_eq!(silent.finding(Line::Server), Finding::Server(Reached::Silent));

    let mut away = Story::with_devices();
    away.hears(Input::Socket(SocketEvent::Closed { code: 1006 }));
    assert_eq!(away.finding(Line::Server), Finding::Server(Reached::Not));
    assert!(away.asked.iter().any(|effect| matches!(effect, Effect::Gather { probe: Probe::Own, .. })));
}

#[test]
fn a_slow_server_is_a_warning() {
    let trip = |millis| Finding::Server(Reached::In(Duration::from_millis(millis))).state();
    assert_eq!([trip(80), trip(900)], [State::Passes, State::Warns]);
}

#[test]
fn the_network_is_looked_at_once_the_devices_are_answered() {
    let mut story = Story::begins(START);
    story.server_is_there(relay());
    assert_eq!(story.finding(Line::HostIpv4), Finding::Waiting);
    story.devices_work();
    let probes = story.asked.iter().filter_map(|effect| match effect {
        Effect::Gather { probe, ice } => Some((*probe, ice.relay_only)),
        _ => None,
    });
    assert_eq!(probes.collect::<Vec<_>>(), [(Probe::Own, false), (UDP, true), (TCP, true)]);
}

#[test]
fn each_search_asks_only_whom_it_is_about() {
    let mut story = Story::with_devices();
    let mut servers = relay();
    servers.push(server(&["turns:tincan.example:5349?transport=tcp"]));
    story.server_is_there(servers);
    for (wanted, url) in [
        (Probe::Own, "stun:tincan.example:3478"),
        (UDP, "turn:tincan.example:3478?transport=udp"),
        (TCP, "turn:tincan.example:3478?transport=tcp"),
        (TLS, "turns:tincan.example:5349?transport=tcp"),
    ] {
        let asked = story.asked.iter().find_map(|effect| match effect {
            Effect::Gather { probe, ice } if *probe == wanted => Some(ice),
            _ => None,
        });
        let urls: Vec<&String> = asked.unwrap().servers.iter().flat_map(|server| &server.urls).collect();
        assert_eq!(urls, [url], "{wanted:?}");
    }
}

#[test]
fn a_hidden_address_is_no_fault() {
    let mut story = Story::with_devices();
    story.server_is_there(relay());
    story.finds(Probe::Own, &[NAME, OUTSIDE]);
    story.finds(UDP, &[]);
    story.finds(TCP, &[]);
    assert_eq!(story.finding(Line::HostIpv4), Finding::Hidden);
    assert_eq!(story.finding(Line::HostIpv6), Finding::Hidden);
    assert_eq!(story.state(Line::HostName), State::Passes);
    assert_eq!(story.finding(Line::RelayUdp), Finding::RelayUnreached(Line::RelayUdp));
    assert_eq!(story.finding(Line::RelayTls), Finding::NotOffered);
}

#[test]
fn an_address_that_is_the_same_outside_is_no_fault() {
    let mut story = Story::with_devices();
    story.server_is_there(relay());
    story.finds(Probe::Own, &[IPV6]);
    story.finds(UDP, &[RELAYED]);
    story.finds(TCP, &[]);
    assert_eq!(story.finding(Line::Reflexive), Finding::SameOutside);
    assert_eq!(story.finding(Line::HostIpv4), Finding::OnlyIpv6);
    assert_eq!(story.finding(Line::RelayTcp), Finding::OtherRelayOnly(Line::RelayTcp));
}

#[test]
fn a_network_without_udp_calls_through_the_relay() {
    let mut story = Story::with_devices();
    story.server_is_there(relay());
    story.finds(Probe::Own, &[HOST]);
    story.finds(TCP, &[RELAYED]);
    story.waits(13 * SECOND);
    assert_eq!(story.finding(Line::RelayUdp), Finding::OtherRelayOnly(Line::RelayUdp));
    assert_eq!(story.state(Line::Reflexive), State::Warns);
    story.call_works(Way::Direct);
    story.call_works(Way::Relayed);
    assert_eq!(story.reach(), Some(Reach::ThroughRelay));
    let relayed = story.asked.iter().find_map(|effect| match effect {
        Effect::Call { way: Way::Relayed, ice } => Some(ice.clone()),
        _ => None,
    });
    let tcp = [server(&["turn:tincan.example:3478?transport=tcp"])];
    assert_eq!(relayed, Some(Ice { servers: tcp.into(), relay_only: true }));
}

#[test]
fn without_a_relay_most_people_can_be_called() {
    let mut story = Story::with_devices();
    story.server_is_there(vec![stun()]);
    story.finds(Probe::Own, &[HOST, OUTSIDE]);
    story.call_works(Way::Direct);
    assert_eq!(story.reach(), Some(Reach::Most));
    assert_eq!(story.state(Line::RelayedCall), State::Absent);
}

#[test]
fn without_any_way_out_only_this_network_can_be_called() {
    for (servers, reflexive) in [
        (Vec::new(), Finding::NobodyToAsk),
        (vec![stun()], Finding::NoReflexive),
        (relay(), Finding::NoReflexive),
    ] {
        let mut story = Story::with_devices();
        story.server_is_there(servers);
        story.finds(Probe::Own, &[HOST]);
        story.finds(UDP, &[]);
        story.finds(TCP, &[]);
        story.call_works(Way::Direct);
        assert_eq!(story.reach(), Some(Reach::ThisNetworkOnly));
        assert_eq!(story.finding(Line::Reflexive), reflexive);
    }
}

#[test]
fn nobody_can_be_called_where_nothing_passes() {
    let mut story = Story::with_devices();
    story.server_is_there(vec![stun()]);
    story.finds(Probe::Own, &[HOST]);
    story.hears(Input::Called(Way::Direct, Heard::Failed));
    assert_eq!(story.reach(), Some(Reach::Nobody(Obstacle::NothingPasses)));

    let mut nothing = Story::with_devices();
    nothing.server_is_there(vec![stun()]);
    nothing.finds(Probe::Own, &[]);
    nothing.hears(Input::Called(Way::Direct, Heard::Failed));
    assert_eq!(nothing.reach(), Some(Reach::Nobody(Obstacle::NoWayOut)));
}

#[test]
fn a_call_with_itself_says_what_is_missing() {
    let counted = |pictures, sounds| Count { pictures, sounds, bytes: 9, ..Count::default() };
    for (count, outcome) in [
        (counted(0, 0), Outcome::NothingArrives),
        (counted(0, 99), Outcome::NoPicture),
        (counted(99, 0), Outcome::NoSound),
    ] {
        let mut story = Story::with_devices();
        story.server_is_there(vec![stun()]);
        story.finds(Probe::Own, &[HOST]);
        story.hears(Input::Called(Way::Direct, Heard::Connected));
        story.hears(Input::Called(Way::Direct, Heard::Counted(count)));
        story.waits(30 * SECOND);
        assert_eq!(story.finding(Line::DirectCall), Finding::Rehearsed(outcome));
    }
}

#[test]
fn a_call_with_itself_is_measured() {
    let story = healthy();
    let finding = story.finding(Line::DirectCall);
    let bits = finding.measured().map(|measured| measured.bits);
    assert_eq!(bits, Some(400_000.0));
}

#[test]
fn the_verdict_says_who_is_not_seen_or_heard() {
    let part = |camera: bool, microphone: bool| {
        let mut story = Story::begins(START);
        let opened = |works: bool| if works { Ok(()) } else { Err(DeviceProblem::Missing) };
        story.hears(Input::Device(DeviceKind::Camera, opened(camera)));
        story.hears(Input::Device(DeviceKind::Microphone, opened(microphone)));
        story.hears(Input::Pictured(SIZE));
        story.hears(Input::Level(1.0));
        story.server_is_there(Vec::new());
        story.finds(Probe::Own, &[HOST]);
        story.call_works(Way::Direct);
        story.doctor.view().verdict.map(|verdict| verdict.part)
    };
    assert_eq!(part(true, true), Some(Part::Full));
    assert_eq!(part(false, true), Some(Part::Unseen));
    assert_eq!(part(true, false), Some(Part::Unheard));
    assert_eq!(part(false, false), Some(Part::Neither));
}

#[test]
fn it_can_be_done_again() {
    let mut story = healthy();
    assert!(story.hears(Input::Start(START)).contains(&Effect::OpenDevices));
    assert_eq!(story.doctor.view().verdict, None);
    assert_eq!(story.hears(Input::Start(START)), [], "one at a time");
}
