//! The files of a call: offered, taken or declined, sent in pieces as fast as they are stored, and gone on with where
//! they stopped when a channel or a connection is lost. One [`Post`] for each of the others.
//!
//! The bytes do not come through here: the platform carries them, and tells how far it is. **Whatever the other side
//! says, it costs the file it is about and nothing else**, and there is a most of everything.

pub mod intake;
mod item;
pub mod message;
pub mod name;
mod pace;
pub mod preview;
pub mod view;

use std::collections::VecDeque;

use self::{
    item::{Item, Stage, Way},
    message::{FileMessage, Reason, Sha256},
    name::FileName,
    preview::Preview,
    view::FileView,
};
use super::{Time, effect::PairOp};
use crate::protocol::{Incarnation, Nickname};

/// The negotiated id of the files channel (RFC 8832, section 6).
pub const FILES_CHANNEL: u16 = 2;
/// Bytes in one message on a file's own channel.
pub const MESSAGE_MOST: usize = 64 * 1024;
/// So many bytes may be on their way that are not stored yet.
pub const WINDOW: u64 = 4 * 1024 * 1024;
/// Files that are not over, in one direction.
const OPEN_MOST: usize = 32;
/// Files that are known, in one direction; the oldest that is over gives way.
const KNOWN_MOST: usize = 100;
/// Files that come at the same time; the others wait for their turn.
const AT_ONCE: usize = 4;
/// The largest number that every JSON reader takes as it is.
const SIZE_MOST: u64 = (1 << 53) - 1;
/// Channels in a row on which nothing came.
const FRUITLESS_MOST: u32 = 5;

/// A file of this person's own, as the platform keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picked {
    /// The platform's number for it, which goes over the wire.
    pub file: u32,
    pub name: String,
    pub size: u64,
    pub preview: Option<Preview>,
}

/// What a person wants of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileWish {
    Accept,
    Decline,
    Cancel,
    Pause(bool),
    /// Gives it to the person once more.
    Save,
    /// Out of sight.
    Dismiss,
}

/// What the platform does with a file beside sending it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOp {
    /// Makes a place for what comes.
    Receive { id: u32, size: u64 },
    /// Gives the person what has come.
    Save { id: u32, name: FileName },
    /// Nobody needs it any more.
    Forget(Kept),
}

/// What the platform keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// A file that this person has picked.
    Picked(u32),
    /// One that comes.
    Coming(u32),
}

/// What the platform says of a file that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileEvent {
    /// There is a place for it.
    Ready,
    /// So many bytes from its beginning are stored.
    Stored {
        bytes: u64,
    },
    /// All of it is stored.
    Whole {
        sha256: Sha256,
    },
    /// The person has it; `chosen` when it lies where they said, and not where downloads go.
    Saved {
        chosen: bool,
    },
    Failed {
        why: Reason,
    },
}

/// What is to be done, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    Say(FileMessage),
    Op(PairOp),
    File(FileOp),
}

/// Files to and from one of the others.
#[derive(Clone, Debug, Default)]
pub struct Post {
    /// The other side has said on this channel which page it is.
    ready: bool,
    page: Option<Incarnation>,
    items: VecDeque<Item>,
}

impl Post {
    /// The first word on a channel that has just opened.
    pub fn open(&mut self, page: Incarnation) -> Out {
        self.close();
        Out::Say(FileMessage::Hello { page })
    }

    /// The channel is gone, and with it every file's own.
    pub fn close(&mut self) {
        self.ready = false;
        for item in &mut self.items {
            if let Stage::Taken { flows } = &mut item.stage {
                *flows = false;
                item.pace.restart();
            }
        }
    }

    /// What the platform has to keep.
    pub fn keeps(&self) -> impl Iterator<Item = Kept> {
        self.items.iter().filter_map(Item::keeps)
    }

    /// Offers a file; nothing when there are too many.
    pub fn offer(&mut self, id: u32, picked: Picked) -> Vec<Out> {
        let Picked { file, name, size, preview } = picked;
        if size > SIZE_MOST || self.open_ones(false) >= OPEN_MOST {
            return Vec::new();
        }
        let way = Way::Out { sent: 0, digest: None };
        let item = Item::new(id, file, FileName::from_anything(&name), size, preview, way);
        let offer = item.offer();
        self.add(item);
        self.only_if_ready(vec![Out::Say(offer)])
    }

    fn add(&mut self, item: Item) {
        let alike = |known: &Item| known.is_coming() == item.is_coming();
        if self.items.iter().filter(|known| alike(known)).count() >= KNOWN_MOST {
            let oldest = self.items.iter().position(|known| alike(known) && known.stage.is_over());
            oldest.and_then(|place| self.items.remove(place));
        }
        self.items.push_back(item);
    }

    fn open_ones(&self, coming: bool) -> usize {
        self.items.iter().filter(|item| item.is_coming() == coming && !item.stage.is_over()).count()
    }

    fn only_if_ready(&self, mut out: Vec<Out>) -> Vec<Out> {
        out.retain(|out| self.ready || matches!(out, Out::File(_)));
        out
    }

    /// What a person wants of one of these files.
    pub fn wish(&mut self, id: u32, wish: FileWish) -> Vec<Out> {
        let mut out = Vec::new();
        let Some(item) = self.items.iter_mut().find(|item| item.id == id) else { return out };
        match (wish, item.stage) {
            (FileWish::Accept, Stage::Offered) if item.is_coming() => {
                item.stage = Stage::Preparing;
                out.push(Out::File(FileOp::Receive { id, size: item.size }));
            }
            (FileWish::Decline, Stage::Offered) if item.is_coming() => item.end(Reason::Declined, &mut out),
            (FileWish::Cancel, stage) if !stage.is_over() && stage != Stage::Saving => {
                item.end(Reason::Cancelled, &mut out);
            }
            (FileWish::Pause(paused), Stage::Preparing | Stage::Taken { .. })
                if item.paused_here != paused =>
            {
                item.paused_here = paused;
                item.pause(&mut out);
                let file = item.file;
                out.push(Out::Say(match item.is_coming() {
                    true => FileMessage::Wait { file, paused },
                    false => FileMessage::Pause { file, paused },
                }));
            }
            (FileWish::Save, Stage::Done) if item.is_coming() => {
                out.push(Out::File(FileOp::Save { id, name: item.name.clone() }));
            }
            (FileWish::Dismiss, stage) if stage.is_over() => item.dismissed = true,
            _ => {}
        }
        self.next_turns(&mut out);
        self.only_if_ready(out)
    }

    /// Asks for what has been taken, a few files at a time.
    fn next_turns(&mut self, out: &mut Vec<Out>) {
        if !self.ready {
            return;
        }
        let coming = self.items.iter().filter(|item| item.is_coming());
        let mut at_once = coming.filter(|item| item.flows() && !item.paused()).count();
        for item in &mut self.items {
            let waits = item.stage == Stage::Taken { flows: false } && !item.paused_here;
            let Way::In { began, .. } = &mut item.way else { continue };
            if !waits || at_once >= AT_ONCE {
                continue;
            }
            at_once += 1;
            *began = item.bytes;
            item.stage = Stage::Taken { flows: true };
            item.pace.restart();
            let (id, file, from) = (item.id, item.file, item.bytes);
            out.extend([
                Out::Op(PairOp::TakeFile { id, file, from }),
                Out::Say(FileMessage::Take { file, from }),
            ]);
        }
    }

    fn find(&mut self, file: u32, coming: bool) -> Option<&mut Item> {
        self.items.iter_mut().rev().find(|item| item.file == file && item.is_coming() == coming)
    }

    /// Takes what the other side says; `next_id` numbers what it offers.
    pub fn hear(&mut self, message: FileMessage, next_id: &mut u32, now: Time) -> Vec<Out> {
        let mut out = Vec::new();
        match message {
            FileMessage::Hello { page } => self.greeted(page, &mut out),
            // Before, nobody knows whose files it is about.
            _ if !self.ready => {}
            FileMessage::Offer { file, name, size, preview } => {
                self.offered(file, &name, size, preview, next_id, &mut out);
            }
            FileMessage::Pause { file, paused } => self.paused_there(file, true, paused, &mut out),
            FileMessage::Wait { file, paused } => self.paused_there(file, false, paused, &mut out),
            FileMessage::Withdraw { file, why } => self.ended_there(file, true, why, &mut out),
            FileMessage::Refuse { file, why } => self.ended_there(file, false, why, &mut out),
            FileMessage::Digest { file, sha256 } => {
                let Some(item) = self.find(file, true) else { return out };
                if let Way::In { digest, .. } = &mut item.way {
                    *digest = Some(sha256);
                }
                item.compare(&mut out);
            }
            FileMessage::Take { file, from } => self.taken(file, from, &mut out),
            FileMessage::Received { file, bytes } => self.received(file, bytes, now, &mut out),
            FileMessage::Complete { file } => self.completed(file, &mut out),
        }
        self.next_turns(&mut out);
        self.only_if_ready(out)
    }

    /// A page that was loaded again knows nothing of what was offered to it, and has nothing of what it offered.
    fn greeted(&mut self, page: Incarnation, out: &mut Vec<Out>) {
        let known = self.page.replace(page).is_none_or(|known| known == page);
        self.ready = true;
        for item in &mut self.items {
            // Whoever still pauses says so again.
            item.paused_there = false;
            if !known && !item.stage.is_over() {
                match &mut item.way {
                    Way::In { .. } if item.stage == Stage::Saving => {}
                    Way::In { .. } => item.stage = Stage::Over { here: false, why: Reason::Gone },
                    Way::Out { sent, digest } => {
                        (*sent, *digest) = (0, None);
                        (item.stage, item.bytes) = (Stage::Offered, 0);
                    }
                }
            }
            match (item.stage, item.is_coming()) {
                (Stage::Done, _) | (Stage::Over { here: false, .. }, _) => {}
                (Stage::Over { why, .. }, false) if known => out.push(Out::Say(item.last_word(why))),
                (Stage::Over { .. }, _) => {}
                (_, true) if item.paused_here => {
                    out.push(Out::Say(FileMessage::Wait { file: item.file, paused: true }));
                }
                (_, true) => {}
                (_, false) => {
                    out.push(Out::Say(item.offer()));
                    if item.paused_here {
                        out.push(Out::Say(FileMessage::Pause { file: item.file, paused: true }));
                    }
                }
            }
        }
    }

    fn offered(
        &mut self,
        file: u32,
        name: &str,
        size: u64,
        preview: Option<Preview>,
        next_id: &mut u32,
        out: &mut Vec<Out>,
    ) {
        let name = FileName::from_anything(name);
        if let Some(known) = self.find(file, true) {
            match known.stage {
                Stage::Done => out.push(Out::Say(FileMessage::Complete { file })),
                Stage::Over { why, .. } => out.push(Out::Say(FileMessage::Refuse { file, why })),
                Stage::Saving => {}
                // Said again on a new channel: it is the same file.
                _ if (&known.name, known.size) == (&name, size) => {}
                _ => known.end(Reason::Broken, out),
            }
            return;
        }
        if size > SIZE_MOST || self.open_ones(true) >= OPEN_MOST {
            let why = if size > SIZE_MOST { Reason::TooLarge } else { Reason::TooMany };
            out.push(Out::Say(FileMessage::Refuse { file, why }));
            return;
        }
        let way = Way::In { digest: None, own: None, began: 0, fruitless: 0 };
        let id = *next_id;
        *next_id = next_id.wrapping_add(1);
        self.add(Item::new(id, file, name, size, preview, way));
    }

    fn paused_there(&mut self, file: u32, coming: bool, paused: bool, out: &mut Vec<Out>) {
        if let Some(item) = self.find(file, coming).filter(|item| !item.stage.is_over()) {
            item.paused_there = paused;
            item.pause(out);
        }
    }

    fn ended_there(&mut self, file: u32, coming: bool, why: Reason, out: &mut Vec<Out>) {
        let Some(item) = self.find(file, coming) else { return };
        match item.stage {
            // What is here already cannot be withdrawn, and whoever tries is told so.
            Stage::Saving => {}
            Stage::Done if coming => out.push(Out::Say(FileMessage::Complete { file })),
            stage if stage.is_over() => {}
            _ => item.ended_there(why, out),
        }
    }

    fn taken(&mut self, file: u32, from: u64, out: &mut Vec<Out>) {
        let Some(item) = self.find(file, false).filter(|item| !item.stage.is_over()) else { return };
        let Way::Out { sent, .. } = item.way else { return };
        if from > sent.min(item.size) {
            return item.end(Reason::Broken, out);
        }
        item.stage = Stage::Taken { flows: true };
        item.bytes = from;
        item.pace.restart();
        out.push(Out::Op(PairOp::SendFile { file, from }));
        item.allow(out);
    }

    fn received(&mut self, file: u32, bytes: u64, now: Time, out: &mut Vec<Out>) {
        let Some(item) = self.find(file, false).filter(|item| item.flows()) else { return };
        let Way::Out { sent, .. } = item.way else { return };
        if bytes < item.bytes || bytes > sent {
            return item.end(Reason::Broken, out);
        }
        item.bytes = bytes;
        item.pace.reached(bytes, now);
        item.allow(out);
    }

    fn completed(&mut self, file: u32, out: &mut Vec<Out>) {
        let Some(item) = self.find(file, false) else { return };
        let too_late = item.stage == Stage::Over { here: true, why: Reason::Cancelled };
        if item.stage.is_over() && !too_late {
            return;
        }
        if matches!(item.way, Way::Out { digest: Some(_), .. }) {
            (item.stage, item.bytes) = (Stage::Done, item.size);
            out.push(item.channel_closed());
        } else if !too_late {
            item.end(Reason::Broken, out);
        }
    }

    /// All of an own file was handed to its channel.
    pub fn sent(&mut self, file: u32, sha256: Sha256) -> Vec<Out> {
        let Some(item) = self.find(file, false).filter(|item| item.flows()) else { return Vec::new() };
        let Way::Out { digest, .. } = &mut item.way else { return Vec::new() };
        *digest = Some(sha256);
        self.only_if_ready(vec![Out::Say(FileMessage::Digest { file, sha256 })])
    }

    /// An own file cannot be sent on.
    pub fn unsent(&mut self, file: u32, why: Reason) -> Vec<Out> {
        let mut out = Vec::new();
        if let Some(item) = self.find(file, false).filter(|item| !item.stage.is_over()) {
            item.end(why, &mut out);
        }
        self.only_if_ready(out)
    }

    /// The channel of a file that comes is closed, and there is more of it.
    pub fn lost(&mut self, file: u32) -> Vec<Out> {
        let mut out = Vec::new();
        if let Some(item) = self.find(file, true).filter(|item| item.flows()) {
            let Way::In { began, fruitless, .. } = &mut item.way else { return out };
            *fruitless = if item.bytes > *began { 0 } else { *fruitless + 1 };
            if *fruitless > FRUITLESS_MOST {
                item.end(Reason::Broken, &mut out);
            } else {
                item.stage = Stage::Taken { flows: false };
            }
        }
        self.next_turns(&mut out);
        self.only_if_ready(out)
    }

    /// What the platform says of a file that comes; nothing when it is not of these.
    pub fn happened(&mut self, id: u32, event: FileEvent, now: Time) -> Vec<Out> {
        let mut out = Vec::new();
        let Some(item) = self.items.iter_mut().find(|item| item.id == id && item.is_coming()) else {
            return out;
        };
        match (event, item.stage) {
            (FileEvent::Ready, Stage::Preparing) => item.stage = Stage::Taken { flows: false },
            (FileEvent::Stored { bytes }, Stage::Taken { .. }) => {
                item.bytes = bytes.min(item.size);
                item.pace.reached(item.bytes, now);
                if item.flows() {
                    out.push(Out::Say(FileMessage::Received { file: item.file, bytes: item.bytes }));
                }
            }
            (FileEvent::Whole { sha256 }, Stage::Taken { .. }) => {
                if let Way::In { own, .. } = &mut item.way {
                    *own = Some(sha256);
                }
                item.compare(&mut out);
            }
            (FileEvent::Saved { chosen }, Stage::Saving) => {
                (item.stage, item.chosen) = (Stage::Done, chosen);
                out.push(Out::Say(FileMessage::Complete { file: item.file }));
            }
            // It was saved before, and this was once more.
            (FileEvent::Failed { .. }, Stage::Done) => {}
            (FileEvent::Failed { why }, stage) if !stage.is_over() => item.end(why, &mut out),
            _ => {}
        }
        self.next_turns(&mut out);
        self.only_if_ready(out)
    }

    #[must_use]
    pub fn knows(&self, id: u32) -> bool {
        self.items.iter().any(|item| item.id == id)
    }

    pub fn view<'a>(&'a self, nickname: &'a Nickname) -> impl Iterator<Item = FileView> + 'a {
        self.items.iter().filter(|item| !item.dismissed).map(|item| item.view(self.ready, nickname))
    }
}

#[cfg(test)]
mod tests;
