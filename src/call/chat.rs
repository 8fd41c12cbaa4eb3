//! The chat of a call: text in order and exactly once, over data channels that may be lost and made anew.
//!
//! Each side numbers its texts from 0. Whenever a channel opens, both say how far they have heard the other, and
//! what is missing is said again from there on. Whoever loads the page anew begins anew.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use super::Time;
use crate::{
    protocol::{Incarnation, Nickname},
    settings::Timeouts,
};

/// The negotiated id of the chat channel (RFC 8832, section 6).
pub const CHAT_CHANNEL: u16 = 1;
/// Characters in one text: more than anybody types, less than a message on a data channel may have.
pub const TEXT_MOST: usize = 4_000;
/// What is shown; the oldest gives way.
const LINES_MOST: usize = 500;
/// What waits for somebody to receive it. With more than that nothing is taken any more.
const OUTBOX_MOST: usize = 100;

/// One message on the chat channel, as JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ChatMessage {
    /// Said first on each channel: which page this is, and what it has heard, if anything.
    Resume {
        page: Incarnation,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard: Option<Heard>,
    },
    Text {
        number: u32,
        text: String,
    },
    /// I have every text before this number.
    Received {
        count: u32,
    },
    /// I am writing; said again and again meanwhile.
    Typing {},
}

/// How far a page has been heard: every text before `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    pub page: Incarnation,
    pub count: u32,
}

/// What a call's members have written.
#[derive(Clone, Debug, Default)]
pub struct Chat {
    lines: VecDeque<Line>,
    /// Own texts that somebody has not received yet.
    outbox: VecDeque<(u32, Arc<str>)>,
    /// Of the next own text.
    number: u32,
    /// Of the next line.
    id: u32,
    shown: bool,
    unread: u32,
    revision: u64,
}

#[derive(Clone, Debug)]
struct Line {
    id: u32,
    said: Said,
    text: Arc<str>,
    at: Time,
}

#[derive(Clone, Debug)]
enum Said {
    Here { number: u32 },
    There { name: Nickname },
}

/// The chat with one of the others.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// The other side has said on this channel how far it has heard.
    ready: bool,
    /// Own texts before this number have arrived.
    delivered: u32,
    heard: Option<Heard>,
    typing_until: Option<Time>,
    told_typing: Option<Time>,
}

impl Chat {
    /// Takes an own text, for everybody. `false` when it is empty, too long, or too much waits already.
    pub fn write(&mut self, text: &str, now: Time) -> bool {
        let text = text.trim_end();
        if text.trim().is_empty() || text.chars().count() > TEXT_MOST || self.is_full() {
            return false;
        }
        let text: Arc<str> = text.into();
        self.outbox.push_back((self.number, text.clone()));
        self.push(Said::Here { number: self.number }, text, now);
        self.number = self.number.saturating_add(1);
        true
    }

    #[must_use]
    pub fn is_full(&self) -> bool {
        self.outbox.len() >= OUTBOX_MOST
    }

    pub fn show(&mut self, shown: bool) {
        self.shown = shown;
        if shown {
            self.unread = 0;
        }
        self.touch();
    }

    /// Forgets what everybody has.
    pub fn delivered<'a>(&mut self, threads: impl Iterator<Item = &'a Thread>) {
        let everywhere = threads.map(|thread| thread.delivered).min().unwrap_or(0);
        self.outbox.retain(|(number, _)| *number >= everywhere);
        self.touch();
    }

    pub fn touch(&mut self) {
        self.revision = self.revision.wrapping_add(1);
    }

    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    fn heard(&mut self, name: Nickname, text: &str, now: Time) {
        let text: String = text.chars().take(TEXT_MOST).collect();
        self.push(Said::There { name }, text.into(), now);
        if !self.shown {
            self.unread = self.unread.saturating_add(1);
        }
    }

    fn push(&mut self, said: Said, text: Arc<str>, at: Time) {
        self.lines.push_back(Line { id: self.id, said, text, at });
        self.id = self.id.wrapping_add(1);
        if self.lines.len() > LINES_MOST {
            self.lines.pop_front();
        }
        self.touch();
    }

    /// What the screen shows; `others` are the call's other members.
    #[must_use]
    pub fn view<'a>(&self, others: impl Iterator<Item = (&'a Nickname, &'a Thread)> + Clone) -> ChatView {
        let everywhere = others.clone().map(|(_, thread)| thread.delivered).min().unwrap_or(0);
        let line = |line: &Line| {
            let (from, delivered) = match &line.said {
                Said::Here { number } => (None, *number < everywhere),
                Said::There { name } => (Some(name.clone()), true),
            };
            ChatLine { id: line.id, from, text: line.text.clone(), delivered, at: line.at }
        };
        let typing = others.filter(|(_, thread)| thread.typing_until.is_some());
        ChatView {
            lines: self.lines.iter().map(line).collect(),
            typing: typing.map(|(name, _)| name.clone()).collect(),
            shown: self.shown,
            unread: self.unread,
            full: self.is_full(),
        }
    }
}

impl Thread {
    /// The first word on a channel that has just opened.
    pub fn open(&mut self, page: Incarnation) -> ChatMessage {
        self.close();
        ChatMessage::Resume { page, heard: self.heard }
    }

    pub fn close(&mut self) {
        self.ready = false;
        self.typing_until = None;
        self.told_typing = None;
    }

    /// What is to be said of everything in the outbox that the other side lacks.
    #[must_use]
    pub fn unsaid(&self, chat: &Chat) -> Vec<ChatMessage> {
        let missing = chat.outbox.iter().filter(|(number, _)| self.ready && *number >= self.delivered);
        missing.map(|(number, text)| ChatMessage::Text { number: *number, text: text.to_string() }).collect()
    }

    /// The newest own text, for a channel on which everything before has been said. With it the writing is over.
    pub fn newest(&mut self, chat: &Chat) -> Option<ChatMessage> {
        self.told_typing = None;
        let (number, text) = chat.outbox.back().filter(|_| self.ready)?;
        Some(ChatMessage::Text { number: *number, text: text.to_string() })
    }

    /// `typing`, unless it was said a moment ago.
    pub fn typing(&mut self, now: Time, timeouts: &Timeouts) -> Option<ChatMessage> {
        let due = self.told_typing.is_none_or(|told| now >= told + timeouts.typing / 2);
        (self.ready && due).then(|| {
            self.told_typing = Some(now);
            ChatMessage::Typing {}
        })
    }

    /// When [`Self::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.typing_until
    }

    /// True when the other side has stopped writing.
    pub fn tick(&mut self, now: Time) -> bool {
        self.typing_until.take_if(|until| *until <= now).is_some()
    }

    /// Takes what the other side says, and gives what is to be answered.
    pub fn hear(&mut self, of: Hearing<'_>, message: ChatMessage) -> Vec<ChatMessage> {
        let Hearing { chat, own_page, name, now, timeouts } = of;
        match message {
            ChatMessage::Resume { page, heard } => {
                if self.heard.is_none_or(|heard| heard.page != page) {
                    self.heard = Some(Heard { page, count: 0 });
                }
                if let Some(heard) = heard.filter(|heard| heard.page == own_page) {
                    self.received(heard.count, chat);
                }
                self.ready = true;
                chat.touch();
                self.unsaid(chat)
            }
            ChatMessage::Text { number, text } => {
                let Some(heard) = &mut self.heard else { return Vec::new() };
                if number >= heard.count {
                    heard.count = number.saturating_add(1);
                    self.typing_until = None;
                    chat.heard(name.clone(), &text, now);
                }
                vec![ChatMessage::Received { count: heard.count }]
            }
            ChatMessage::Received { count } => {
                self.received(count, chat);
                Vec::new()
            }
            ChatMessage::Typing {} => {
                self.typing_until = Some(now + timeouts.typing);
                chat.touch();
                Vec::new()
            }
        }
    }

    /// Nobody has received more than was written, whatever the other side says.
    fn received(&mut self, count: u32, chat: &Chat) {
        self.delivered = self.delivered.max(count.min(chat.number));
    }
}

/// What a [`Thread`] needs to take a message.
pub struct Hearing<'a> {
    pub chat: &'a mut Chat,
    pub own_page: Incarnation,
    pub name: &'a Nickname,
    pub now: Time,
    pub timeouts: &'a Timeouts,
}

/// The chat as the screen sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatView {
    pub lines: Vec<ChatLine>,
    pub typing: Vec<Nickname>,
    pub shown: bool,
    /// Texts that came while the chat was not shown.
    pub unread: u32,
    /// Too much waits to be received: nothing more is taken for now.
    pub full: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ChatLine {
    pub id: u32,
    /// Nothing for this person's own.
    pub from: Option<Nickname>,
    pub text: Arc<str>,
    /// Everybody has it.
    pub delivered: bool,
    pub at: Time,
}

#[cfg(test)]
mod tests;
