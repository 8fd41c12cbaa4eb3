//! What is said of files: where each is, why it did not arrive, and numbers of bytes.

use std::time::Duration;

use crate::call::files::{
    message::Reason,
    view::{FileStage, FileView},
};

/// What stands over the list of files.
#[must_use]
pub fn files(files: &[FileView]) -> String {
    let offered = || files.iter().filter(|file| file.coming && file.stage == FileStage::Offered);
    match (offered().next(), offered().count()) {
        (None, _) => "Files".into(),
        (Some(file), 1) => format!("{} wants to send you a file", file.nickname),
        (Some(file), count) if offered().all(|other| other.nickname == file.nickname) => {
            format!("{} wants to send you {count} files", file.nickname)
        }
        (Some(_), count) => format!("You are offered {count} files"),
    }
}

#[must_use]
pub fn drop_files(name: &str) -> String {
    format!("Drop files here to send them to {name}")
}

/// How it is with a file.
#[must_use]
pub fn file(file: &FileView) -> String {
    let FileView { nickname: name, coming, size, .. } = file;
    let all = bytes(*size);
    match file.stage {
        FileStage::Offered if *coming => all,
        FileStage::Offered => format!("{all} · {name} has not answered yet"),
        FileStage::Waiting | FileStage::Moving if file.paused_here => format!("{} · Paused", so_far(file)),
        FileStage::Waiting | FileStage::Moving if file.paused_there => {
            format!("{} · {name} has paused it", so_far(file))
        }
        FileStage::Waiting => format!("{all} · Waiting"),
        FileStage::Moving => {
            let speed = file.speed.map(|speed| format!(" · {}/s", bytes(speed)));
            let left = file.left.map(|left| format!(" · {}", left_over(left)));
            [so_far(file), speed.unwrap_or_default(), left.unwrap_or_default()].concat()
        }
        FileStage::Lost => format!("{} · Goes on when the line is back", so_far(file)),
        FileStage::Checking => "Checking that all of it is there…".into(),
        FileStage::Done if file.chosen => format!("{all} · Saved where you chose"),
        FileStage::Done if *coming => format!("{all} · In your downloads"),
        FileStage::Done => format!("{all} · {name} has it"),
        FileStage::Over { here, why } => file_over(why, *coming, here, name.as_str()),
    }
}

/// Of a file that is offered, for which there is no place.
#[must_use]
pub fn no_room(size: u64) -> String {
    format!("{} · There is not enough room for it in this browser", bytes(size))
}

fn so_far(file: &FileView) -> String {
    format!("{} of {}", bytes(file.bytes), bytes(file.size))
}

/// Why a file did not arrive; `coming` to this person, `here` when this side has ended it.
fn file_over(why: Reason, coming: bool, here: bool, name: &str) -> String {
    let receiver = if coming { "you" } else { name };
    match why {
        Reason::Declined if here => "You declined it.".into(),
        Reason::Declined => format!("{name} declined it."),
        Reason::Cancelled if here => "You cancelled it.".into(),
        Reason::Cancelled => format!("{name} cancelled it."),
        Reason::TooMany => format!("{name} has too many files waiting. Try again in a while."),
        Reason::TooLarge if coming => "It is too large for this browser.".into(),
        Reason::TooLarge => format!("It is too large for the browser of {name}."),
        Reason::NoRoom => format!("There is not enough room for it where {receiver} would keep it."),
        Reason::Unreadable if coming => format!("{name} could not read it any more."),
        Reason::Unreadable => "It cannot be read: has it changed, or is it a folder?".into(),
        Reason::Damaged => "It arrived damaged, and was thrown away. Try again.".into(),
        Reason::Broken => format!("This browser and that of {name} did not understand each other."),
        Reason::Gone => format!("{name} has loaded the page again."),
    }
}

/// A number of bytes as people say it, to two or three digits.
#[must_use]
pub fn bytes(count: u64) -> String {
    let (mut whole, mut tenths, mut unit) = (count, 0, "bytes");
    for next in ["kB", "MB", "GB", "TB", "PB"] {
        if whole < 1000 {
            break;
        }
        (tenths, whole, unit) = (whole % 1000 / 100, whole / 1000, next);
    }
    match (unit, whole) {
        ("bytes", 1) => "1 byte".into(),
        ("bytes", _) | (_, 100..) => format!("{whole} {unit}"),
        _ => format!("{whole}.{tenths} {unit}"),
    }
}

fn left_over(time: Duration) -> String {
    match time.as_secs() {
        0 | 1 => "a second left".into(),
        seconds @ 2..60 => format!("{seconds} seconds left"),
        60..90 => "a minute left".into(),
        seconds @ 90..3600 => format!("{} minutes left", (seconds + 30) / 60),
        seconds => format!("{} h {} min left", seconds / 3600, seconds / 60 % 60),
    }
}
