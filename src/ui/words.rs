//! Every sentence that depends on what happened. What the machine knows as an enum, people read here: what
//! happened, and what to do about it.

use std::time::Duration;

use super::report;
use crate::{
    call::{
        history::Outcome,
        local::{DeviceKind, DeviceProblem},
        recording::{Note, Problem},
        status::{CallStatus, Ended, Step},
        view::{EntryProblem, Link},
    },
    look::Look,
    protocol::{Availability, EndReason, ErrorCode, Media, Room, Status},
};

#[must_use]
pub fn room(room: &Room) -> String {
    match room {
        Room::Lobby => "The lobby".into(),
        Room::Private(code) => format!("Room {code}"),
    }
}

/// What the browser's tab says, in a room or in none.
#[must_use]
pub fn title(in_room: Option<&Room>) -> String {
    match in_room {
        Some(in_room) => tab(room(in_room)),
        None => "Tincan, a private phone for the browser".into(),
    }
}

#[must_use]
pub fn tab(shown: impl std::fmt::Display) -> String {
    format!("{shown} · Tincan")
}

pub const BOOTH: &str = "Photo booth";
pub const CHECK: &str = "Check this device";

#[must_use]
pub const fn look(look: Look) -> &'static str {
    match look {
        Look::Plain => "Plain",
        Look::Mono => "Mono",
        Look::Sepia => "Sepia",
        Look::Warm => "Warm",
        Look::Cool => "Cool",
        Look::Blur => "Blur",
    }
}

/// To whoever took a picture in a call.
#[must_use]
pub fn picture_of(name: &str) -> String {
    format!("Your picture of {name}. {name} has been told.")
}

/// To whoever is in it.
#[must_use]
pub fn picture_taken(name: &str, pictures: u32) -> String {
    match pictures {
        0 | 1 => format!("{name} took a picture of you"),
        many => format!("{name} took {many} pictures of you"),
    }
}

/// To whoever records.
pub const RECORDED_BY_YOU: &str = "You are recording this call";

/// To whoever is recorded.
#[must_use]
pub fn recorded_by(name: &str) -> String {
    format!("{name} is recording this call")
}

/// What became of a recording.
#[must_use]
pub fn recording_note(note: &Note) -> String {
    match note {
        Note::Saved { name, problem: None } => format!("The recording is in your downloads: {name}."),
        Note::Saved { name, problem: Some(problem) } => {
            let why = match problem {
                Problem::NoRoom => "There is no more room on the disk for the recording.",
                Problem::TooLong => "The recording is as long as this browser can keep it.",
                Problem::Unsupported | Problem::Broken => "This browser has stopped recording.",
            };
            format!("{why} What was recorded until then is in your downloads: {name}.")
        }
        Note::Failed(Problem::Unsupported) => "This browser cannot record a call.".into(),
        Note::Failed(Problem::NoRoom) => {
            "There is no room on the disk for a recording. Make some, then try again.".into()
        }
        Note::Failed(Problem::TooLong | Problem::Broken) => {
            "This browser could not record the call. Try again.".into()
        }
        Note::Lost => "The recording could not be saved.".into(),
        Note::Untold { name } => {
            format!("{name} could not be told, so nothing is recorded. Try again in a moment.")
        }
    }
}

/// Of a recording that a page has left behind.
#[must_use]
pub fn left_recording(when: &str) -> String {
    format!("A recording from {when} was not saved.")
}

/// What came of an earlier call.
#[must_use]
pub fn outcome(outcome: Outcome, outgoing: bool) -> String {
    match (outcome, outgoing) {
        (Outcome::Talked { seconds }, _) => span(seconds),
        (Outcome::Missed, _) => "Missed".into(),
        (Outcome::Unanswered, _) => "No answer".into(),
        (Outcome::Declined, true) => "Declined".into(),
        (Outcome::Declined, false) => "Declined by you".into(),
        (Outcome::Failed, _) => "Did not connect".into(),
    }
}

/// As in a list: `7 s`, `12 min`, `1 h 2 min`.
fn span(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// How many others there are.
#[must_use]
pub fn company(others: usize) -> String {
    match others {
        0 => "Nobody else is here yet.".into(),
        1 => "One other person is here.".into(),
        many => format!("{many} other people are here."),
    }
}

#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Available => "Available",
        Status::Ringing => "On the phone",
        Status::InCall => "In a call",
        Status::Away => "Away",
        Status::DoNotDisturb => "Do not disturb",
    }
}

#[must_use]
pub const fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Available => "Available",
        Availability::Away => "Away",
        Availability::DoNotDisturb => "Do not disturb",
    }
}

#[must_use]
pub const fn incoming(media: Media) -> &'static str {
    match media {
        Media::Video => "would like to see and hear you",
        Media::Voice => "would like to talk to you",
    }
}

/// What a call is doing, without the name.
#[must_use]
pub fn call_status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Calling => "Calling…",
        CallStatus::Ringing => "Ringing…",
        CallStatus::Incoming { .. } => "Is calling you",
        CallStatus::Connecting(Step::Introducing) => "Connecting…",
        CallStatus::Connecting(Step::FindingPath) => "Finding a path…",
        CallStatus::Connecting(Step::StillFindingPath) => "Still finding a path…",
        CallStatus::Connecting(Step::Securing) => "Securing the line…",
        CallStatus::Connected { .. } => "Connected",
        CallStatus::Reconnecting { long: false } => "The line is lost. Reconnecting…",
        CallStatus::Reconnecting { long: true } => "Still looking for a way back. You can wait, or hang up.",
        CallStatus::Ended { .. } => "The call is over",
    }
}

/// Why a call ended; `name` is the other side.
#[must_use]
pub fn ended(why: Ended, name: &str) -> String {
    match why {
        Ended::Here => "You ended the call.".into(),
        Ended::There(EndReason::Declined) => format!("{name} declined the call."),
        Ended::There(EndReason::Cancelled) => format!("{name} stopped calling."),
        Ended::There(EndReason::NoAnswer) => "Nobody answered.".into(),
        Ended::There(EndReason::HungUp) => format!("{name} hung up."),
        Ended::There(EndReason::Gone) => {
            format!("{name} is gone: the page was closed, or its connection lost.")
        }
        Ended::There(EndReason::Superseded { .. }) => "You called each other at the same moment.".into(),
        Ended::Refused(code) => refused(code, name),
        Ended::NoPath(attempt) => report::no_path(attempt.diagnosis(), name),
        Ended::NoServer => {
            format!("The server is out of reach, so {name} could not be asked. Try again in a moment.")
        }
        Ended::Browser => {
            "This browser could not set up the call. Loading the page again often helps.".into()
        }
    }
}

/// Why an invitation was refused; `name` is who was called.
#[must_use]
pub fn refused(code: ErrorCode, name: &str) -> String {
    match code {
        ErrorCode::Busy => format!("{name} is in another call. Try again later."),
        ErrorCode::DoNotDisturb => format!("{name} does not want to be disturbed now."),
        ErrorCode::DeclinedRecently => {
            format!("{name} has declined twice. Please wait a minute before you call again.")
        }
        ErrorCode::Offline => format!("{name} has lost the connection. Try again in a little while."),
        ErrorCode::UnknownPeer => format!("{name} has left the room."),
        other => problem(other).into(),
    }
}

/// What the server would not do.
#[must_use]
pub const fn problem(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::BadMessage
        | ErrorCode::Binary
        | ErrorCode::TooDeep
        | ErrorCode::HelloFirst
        | ErrorCode::HelloTwice => {
            "This page and the server do not understand each other. Please load the page again."
        }
        ErrorCode::TooManyMessages => "That was too much at once. Wait a moment, then try again.",
        ErrorCode::Outdated => "There is a newer version of this page. Please load it again.",
        ErrorCode::NicknameInvalid => "That nickname does not work here. Please choose another one.",
        ErrorCode::NicknameTaken => "Somebody here already has that nickname. Please choose another one.",
        ErrorCode::LobbyClosed => "The lobby is closed on this server. Start a private room instead.",
        ErrorCode::RoomFull => "The room is full. Try again when somebody has left.",
        ErrorCode::TooManyRooms => "The server has no place for another room now. Try again later.",
        ErrorCode::TooManyConnections => {
            "There are too many open connections from your address. Close a few tabs, then try again."
        }
        ErrorCode::UnknownPeer => "That person has left the room.",
        ErrorCode::Offline => "That person has lost the connection. Try again in a little while.",
        ErrorCode::Busy => "That person is in another call. Try again later.",
        ErrorCode::DoNotDisturb => "That person does not want to be disturbed now.",
        ErrorCode::DeclinedRecently => "Declined twice. Please wait a minute before you call again.",
        ErrorCode::Yourself => "You cannot call yourself. Open a second tab to try Tincan alone.",
        ErrorCode::AlreadyInCall => "You are in a call already. Hang up first.",
        ErrorCode::CallIdTaken | ErrorCode::UnknownCall | ErrorCode::NotAccepted => {
            "That call is over already. Please call again."
        }
        ErrorCode::CallFull => "The call has as many people in it as it can hold.",
    }
}

/// What was wrong with the last try to enter: the server's words, where it has any.
#[must_use]
pub fn entry_problem(entry: &EntryProblem) -> String {
    if entry.sentence.is_empty() { problem(entry.code).into() } else { entry.sentence.clone() }
}

/// What to say of the connection to the server; nothing when all is well.
#[must_use]
pub const fn link(link: Link) -> Option<&'static str> {
    match link {
        Link::Idle | Link::Connecting | Link::Online => None,
        Link::Reconnecting { attempts: 0..=5 } => Some("The connection to the server is lost. Reconnecting…"),
        Link::Reconnecting { .. } => {
            Some("The server is still out of reach. Tincan goes on trying; a call under way goes on too.")
        }
        Link::Superseded => {
            Some("You have opened Tincan in another tab, which took over. You can close this one.")
        }
        Link::Outdated => Some(
            "There is a newer version of Tincan. Load this page again; after a call it does so by itself.",
        ),
        Link::Refused => Some("The server has turned this page away. Wait a moment, then try again."),
    }
}

/// A device, or both, that failed in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Devices {
    One(DeviceKind),
    Both,
}

impl Devices {
    const fn pick(self, microphone: &'static str, camera: &'static str, both: &'static str) -> &'static str {
        match self {
            Self::One(DeviceKind::Microphone) => microphone,
            Self::One(DeviceKind::Camera) => camera,
            Self::Both => both,
        }
    }
}

/// What went wrong with a device, in a few words.
#[must_use]
pub const fn trouble(devices: Devices, problem: DeviceProblem) -> &'static str {
    match problem {
        DeviceProblem::Denied => devices.pick(
            "The microphone is not allowed",
            "The camera is not allowed",
            "Camera and microphone are not allowed",
        ),
        DeviceProblem::InUse => devices.pick(
            "The microphone is in use elsewhere",
            "The camera is in use elsewhere",
            "Camera and microphone are in use elsewhere",
        ),
        DeviceProblem::Missing => {
            devices.pick("No microphone found", "No camera found", "No camera and no microphone found")
        }
        DeviceProblem::Insecure => "Not on this address",
        DeviceProblem::Unplugged => {
            devices.pick("The microphone is gone", "The camera is gone", "Camera and microphone are gone")
        }
        DeviceProblem::Other => devices.pick(
            "The microphone did not start",
            "The camera did not start",
            "Camera and microphone did not start",
        ),
    }
}

/// What to do about it.
#[must_use]
pub const fn remedy(problem: DeviceProblem) -> &'static str {
    match problem {
        DeviceProblem::Denied => {
            "Click the icon beside the page’s address, allow it for this page, then try again."
        }
        DeviceProblem::InUse => "Close the program or tab that uses it, then try again.",
        DeviceProblem::Missing => "Plug one in, then try again.",
        DeviceProblem::Insecure => {
            "Browsers open a camera or microphone only on https addresses, and on localhost. Ask for the https \
             address of this server. If it has none, it gets one when it is started with \
             “tincan --tls self-signed --listen 0.0.0.0:3000”."
        }
        DeviceProblem::Unplugged => "Plug it in again, or choose another one.",
        DeviceProblem::Other => "Try again. If that does not help, restart the browser.",
    }
}

/// Something was plugged in, by the browser's name for it.
#[must_use]
pub fn plugged_in(name: &str) -> String {
    format!("{name} was plugged in.")
}

/// Seconds as they stand in a status line: `0:07`, `12:34`, `1:02:03`.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How long a call lasted, as a sentence.
#[must_use]
pub fn lasted(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 0) => "You talked for less than a second.".into(),
        (0, 1) => "You talked for one second.".into(),
        (0, seconds) => format!("You talked for {seconds} seconds."),
        (1, _) => "You talked for a minute.".into(),
        (minutes @ 2..60, _) => format!("You talked for {minutes} minutes."),
        (minutes, _) => format!("You talked for {} h {} min.", minutes / 60, minutes % 60),
    }
}

/// From *accept* to the first picture or the first of the voice, in tenths of a second.
#[must_use]
pub fn setup(time: Duration) -> String {
    match (time.as_millis() + 50) / 100 {
        0 => "Connected in less than 0.1 s".into(),
        tenths => format!("Connected in {}.{} s", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::call::{attempt::Attempt, files::name::FileName};

    const CODES: [ErrorCode; 24] = [
        ErrorCode::BadMessage,
        ErrorCode::Binary,
        ErrorCode::TooDeep,
        ErrorCode::TooManyMessages,
        ErrorCode::HelloFirst,
        ErrorCode::HelloTwice,
        ErrorCode::Outdated,
        ErrorCode::NicknameInvalid,
        ErrorCode::NicknameTaken,
        ErrorCode::LobbyClosed,
        ErrorCode::RoomFull,
        ErrorCode::TooManyRooms,
        ErrorCode::TooManyConnections,
        ErrorCode::UnknownPeer,
        ErrorCode::Offline,
        ErrorCode::Busy,
        ErrorCode::DoNotDisturb,
        ErrorCode::DeclinedRecently,
        ErrorCode::Yourself,
        ErrorCode::AlreadyInCall,
        ErrorCode::CallIdTaken,
        ErrorCode::UnknownCall,
        ErrorCode::NotAccepted,
        ErrorCode::CallFull,
    ];
    const PROBLEMS: [DeviceProblem; 6] = [
        DeviceProblem::Denied,
        DeviceProblem::InUse,
        DeviceProblem::Missing,
        DeviceProblem::Insecure,
        DeviceProblem::Unplugged,
        DeviceProblem::Other,
    ];

    fn is_sentence(text: &str) -> bool {
        let starts = text.chars().next().is_some_and(|first| first.is_uppercase());
        starts && text.ends_with('.') && !text.contains("  ")
    }

    #[test]
    fn each_step_of_a_call_has_words_of_its_own() {
        let (since, earlier) = (Duration::ZERO, Duration::ZERO);
        let steps = [
            CallStatus::Calling,
            CallStatus::Ringing,
            CallStatus::Incoming { media: Media::Video },
            CallStatus::Connecting(Step::Introducing),
            CallStatus::Connecting(Step::FindingPath),
            CallStatus::Connecting(Step::StillFindingPath),
            CallStatus::Connecting(Step::Securing),
            CallStatus::Connected { since, earlier },
            CallStatus::Reconnecting { long: false },
            CallStatus::Reconnecting { long: true },
            CallStatus::Ended { why: Ended::Here, lasted: None },
        ];
        let words: BTreeSet<&str> = steps.into_iter().map(call_status).collect();
        assert_eq!(words.len(), steps.len());
        assert!(words.iter().all(|words| words.starts_with(char::is_uppercase)));
    }

    #[test]
    fn every_refusal_is_a_sentence() {
        for code in CODES {
            assert!(is_sentence(problem(code)), "{code:?}");
            assert!(is_sentence(&refused(code, "Ada")), "{code:?}");
        }
    }

    #[test]
    fn every_end_is_a_sentence() {
        let by = crate::protocol::CallId::from_random(1);
        let reasons = [
            EndReason::Declined,
            EndReason::Cancelled,
            EndReason::NoAnswer,
            EndReason::HungUp,
            EndReason::Gone,
            EndReason::Superseded { by },
        ];
        let others = [Ended::Here, Ended::NoPath(Attempt::default()), Ended::NoServer, Ended::Browser];
        for why in reasons.into_iter().map(Ended::There).chain(others) {
            assert!(is_sentence(&ended(why, "Ada")), "{why:?}");
        }
    }

    #[test]
    fn every_trouble_with_a_device_has_a_remedy() {
        for what in PROBLEMS {
            assert!(is_sentence(remedy(what)), "{what:?}");
            for devices in
                [Devices::One(DeviceKind::Camera), Devices::One(DeviceKind::Microphone), Devices::Both]
            {
                assert!(!trouble(devices, what).ends_with('.'), "{what:?}: a heading");
            }
        }
    }

    #[test]
    fn a_link_in_trouble_says_so_and_a_good_one_is_silent() {
        for quiet in [Link::Idle, Link::Connecting, Link::Online] {
            assert_eq!(link(quiet), None);
        }
        let troubles = [Link::Reconnecting { attempts: 9 }, Link::Superseded, Link::Outdated, Link::Refused];
        assert!(troubles.into_iter().all(|trouble| link(trouble).is_some_and(is_sentence)));
    }

    #[test]
    fn the_clock_grows_hours_when_it_needs_them() {
        assert_eq!(clock(Duration::from_secs(7)), "0:07");
        assert_eq!(clock(Duration::from_secs(754)), "12:34");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }

    #[test]
    fn how_long_it_lasted_is_said_as_people_say_it() {
        for (seconds, words) in [
            (0, "You talked for less than a second."),
            (1, "You talked for one second."),
            (59, "You talked for 59 seconds."),
            (100, "You talked for a minute."),
            (600, "You talked for 10 minutes."),
            (3723, "You talked for 1 h 2 min."),
        ] {
            assert_eq!(lasted(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn an_earlier_call_is_told_in_a_word_or_two() {
        for (seconds, words) in [(7, "7 s"), (754, "12 min"), (3723, "1 h 2 min")] {
            assert_eq!(outcome(Outcome::Talked { seconds }, true), words);
        }
        assert_ne!(outcome(Outcome::Declined, true), outcome(Outcome::Declined, false));
    }

    #[test]
    fn each_picture_is_counted_to_whoever_is_in_it() {
        assert_eq!(picture_taken("Ada", 1), "Ada took a picture of you");
        assert_eq!(picture_taken("Ada", 3), "Ada took 3 pictures of you");
    }

    #[test]
    fn every_end_of_a_recording_is_told_in_sentences() {
        let name = FileName::from_anything("Tincan call with Ada.webm");
        let problems = [Problem::Unsupported, Problem::NoRoom, Problem::TooLong, Problem::Broken];
        let saved = |problem| Note::Saved { name: name.clone(), problem };
        let ended = problems.into_iter().flat_map(|problem| [saved(Some(problem)), Note::Failed(problem)]);
        let others = [saved(None), Note::Lost, Note::Untold { name: "Ada".into() }];
        for note in ended.chain(others) {
            assert!(is_sentence(&recording_note(&note)), "{note:?}");
        }
    }

    #[test]
    fn setting_up_is_told_in_tenths() {
        assert_eq!(setup(Duration::from_millis(49)), "Connected in less than 0.1 s");
        assert_eq!(setup(Duration::from_millis(149)), "Connected in 0.1 s");
        assert_eq!(setup(Duration::from_millis(1950)), "Connected in 2.0 s");
    }
}
