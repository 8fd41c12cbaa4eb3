//! One file: how far it is, and what its end means.

use super::{
    FileOp, Kept, Out, WINDOW,
    message::{FileMessage, Reason, Sha256},
    name::FileName,
    pace::Pace,
    preview::Preview,
    view::{FileStage, FileView},
};
use crate::{call::effect::PairOp, protocol::Nickname};

#[derive(Clone, Debug)]
pub struct Item {
    /// This page's own number for it.
    pub id: u32,
    /// The sender's.
    pub file: u32,
    pub name: FileName,
    pub size: u64,
    pub preview: Option<Preview>,
    pub way: Way,
    pub stage: Stage,
    /// Arrived and stored, from the beginning.
    pub bytes: u64,
    pub paused_here: bool,
    pub paused_there: bool,
    pub pace: Pace,
    pub dismissed: bool,
    /// Saved where the person said.
    pub chosen: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    Out {
        /// The other side may have been sent everything before this.
        sent: u64,
        digest: Option<Sha256>,
    },
    In {
        /// As the sender said.
        digest: Option<Sha256>,
        /// Of what has come.
        own: Option<Sha256>,
        /// Where the last channel began, and how many before it brought nothing.
        began: u64,
        fruitless: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Offered,
    /// Taken; there is no place for it yet.
    Preparing,
    /// Taken. `flows` when there is a channel for it on the connection at hand.
    Taken {
        flows: bool,
    },
    /// All there, and right; on its way to the person.
    Saving,
    Done,
    Over {
        here: bool,
        why: Reason,
    },
}

impl Stage {
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Over { .. })
    }
}

impl Item {
    pub fn new(id: u32, file: u32, name: FileName, size: u64, preview: Option<Preview>, way: Way) -> Self {
        Self {
            id,
            file,
            name,
            size,
            preview,
            way,
            stage: Stage::Offered,
            bytes: 0,
            paused_here: false,
            paused_there: false,
            pace: Pace::default(),
            dismissed: false,
            chosen: false,
        }
    }

    pub const fn is_coming(&self) -> bool {
        matches!(self.way, Way::In { .. })
    }

    pub const fn paused(&self) -> bool {
        self.paused_here || self.paused_there
    }

    pub const fn flows(&self) -> bool {
        matches!(self.stage, Stage::Taken { flows: true })
    }

    pub fn keeps(&self) -> Option<Kept> {
        match (self.is_coming(), self.stage) {
            (false, Stage::Offered | Stage::Taken { .. }) => Some(Kept::Picked(self.file)),
            (true, Stage::Preparing | Stage::Taken { .. } | Stage::Saving | Stage::Done) => {
                (!self.dismissed).then_some(Kept::Coming(self.id))
            }
            _ => None,
        }
    }

    pub fn offer(&self) -> FileMessage {
        let Self { file, name, size, preview, .. } = self;
        FileMessage::Offer { file: *file, name: name.to_string(), size: *size, preview: preview.clone() }
    }

    /// Ends it from this side.
    pub fn end(&mut self, why: Reason, out: &mut Vec<Out>) {
        self.stage = Stage::Over { here: true, why };
        out.push(self.channel_closed());
        out.push(Out::Say(self.last_word(why)));
    }

    pub fn ended_there(&mut self, why: Reason, out: &mut Vec<Out>) {
        self.stage = Stage::Over { here: false, why };
        out.push(self.channel_closed());
    }

    pub fn last_word(&self, why: Reason) -> FileMessage {
        let file = self.file;
        if self.is_coming() { FileMessage::Refuse { file, why } } else { FileMessage::Withdraw { file, why } }
    }

    pub fn channel_closed(&self) -> Out {
        Out::Op(PairOp::StopFile { file: self.file, coming: self.is_coming() })
    }

    /// Tells the platform how far it may send.
    pub fn allow(&mut self, out: &mut Vec<Out>) {
        let until = if self.paused() { 0 } else { self.size.min(self.bytes.saturating_add(WINDOW)) };
        let Way::Out { sent, .. } = &mut self.way else { return };
        *sent = until.max(*sent);
        if self.stage == (Stage::Taken { flows: true }) {
            out.push(Out::Op(PairOp::AllowFile { file: self.file, until }));
        }
    }

    pub fn pause(&mut self, out: &mut Vec<Out>) {
        self.pace.restart();
        self.allow(out);
    }

    /// Whether what came is what was sent, once both are known.
    pub fn compare(&mut self, out: &mut Vec<Out>) {
        let Way::In { digest: Some(digest), own: Some(own), .. } = self.way else { return };
        if !matches!(self.stage, Stage::Taken { .. }) {
            return;
        }
        if digest != own {
            return self.end(Reason::Damaged, out);
        }
        self.stage = Stage::Saving;
        out.push(self.channel_closed());
        out.push(Out::File(FileOp::Save { id: self.id, name: self.name.clone() }));
    }

    pub fn view(&self, ready: bool, nickname: &Nickname) -> FileView {
        let stage = match self.stage {
            Stage::Offered => FileStage::Offered,
            Stage::Preparing => FileStage::Waiting,
            Stage::Taken { .. } if !ready => FileStage::Lost,
            Stage::Taken { .. } if self.bytes == self.size => FileStage::Checking,
            Stage::Taken { flows: true } => FileStage::Moving,
            Stage::Taken { flows: false } => FileStage::Waiting,
            Stage::Saving => FileStage::Checking,
            Stage::Done => FileStage::Done,
            Stage::Over { here, why } => FileStage::Over { here, why },
        };
        let moves = stage == FileStage::Moving && !self.paused();
        FileView {
            id: self.id,
            coming: self.is_coming(),
            nickname: nickname.clone(),
            name: self.name.clone(),
            size: self.size,
            preview: self.preview.as_ref().map(Preview::address),
            bytes: self.bytes,
            stage,
            chosen: self.chosen,
            paused_here: self.paused_here,
            paused_there: self.paused_there,
            speed: self.pace.speed().filter(|_| moves),
            left: self.pace.left(self.size).filter(|_| moves),
        }
    }
}
