//! Every screen with made-up people, as pages to look at: `cargo run --features ssr --example gallery` writes
//! them to target/gallery, in light and in dark.

use std::{fs, io, path::Path, time::Duration};

use leptos::prelude::*;
use tincan::{
    call::{
        attempt::{Attempt, RelayUse},
        chat::{ChatLine, ChatView},
        control::{CameraState, MediaState, MicrophoneState},
        files::name::FileName,
        kinds::Kind,
        local::{DeviceInfo, DeviceProblem, DeviceState, Part},
        recording::{Note, OwnRecording, There, entry::Leftover},
        status::{CallStatus, Ended, Step},
        view::{CallView, Contact, Entry, EntryProblem, Link, Me, Missed, ParticipantView},
    },
    protocol::{Availability, CallId, EndReason, ErrorCode, Media, Nickname, PeerId, Room, RoomCode, Status},
    session::Session,
    settings::Settings,
    ui::{Rooms, Screens},
};

/// What a page shows, as a change of an empty session.
type Scene = fn(Session);

const SCENES: &[(&str, &str, Scene)] = &[
    ("moment", "/", |_| ()),
    ("prompt", "/", ready),
    ("prompt-on", "/", |session| {
        ready(session);
        devices_on(session);
    }),
    ("prompt-taken", "/", |session| {
        ready(session);
        failed(session, DeviceProblem::Denied);
        let problem = EntryProblem {
            code: ErrorCode::NicknameTaken,
            sentence: String::new(),
            suggestion: Some(nickname("Ada 2")),
        };
        session.entry.set(Entry::Prompt { problem: Some(problem) });
    }),
    ("prompt-insecure", "/", |session| {
        ready(session);
        failed(session, DeviceProblem::Insecure);
    }),
    ("prompt-entering", "/", |session| {
        ready(session);
        session.entry.set(Entry::Entering);
    }),
    ("invited", "/r/k7qm-3xpd-9wzt", ready),
    ("invited-broken", "/r/k7qm-3xpd", ready),
    ("not-found", "/nowhere", ready),
    ("room", "/r/k7qm-3xpd-9wzt", |session| room(session, 6)),
    ("room-many", "/", |session| {
        room(session, 60);
        session.link.set(Link::Reconnecting { attempts: 2 });
        session.blocked.set(vec!["Mallory".into()]);
        session.local.update(|local| local.preview = true);
        devices_on(session);
        let missed = |id, name, outgoing| Missed {
            id,
            peer: PeerId::from_random(2),
            nickname: nickname(name),
            media: Media::Video,
            outgoing,
        };
        session.missed.set(vec![missed(2, "Grace Hopper", false), missed(1, "Alan Turing", true)]);
    }),
    ("room-plugged", "/", |session| {
        room(session, 3);
        session.local.update(|local| local.plugged = Some("Jabra Evolve2 65".into()));
    }),
    ("room-empty", "/r/k7qm-3xpd-9wzt", |session| room(session, 0)),
    ("incoming", "/", |session| {
        room(session, 5);
        call(session, CallStatus::Incoming { media: Media::Video });
    }),
    ("calling", "/", |session| call(session, CallStatus::Calling)),
    ("ringing", "/", |session| call(session, CallStatus::Ringing)),
    ("connecting", "/", |session| call(session, CallStatus::Connecting(Step::StillFindingPath))),
    ("connected", "/", |session| {
        call(session, CONNECTED);
        devices_on(session);
        session.call.update(|call| {
            let Some(call) = call else { return };
            call.setup = Some(Duration::from_millis(180));
            call.others[0].media = MediaState {
                microphone: MicrophoneState::On,
                camera: CameraState::On,
                ..MediaState::default()
            };
            call.others[0].relayed = Some(false);
        });
    }),
    ("connected-plugged", "/", |session| {
        call(session, CONNECTED);
        devices_on(session);
        session.local.update(|local| local.plugged = Some("Jabra Evolve2 65".into()));
    }),
    ("connected-voice", "/", |session| {
        call(session, CallStatus::Connected { since: Duration::ZERO, earlier: Duration::ZERO });
        session.call.update(|call| {
            let Some(call) = call else { return };
            call.tap_to_hear = true;
            call.others[0].relayed = Some(true);
            call.others[0].media.microphone = MicrophoneState::Muted;
        });
        session.link.set(Link::Reconnecting { attempts: 1 });
        session.local.update(|local| {
            local.muted = true;
            local.use_camera = false;
        });
    }),
    ("chat", "/", |session| {
        call(session, CONNECTED);
        devices_on(session);
        chat(session, true);
    }),
    ("chat-unread", "/", |session| {
        call(session, CONNECTED);
        devices_on(session);
        chat(session, false);
    }),
    ("recording", "/", |session| {
        call(session, CONNECTED);
        devices_on(session);
        session.recorder.update(|recorder| {
            recorder.own = OwnRecording::On { since: Duration::from_secs(60) };
            recorder.note = Some(Note::Untold { name: "Ada Lovelace".into() });
        });
        session.call.update(|call| {
            let Some(call) = call else { return };
            let there = There { before: Duration::from_secs(3_600), since: Duration::ZERO };
            call.others[0].recording = Some(there);
        });
    }),
    ("room-with-a-left-recording", "/", |session| {
        room(session, 5);
        let name = FileName::from_anything("Tincan call with Ada Lovelace 2026-11-22 14.05.webm");
        let leftover = Leftover { id: 0, at: 0, name, bytes: 48_000_000 };
        session.recorder.update(|recorder| recorder.leftovers = vec![leftover]);
    }),
    ("reconnecting", "/", |session| {
        call(session, CallStatus::Reconnecting { long: true });
        failed(session, DeviceProblem::Unplugged);
    }),
    ("ended", "/", |session| {
        room(session, 5);
        let why = Ended::There(EndReason::HungUp);
        call(session, CallStatus::Ended { why, lasted: Some(Duration::from_secs(754)) });
    }),
    ("ended-nopath", "/", |session| {
        let attempt = Attempt {
            ours: [Kind::HostIpv4, Kind::ServerReflexive, Kind::RelayUdp].into_iter().collect(),
            theirs: [Kind::HostName].into_iter().collect(),
            relay: RelayUse::Possible,
            was_connected: false,
        };
        call(session, CallStatus::Ended { why: Ended::NoPath(attempt), lasted: None });
    }),
];

const CONNECTED: CallStatus =
    CallStatus::Connected { since: Duration::from_secs(3), earlier: Duration::ZERO };

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder)?;
    for (name, path, scene) in SCENES {
        let body = render(path, *scene);
        for scheme in ["light", "dark"] {
            fs::write(folder.join(format!("{name}-{scheme}.html")), page(&body, scheme))?;
        }
    }
    Ok(())
}

fn render(path: &str, scene: Scene) -> String {
    Owner::new().with(|| {
        let session = Session::still(path.into(), &Settings::default());
        session.rooms.set(Some(Rooms::all()));
        scene(session);
        provide_context(session);
        view! { <Screens/> }.to_html()
    })
}

fn page(body: &str, scheme: &str) -> String {
    format!(
        r#"<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tincan</title><link rel="stylesheet" href="../../style/main.css">
<style>:root{{color-scheme:{scheme}}}video{{background:linear-gradient(160deg,#46708f,#a0744f 60%,#3d4a2f)}}</style>
<body>{body}<script>const d=document.querySelector("dialog");if(d.children.length)d.showModal()</script></body></html>"#
    )
}

fn nickname(name: &str) -> Nickname {
    Nickname::parse(name).expect("a made-up name is a good one")
}

fn ready(session: Session) {
    session.ready.set(true);
}

fn devices_on(session: Session) {
    let device =
        |part, label: &str| DeviceInfo { part, id: label.into(), label: label.into(), group: String::new() };
    session.level.set(0.3);
    session.local.update(|local| {
        local.camera = DeviceState::On;
        local.microphone = DeviceState::On;
        local.devices = vec![
            device(Part::Camera, "FaceTime HD Camera (Built-in)"),
            device(Part::Microphone, "MacBook Pro Microphone (Built-in)"),
            device(Part::Speaker, "MacBook Pro Speakers (Built-in)"),
        ];
    });
}

fn failed(session: Session, problem: DeviceProblem) {
    session.local.update(|local| {
        local.camera = DeviceState::Failed(problem);
        local.microphone = DeviceState::Failed(problem);
    });
}

fn room(session: Session, people: u64) {
    const NAMES: [&str; 6] =
        ["Ada Lovelace", "Grace Hopper", "Alan Turing", "李 小龍", "Bob", "Karen Spärck Jones of Leeds"];
    const STATUSES: [Status; 5] =
        [Status::Available, Status::InCall, Status::Away, Status::DoNotDisturb, Status::Ringing];
    ready(session);
    let private = session.path.with_untracked(|path| path.len() > 1);
    session.link.set(Link::Online);
    session.entry.set(Entry::Entered(Me {
        peer: PeerId::from_random(99),
        nickname: nickname("Margaret Hamilton"),
        room: if private { Room::Private(RoomCode::from_random(7)) } else { Room::Lobby },
        availability: Availability::Available,
        renamed: false,
    }));
    let contact = |(n, index): (u64, usize)| Contact {
        peer: PeerId::from_random(n),
        nickname: nickname(&match NAMES.get(index) {
            Some(name) => (*name).to_owned(),
            None => format!("Guest {n}"),
        }),
        status: STATUSES[index % STATUSES.len()],
        returning: n == 5,
        blocked: n == 4,
    };
    session.show_contacts((0..people).zip(0..).map(contact).collect());
}

fn chat(session: Session, shown: bool) {
    let lines = [
        (Some("Ada Lovelace"), "Can you hear me?"),
        (None, "Yes! One moment, I am looking for the paper."),
        (None, "https://example.org/notes-by-the-translator?page=691#table"),
        (Some("Ada Lovelace"), "Thank you \u{1f642}\nThat is the one: see note G, and the table behind it."),
        (None, "Shall we go through it line by line?"),
    ];
    let line = |(id, (from, text)): (u32, (Option<&str>, &str))| ChatLine {
        id,
        from: from.map(nickname),
        text: text.into(),
        delivered: id < 4,
        at: Duration::ZERO,
    };
    session.chat.set(ChatView {
        lines: (0..).zip(lines).map(line).collect(),
        typing: vec![nickname("Ada Lovelace")],
        shown,
        unread: if shown { 0 } else { 2 },
        full: false,
    });
}

fn call(session: Session, status: CallStatus) {
    if session.contacts.with_untracked(Vec::is_empty) {
        room(session, 1);
    }
    session.now.set(Duration::from_secs(128));
    session.call.set(Some(CallView {
        call: CallId::from_random(1),
        status,
        others: vec![ParticipantView {
            peer: PeerId::from_random(0),
            nickname: nickname("Ada Lovelace"),
            media: MediaState { microphone: MicrophoneState::On, ..MediaState::default() },
            relayed: None,
            hidden: false,
            speaks: false,
            bars: Some(4),
            pictures: 0,
            recording: None,
        }],
        setup: None,
        tap_to_hear: false,
    }));
}
