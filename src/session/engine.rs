//! What runs behind the signals: the phone takes what happened, the browser does what it asks for, and the
//! screen is shown what has changed.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::{Set, set_timeout};

use super::{Hear, Session, address, show};
use crate::{
    call::{
        Phone, Start,
        effect::Effect,
        input::{Input, PageEvent},
        view::{Entry, View},
    },
    platform::{Performer, Platform},
    protocol::{CallId, Incarnation, PeerId, Room},
};

/// How long the screen of whoever called goes on as if it rang, and how long the own picture on it stands still: the browser makes a
/// connection, and by then there is somebody to see, as a rule.
const UNTIL_SEEN: Duration = Duration::from_millis(250);
/// How much the two clocks may disagree before the phone is told.
const DRIFT: Duration = Duration::from_secs(1);

pub struct Engine {
    this: Weak<Self>,
    session: Session,
    platform: Platform,
    performer: Performer,
    phone: RefCell<Phone>,
    queue: RefCell<VecDeque<Input>>,
    running: Cell<bool>,
    /// The screen waits for somebody to see.
    waiting: Cell<bool>,
    /// Of the contacts that are shown.
    revision: Cell<Option<u64>>,
    history_revision: Cell<Option<u64>>,
    /// When the page was loaded, as the phone was told last.
    loaded_at: Cell<Duration>,
    chat_revision: Cell<Option<(CallId, u64)>>,
    files_revision: Cell<Option<(CallId, u64)>>,
    quality_revision: Cell<Option<(PeerId, u64, Option<u8>)>>,
}

impl Engine {
    /// Starts the phone, and gives back what hears what a person asks for.
    pub fn start(session: Session, platform: Platform) -> Hear {
        let remembered = platform.remembered();
        session.nickname.set(remembered.nickname.clone());
        let phone = Phone::new(Start {
            incarnation: Incarnation::from_random(platform.random() as u64),
            seed: platform.random() as u64,
            timeouts: platform.settings().timeouts,
            remembered,
        });
        let engine = Rc::new_cyclic(|this: &Weak<Self>| {
            let engine = this.clone();
            let dispatch = move |input| {
                if let Some(engine) = engine.upgrade() {
                    engine.take(input);
                }
            };
            let performer = Performer::start(&platform, dispatch, move |level| session.level.set(level));
            Self {
                this: this.clone(),
                session,
                platform,
                performer,
                phone: RefCell::new(phone),
                queue: RefCell::default(),
                running: Cell::new(false),
                waiting: Cell::new(false),
                revision: Cell::new(None),
                history_revision: Cell::new(None),
                loaded_at: Cell::default(),
                chat_revision: Cell::new(None),
                files_revision: Cell::new(None),
                quality_revision: Cell::new(None),
            }
        });
        engine.refresh();
        Rc::new(move |action| engine.take(Input::Person(action)))
    }

    /// Hands the phone what happened, now or after what it is busy with.
    fn take(&self, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.running.replace(true) {
            return;
        }
        while let Some(input) = self.next() {
            self.step(input);
            self.refresh();
        }
        self.running.set(false);
    }

    fn next(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn step(&self, input: Input) {
        if let Input::Page(PageEvent::Resume(seat)) = &input
            && !self.session.leads_to(&seat.room)
        {
            // Somebody has followed an invitation in this tab: it is what they want, and not the place they had.
            return self.performer.perform(Effect::KeepSeat(None));
        }
        let mut phone = self.phone.borrow_mut();
        let mut effects = self.tell_clock(&mut phone);
        let was_calling = phone.is_calling();
        effects.extend(phone.handle(input, self.platform.now()));
        for effect in effects {
            self.performer.perform(effect);
        }
        if was_calling && phone.is_joined() {
            self.wait();
        }
        self.performer.wake_at(phone.next_deadline());
    }

    /// The page's own time is not the wall's: it may stand still while the machine sleeps.
    fn tell_clock(&self, phone: &mut Phone) -> Vec<Effect> {
        let loaded_at = self.platform.loaded_at();
        if self.loaded_at.get().abs_diff(loaded_at) < DRIFT {
            return Vec::new();
        }
        self.loaded_at.set(loaded_at);
        phone.handle(Input::Page(PageEvent::Clock { loaded_at }), self.platform.now())
    }

    fn wait(&self) {
        self.waiting.set(true);
        self.platform.hold_own_picture(true);
        let engine = self.this.clone();
        let go_on = move || {
            if let Some(engine) = engine.upgrade() {
                engine.waiting.set(false);
                engine.platform.hold_own_picture(false);
                engine.refresh();
            }
        };
        set_timeout(go_on, UNTIL_SEEN);
    }

    /// Shows what has changed, and only that.
    fn refresh(&self) {
        if self.waiting.get() {
            return;
        }
        let (session, phone) = (self.session, self.phone.borrow());
        let View { entry, link, call, local, missed, blocked, preferences, recorder, relay } = phone.view();
        session.tell_time(&self.platform);
        show(session.link, link);
        show(session.call, call);
        show(session.local, local);
        show(session.recorder, recorder);
        show(session.missed, missed);
        show(session.blocked, blocked);
        show(session.preferences, preferences);
        show(session.relay, relay);
        self.follow(&entry);
        let revision = phone.contacts_revision();
        if self.revision.replace(Some(revision)) != Some(revision) {
            session.show_contacts(phone.contacts());
        }
        let chat = phone.chat_revision();
        if self.chat_revision.replace(chat) != chat {
            session.chat.set(phone.chat());
        }
        let files = phone.files_revision();
        if self.files_revision.replace(files) != files {
            session.files.set(phone.files());
        }
        let quality = phone.quality_revision();
        if self.quality_revision.replace(quality) != quality {
            session.quality.set(phone.quality());
        }
        let history = phone.history_revision();
        if self.history_revision.replace(Some(history)) != Some(history) {
            session.history.set(phone.history().to_vec());
            show(session.keeps_history, phone.keeps_history());
        }
        show(session.entry, entry);
    }

    /// The address of the page is the address of the room, but for somebody on a page beside the rooms.
    fn follow(&self, entry: &Entry) {
        let path = match (entry, self.session.room()) {
            (Entry::Entered(me), before) if before.as_ref() != Some(&me.room) => address(&me.room),
            (Entry::Prompt { .. }, Some(_)) => address(&Room::Lobby),
            _ => return,
        };
        if !self.session.is_aside() {
            self.session.visit(&path);
        }
    }
}
