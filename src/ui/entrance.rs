//! What the ways into a room have in common: the nickname, and what is wrong with it.

use leptos::{html, prelude::*};

use super::focus;
use crate::{
    call::{
        input::Action,
        view::{Entry, EntryProblem},
    },
    protocol::{Nickname, NicknameError, Room},
    session::Session,
};

#[derive(Clone, Copy)]
pub struct Entrance {
    pub session: Session,
    pub nickname: RwSignal<String>,
    /// What the page itself has against the nickname.
    pub complaint: RwSignal<Option<NicknameError>>,
    pub field: NodeRef<html::Input>,
    /// The room of the last try.
    wanted: StoredValue<Option<Room>>,
}

impl Entrance {
    pub fn new(session: Session) -> Self {
        Self {
            session,
            nickname: RwSignal::new(String::new()),
            complaint: RwSignal::new(None),
            field: NodeRef::new(),
            wanted: StoredValue::new(None),
        }
    }

    pub fn enter(self, room: Room) {
        let nickname = self.nickname.get_untracked();
        match Nickname::parse(&nickname) {
            Ok(_) => {
                self.complaint.set(None);
                self.wanted.set_value(Some(room.clone()));
                self.session.act(Action::Enter { room, nickname });
            }
            Err(complaint) => {
                self.complaint.set(Some(complaint));
                focus::field(self.field);
            }
        }
    }

    /// Tries again under another nickname.
    pub fn enter_as(self, nickname: &Nickname) {
        self.write(nickname.as_str());
        if let Some(room) = self.wanted.get_value() {
            self.enter(room);
        }
    }

    /// Puts a nickname into the field.
    pub fn write(self, nickname: &str) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(nickname);
        }
        self.nickname.set(nickname.into());
    }

    /// On the way in.
    pub fn is_entering(self) -> bool {
        self.session.entry.with(|entry| matches!(entry, Entry::Entering))
    }

    /// No button works: nothing runs yet, or somebody is on the way in.
    pub fn is_closed(self) -> bool {
        !self.session.ready.get() || self.is_entering()
    }

    /// What the server had against the last try.
    pub fn problem(self) -> Option<EntryProblem> {
        self.session.entry.with(|entry| match entry {
            Entry::Prompt { problem } => problem.clone(),
            _ => None,
        })
    }
}
