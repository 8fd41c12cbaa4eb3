//! Files as browsers carry them: those that were picked, those that come, and the channels between. A file's bytes are
//! not there; whose they are, and from where to where, is.

use std::{collections::BTreeMap, time::Duration};

use tincan::call::{
    effect::PairOp,
    files::{
        FileEvent, FileOp, Kept, MESSAGE_MOST, Picked,
        intake::Intake,
        message::{Reason, Sha256},
    },
    input::{Input, PairEvent},
};

use crate::{
    model_peer::End,
    world::{Event, Person, World},
};

/// So much is read, and goes over a channel, at once.
const READ: u64 = 512 * 1024;
const SIZE_MOST: usize = 12 * 1024 * 1024;

/// The files of one page.
#[derive(Default)]
pub struct Files {
    pub picked: BTreeMap<u32, PickedFile>,
    pub coming: BTreeMap<u32, Store>,
    next: u32,
}

pub struct PickedFile {
    size: u64,
    digest: Sha256,
    /// So many bytes from its beginning are in the digest.
    hashed: u64,
}

pub struct Store {
    intake: Intake,
    unwritten: u64,
    writing: bool,
    /// Of the file whose bytes it has.
    digest: Sha256,
    /// It is whole, and that was said.
    finished: bool,
}

/// A file's own channel, in one direction.
struct Channel {
    sender: End,
    /// The other end, once it has been told, or is about to be.
    receiver: Option<End>,
    file: u32,
    size: u64,
    digest: Sha256,
    from: u64,
    at: u64,
    until: u64,
    /// The digest was said.
    sent: bool,
    /// Its next step is due already.
    steps: bool,
    /// What is sent later does not arrive earlier.
    arrived: Duration,
}

/// A channel that an end has asked for.
struct Expected {
    id: u32,
    from: u64,
    channel: Option<u64>,
}

#[derive(Debug)]
pub enum BulkEvent {
    Steps { channel: u64 },
    Announced { channel: u64 },
    Arrives { channel: u64, bytes: u64 },
    Closed { channel: u64 },
    Written { person: Person, page: u32, id: u32 },
}

/// The channels of all connections.
#[derive(Default)]
pub struct Bulk {
    next: u64,
    channels: BTreeMap<u64, Channel>,
    going: BTreeMap<(End, u32), u64>,
    expected: BTreeMap<(End, u32), Expected>,
}

impl World {
    /// A few files, each of its own name.
    pub fn pick(&mut self, person: Person) -> Vec<Picked> {
        (0..=self.dice.below(2)).map(|_| self.pick_one(person)).collect()
    }

    fn pick_one(&mut self, person: Person) -> Picked {
        self.parcels += 1;
        let size = if self.dice.percent(10) { 0 } else { self.dice.below(SIZE_MOST) as u64 };
        // All that are empty are the same.
        let number = if size > 0 { self.parcels } else { 0 };
        let digest = Sha256(std::array::from_fn(|i| (number >> (8 * (i % 4))) as u8));
        let files = &mut self.clients[person].files;
        let file = files.next;
        files.next += 1;
        files.picked.insert(file, PickedFile { size, digest, hashed: 0 });
        Picked { file, name: format!("{}.bin", self.parcels), size, preview: None }
    }

    pub fn file(&mut self, person: Person, page: u32, op: FileOp) {
        let happens = |id, event| Event::Happens { person, page, input: Input::File { id, event } };
        match op {
            FileOp::Receive { id, size } => {
                if self.dice.percent(95) {
                    let intake = Intake::new(size);
                    let (unwritten, digest) = (0, Sha256([0; 32]));
                    let store = Store { intake, unwritten, writing: false, digest, finished: false };
                    let before = self.clients[person].files.coming.insert(id, store);
                    assert!(before.is_none(), "two places for one file");
                    self.after(5, 500, happens(id, FileEvent::Ready));
                    if size == 0 {
                        self.after(500, 501, Event::Bulk(BulkEvent::Written { person, page, id }));
                    }
                } else {
                    self.after(5, 500, happens(id, FileEvent::Failed { why: Reason::TooLarge }));
                }
            }
            FileOp::Save { id, .. } => {
                let store = self.clients[person].files.coming.get(&id);
                assert!(store.is_some_and(|store| store.finished), "a file is saved that is not there");
                let saved = if self.dice.percent(97) {
                    FileEvent::Saved { chosen: false }
                } else {
                    FileEvent::Failed { why: Reason::NoRoom }
                };
                self.after(5, 1_000, happens(id, saved));
            }
            FileOp::Forget(Kept::Picked(file)) => drop(self.clients[person].files.picked.remove(&file)),
            FileOp::Forget(Kept::Coming(id)) => drop(self.clients[person].files.coming.remove(&id)),
        }
    }

    pub fn carry(&mut self, person: Person, end: End, op: PairOp) {
        match op {
            PairOp::SendFile { file, from } => self.send_file(person, end, file, from),
            PairOp::AllowFile { file, until } => {
                let channel = self.bulk.going.get(&(end, file)).copied();
                if let Some(channel) = channel {
                    self.bulk.channels.get_mut(&channel).expect("a channel that goes").until = until;
                    self.step_soon(channel);
                }
            }
            PairOp::TakeFile { id, file, from } => {
                self.stop_file(end, file, true);
                if self.clients[person].files.coming.contains_key(&id) {
                    self.bulk.expected.insert((end, file), Expected { id, from, channel: None });
                }
            }
            PairOp::StopFile { file, coming } => self.stop_file(end, file, coming),
            other => panic!("{other:?} is not about a file"),
        }
    }

    fn send_file(&mut self, person: Person, end: End, file: u32, from: u64) {
        self.stop_file(end, file, false);
        let Some(picked) = self.clients[person].files.picked.get(&file) else { return };
        let channel = Channel {
            sender: end,
            receiver: None,
            file,
            size: picked.size,
            digest: picked.digest,
            from,
            at: from,
            until: 0,
            sent: false,
            steps: false,
            arrived: self.now,
        };
        self.bulk.next += 1;
        let number = self.bulk.next;
        self.bulk.channels.insert(number, channel);
        self.bulk.going.insert((end, file), number);
        self.step_soon(number);
    }

    /// This side's end of a file's channel is closed; the other one sees it, and only a receiver says so.
    fn stop_file(&mut self, end: End, file: u32, coming: bool) {
        if coming {
            let channel = self.bulk.expected.remove(&(end, file)).and_then(|expected| expected.channel);
            channel.into_iter().for_each(|channel| self.bulk.drop_channel(channel));
        } else if let Some(channel) = self.bulk.going.remove(&(end, file)) {
            self.arrives(channel, BulkEvent::Closed { channel });
        }
    }

    fn arrives(&mut self, channel: u64, event: BulkEvent) {
        let at = self.now + self.dice.millis(20, 60);
        let Some(known) = self.bulk.channels.get_mut(&channel) else { return };
        known.arrived = known.arrived.max(at);
        let at = known.arrived;
        self.at(at, Event::Bulk(event));
    }

    fn step_soon(&mut self, channel: u64) {
        let Some(known) = self.bulk.channels.get_mut(&channel) else { return };
        if !std::mem::replace(&mut known.steps, true) {
            let most = if self.at_rest { 10 } else { 400 };
            self.after(1, most, Event::Bulk(BulkEvent::Steps { channel }));
        }
    }

    /// A path has come up: what waited for it goes on.
    pub fn bulk_goes_on(&mut self, end: End) {
        let going = self.bulk.going.iter().filter(|((sender, _), _)| *sender == end);
        let channels: Vec<u64> = going.map(|(_, channel)| *channel).collect();
        channels.into_iter().for_each(|channel| self.step_soon(channel));
    }

    /// A connection is closed on this side, or has been on the other one.
    pub fn bulk_ends(&mut self, end: End, here: bool) {
        self.bulk.going.retain(|(sender, _), _| *sender != end);
        self.bulk.channels.retain(|_, channel| channel.sender != end);
        let expected = std::mem::take(&mut self.bulk.expected).into_iter();
        let (gone, stays): (Vec<_>, Vec<_>) = expected.partition(|((to, _), _)| *to == end);
        self.bulk.expected = stays.into_iter().collect();
        for ((_, file), Expected { id, channel, .. }) in gone {
            if !here && channel.is_some() && self.store(end, id).is_some_and(|store| !store.intake.is_full())
            {
                self.report(end, 22, 23, PairEvent::FileLost { file });
            }
        }
    }

    /// On the page that has this end.
    fn store(&mut self, end: End, id: u32) -> Option<&mut Store> {
        let (person, page, _) = self.ends.get(&end)?;
        let client = &mut self.clients[*person];
        client.files.coming.get_mut(&id).filter(|_| client.page == *page)
    }

    pub fn bulk_happens(&mut self, event: BulkEvent) {
        match event {
            BulkEvent::Steps { channel } => self.steps(channel),
            BulkEvent::Announced { channel } => self.announced(channel),
            BulkEvent::Arrives { channel, bytes } => self.bytes_arrive(channel, bytes),
            BulkEvent::Closed { channel } => self.channel_closes(channel),
            BulkEvent::Written { person, page, id } => self.written(person, page, id),
        }
    }

    fn steps(&mut self, number: u64) {
        let Some(channel) = self.bulk.channels.get_mut(&number) else { return };
        channel.steps = false;
        let (sender, file) = (channel.sender, channel.file);
        if self.bulk.going.get(&(sender, file)) != Some(&number) {
            return;
        }
        // Without a path it waits for one.
        let Some(receiver) = self.model.other(sender) else { return };
        if channel.receiver.replace(receiver).is_none() {
            self.arrives(number, BulkEvent::Announced { channel: number });
        }
        let unreadable = self.dice.below(500) == 0;
        let Some((person, page, _)) = self.ends.get(&sender).copied() else { return };
        if self.clients[person].page != page {
            return;
        }
        let picked = self.clients[person].files.picked.get_mut(&file);
        let (Some(picked), Some(channel)) = (picked, self.bulk.channels.get_mut(&number)) else { return };
        if channel.at == channel.size {
            assert_eq!(picked.hashed, picked.size, "a digest of a part");
            let sha256 = picked.digest;
            if !std::mem::replace(&mut channel.sent, true) {
                self.report(sender, 1, 20, PairEvent::FileSent { file, sha256 });
            }
            return;
        }
        if unreadable {
            return self.report(sender, 1, 20, PairEvent::FileUnsent { file, why: Reason::Unreadable });
        }
        let until = channel.until.min(channel.at + READ).min(channel.size);
        let Some(bytes) = until.checked_sub(channel.at).filter(|bytes| *bytes > 0) else { return };
        assert!(channel.at <= picked.hashed, "what nobody has read is skipped");
        picked.hashed = picked.hashed.max(until);
        channel.at = until;
        self.arrives(number, BulkEvent::Arrives { channel: number, bytes });
        self.step_soon(number);
    }

    fn announced(&mut self, number: u64) {
        let Some(channel) = self.bulk.channels.get(&number) else { return };
        let (file, from, Some(to)) = (channel.file, channel.from, channel.receiver) else { return };
        let expected = self.bulk.expected.get(&(to, file)).filter(|expected| expected.from == from);
        let id = expected.map(|expected| expected.id);
        let store = id.and_then(|id| self.store(to, id));
        if store.is_some_and(|store| store.intake.goes_on(from).is_ok()) {
            let expected = self.bulk.expected.get_mut(&(to, file));
            expected.into_iter().for_each(|expected| expected.channel = Some(number));
        } else {
            // Nobody has asked for it.
            self.bulk.drop_channel(number);
        }
    }

    fn bytes_arrive(&mut self, number: u64, bytes: u64) {
        let Some(channel) = self.bulk.channels.get(&number) else { return };
        let (file, digest, Some(to)) = (channel.file, channel.digest, channel.receiver) else { return };
        let expected = self.bulk.expected.get(&(to, file));
        let expected = expected.filter(|expected| expected.channel == Some(number));
        let Some(id) = expected.map(|expected| expected.id) else { return };
        let Some(store) = self.store(to, id) else { return };
        let mut left = bytes;
        while left > 0 {
            let message = left.min(MESSAGE_MOST as u64);
            let known = store.intake.take(message as usize).expect("an honest sender keeps to the rules");
            store.unwritten += message - known as u64;
            left -= message;
        }
        let one = store.digest == digest || store.digest == Sha256([0; 32]);
        assert!(one, "two files become one");
        store.digest = digest;
        if !std::mem::replace(&mut store.writing, true)
            && let Some((person, page, _)) = self.ends.get(&to).copied()
        {
            self.after(1, 100, Event::Bulk(BulkEvent::Written { person, page, id }));
        }
    }

    fn channel_closes(&mut self, number: u64) {
        let Some(Channel { file, receiver, .. }) = self.bulk.channels.remove(&number) else { return };
        let Some(to) = receiver else { return };
        let expected = self.bulk.expected.get_mut(&(to, file));
        let Some(expected) = expected.filter(|expected| expected.channel == Some(number)) else { return };
        expected.channel = None;
        let id = expected.id;
        if self.store(to, id).is_some_and(|store| !store.intake.is_full()) {
            self.report(to, 1, 2, PairEvent::FileLost { file });
        }
    }

    fn written(&mut self, person: Person, page: u32, id: u32) {
        let client = &mut self.clients[person];
        let store = client.files.coming.get_mut(&id).filter(|_| client.page == page);
        let Some(store) = store.filter(|store| !store.finished) else { return };
        store.writing = false;
        let bytes = std::mem::take(&mut store.unwritten);
        store.intake.store(bytes);
        let (stored, sha256) = (store.intake.stored(), store.digest);
        store.finished = store.intake.is_stored();
        let finished = store.finished;
        if bytes > 0 {
            self.input(person, page, Input::File { id, event: FileEvent::Stored { bytes: stored } });
        }
        if finished {
            self.input(person, page, Input::File { id, event: FileEvent::Whole { sha256 } });
        }
    }
}

impl Bulk {
    /// By its receiver: whoever sends sees it, and says nothing.
    fn drop_channel(&mut self, channel: u64) {
        self.channels.remove(&channel);
        self.going.retain(|_, going| *going != channel);
    }
}
