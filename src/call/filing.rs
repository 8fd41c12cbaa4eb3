//! The files of the call at hand: what the person offers goes to everybody, what comes is asked about.

use std::collections::BTreeSet;

use super::{
    Phone, Time,
    effect::{Effect, PairOp},
    files::{FileEvent, FileOp, FileWish, Kept, Out, Picked, Post, message::FileMessage, view::FileView},
    pair::PairId,
};
use crate::protocol::{CallId, PeerId};

/// Files that are offered in one go; of what is beyond, none is.
const PICKED_MOST: usize = 32;

impl Phone {
    /// The files of the call.
    #[must_use]
    pub fn files(&self) -> Vec<FileView> {
        let Some(call) = self.call.as_ref().filter(|call| !call.is_over()) else { return Vec::new() };
        call.others.iter().flat_map(|other| other.post.view(&other.nickname)).collect()
    }

    /// Another one with each change of [`Self::files`] that is worth showing.
    #[must_use]
    pub fn files_revision(&self) -> Option<(CallId, u64)> {
        self.call.as_ref().filter(|call| !call.is_over()).map(|call| (call.id, self.bulletin.revision()))
    }

    pub(super) fn offer_files(&mut self, picked: Vec<Picked>) {
        self.kept.extend(picked.iter().map(|picked| Kept::Picked(picked.file)));
        let Some(call) = self.call.as_mut().filter(|call| call.is_agreed()) else { return };
        let mut outs = Vec::new();
        for other in &mut call.others {
            for picked in picked.iter().take(PICKED_MOST) {
                let id = self.next_file;
                self.next_file = self.next_file.wrapping_add(1);
                outs.push((other.pair_id(), other.post.offer(id, picked.clone())));
            }
        }
        self.bulletin.changed();
        outs.into_iter().for_each(|(pair, outs)| self.carry(pair, outs));
    }

    pub(super) fn wish_of_file(&mut self, id: u32, wish: FileWish) {
        if wish == FileWish::Accept {
            // The person may have chosen a place for it, and the sender withdrawn it meanwhile.
            self.kept.insert(Kept::Coming(id));
        }
        self.with_post_of(id, |post| post.wish(id, wish));
        self.bulletin.changed();
    }

    pub(super) fn file_said(&mut self, id: u32, event: FileEvent, now: Time) {
        self.with_post_of(id, |post| post.happened(id, event, now));
        match event {
            FileEvent::Stored { .. } => self.bulletin.moved(now),
            _ => self.bulletin.changed(),
        }
    }

    pub(super) fn files_opened(&mut self, pair: PairId) {
        let page = self.incarnation;
        if let Some(hello) = self.with_other(pair.peer, |other| other.post.open(page)) {
            self.carry(Some(pair), vec![hello]);
        }
        self.bulletin.changed();
    }

    pub(super) fn files_closed(&mut self, peer: PeerId) {
        self.with_other(peer, |other| other.post.close());
        self.bulletin.changed();
    }

    pub(super) fn files_heard(&mut self, pair: PairId, message: FileMessage, now: Time) {
        match message {
            FileMessage::Received { .. } => self.bulletin.moved(now),
            _ => self.bulletin.changed(),
        }
        let mut next = self.next_file;
        let outs = self.with_other(pair.peer, |other| other.post.hear(message, &mut next, now));
        self.next_file = next;
        self.carry(Some(pair), outs.unwrap_or_default());
    }

    /// Something that the connection at hand says of a file.
    pub(super) fn file_moved(&mut self, pair: PairId, change: impl FnOnce(&mut Post) -> Vec<Out>) {
        let outs = self.with_other(pair.peer, |other| change(&mut other.post));
        self.bulletin.changed();
        self.carry(Some(pair), outs.unwrap_or_default());
    }

    fn with_post_of(&mut self, id: u32, change: impl FnOnce(&mut Post) -> Vec<Out>) {
        let Some(call) = self.call.as_mut().filter(|call| !call.is_over()) else { return };
        let Some(other) = call.others.iter_mut().find(|other| other.post.knows(id)) else { return };
        let (pair, outs) = (other.pair_id(), change(&mut other.post));
        self.carry(pair, outs);
    }

    fn carry(&mut self, pair: Option<PairId>, outs: Vec<Out>) {
        for out in outs {
            let op = match out {
                Out::File(op) => {
                    if let FileOp::Receive { id, .. } = op {
                        self.kept.insert(Kept::Coming(id));
                    }
                    self.emit(Effect::File(op));
                    continue;
                }
                Out::Say(message) => PairOp::Files(message),
                Out::Op(op) => op,
            };
            if let Some(pair) = pair {
                self.emit(Effect::Pair { pair, op });
            }
        }
    }

    /// The platform keeps no file longer than it is needed.
    pub(super) fn settle_files(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        let call = self.call.as_ref().filter(|call| !call.is_over());
        let others = call.into_iter().flat_map(|call| &call.others);
        let wanted: BTreeSet<Kept> = others.flat_map(|other| other.post.keeps()).collect();
        let unwanted: Vec<Kept> = self.kept.difference(&wanted).copied().collect();
        for kept in unwanted {
            self.kept.remove(&kept);
            self.emit(Effect::File(FileOp::Forget(kept)));
        }
    }
}
