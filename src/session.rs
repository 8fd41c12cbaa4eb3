//! The Leptos context: signals of plain data, and the way from a click to the phone and back.
//!
//! Components read the signals and call [`Session::act`]; nothing else reaches the phone. On the server there
//! is no engine, and the signals keep their first values, which are also those of the browser's first tree.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use leptos::{prelude::*, reactive::send_wrapper_ext::SendOption};

use crate::{
    call::{
        Phone, Start, Time,
        effect::Remembered,
        input::{Action, Input},
        local::DeviceState,
        view::{CallView, Contact, Entry, Link, LocalView, Me, Missed, View},
    },
    platform::Platform,
    protocol::{CallId, Incarnation, Media, PeerId, Room, RoomCode},
    settings::Settings,
};

#[derive(Clone, Copy)]
pub struct Session {
    /// The page is taken over from the server: the phone runs.
    pub ready: RwSignal<bool>,
    /// The path of the page's address.
    pub path: RwSignal<String>,
    pub entry: RwSignal<Entry>,
    pub link: RwSignal<Link>,
    pub call: RwSignal<Option<CallView>>,
    pub local: RwSignal<LocalView>,
    pub missed: RwSignal<Vec<Missed>>,
    pub blocked: RwSignal<Vec<String>>,
    /// Everybody else in the room, in the order in which they are shown.
    pub contacts: RwSignal<Vec<Person>>,
    /// The microphone's level, 0 to 1, while it is measured.
    pub level: RwSignal<f32>,
    /// Since the page was loaded, in whole seconds; goes on each second while [`Session::keep_time`] has an owner.
    pub now: RwSignal<Time>,
    settings: StoredValue<Settings>,
    /// Only in the browser: on the server, what is not `Send` must not outlive its thread.
    engine: StoredValue<SendOption<Rc<Engine>>>,
}

/// A contact with a signal of its own: a change of one of five hundred touches one row.
#[derive(Clone)]
pub struct Person {
    pub peer: PeerId,
    pub contact: ArcRwSignal<Contact>,
}

struct Engine {
    platform: Platform,
    phone: RefCell<Option<Phone>>,
    queue: RefCell<VecDeque<Input>>,
    running: Cell<bool>,
    /// Of the contacts that are shown.
    revision: Cell<Option<u64>>,
}

impl Session {
    /// A session in which nothing happens: the server's, for the first tree, and that of tests.
    #[must_use]
    pub fn still(path: String, settings: Settings) -> Self {
        Self {
            ready: RwSignal::new(false),
            path: RwSignal::new(path),
            entry: RwSignal::new(Entry::Prompt { problem: None }),
            link: RwSignal::new(Link::Idle),
            call: RwSignal::new(None),
            local: RwSignal::new(unopened()),
            missed: RwSignal::new(Vec::new()),
            blocked: RwSignal::new(Vec::new()),
            contacts: RwSignal::new(Vec::new()),
            level: RwSignal::new(0.0),
            now: RwSignal::new(Time::ZERO),
            settings: StoredValue::new(settings),
            engine: StoredValue::new(SendOption::new_local(None)),
        }
    }

    /// The browser's. The phone starts after hydration, so that the first tree is the server's.
    #[must_use]
    pub fn live() -> Self {
        let session = Self::still("/".into(), Settings::default());
        let platform =
            Platform::start(move |input| session.dispatch(input), move |level| session.level.set(level));
        session.path.set(platform.path());
        session.settings.set_value(platform.settings());
        let engine = Engine {
            platform,
            phone: RefCell::new(None),
            queue: RefCell::default(),
            running: Cell::new(false),
            revision: Cell::new(None),
        };
        session.engine.set_value(SendOption::new_local(Some(Rc::new(engine))));
        Effect::new(move |_| session.start_phone());
        session
    }

    fn start_phone(self) {
        let Some(engine) = self.engine() else { return };
        let platform = &engine.platform;
        let phone = Phone::new(Start {
            incarnation: Incarnation::from_random(platform.random() as u64),
            seed: platform.random() as u64,
            timeouts: self.settings.with_value(|settings| settings.timeouts.clone()),
            remembered: platform.remembered(),
        });
        engine.phone.replace(Some(phone));
        self.refresh(&engine);
        self.ready.set(true);
        self.run(&engine);
    }

    /// What a person asks for.
    pub fn act(self, action: Action) {
        self.dispatch(Input::Person(action));
    }

    /// Rings somebody, in a call of its own.
    pub fn ring(self, peer: PeerId, media: Media) {
        if let Some(platform) = self.platform() {
            self.act(Action::Call { peer, call: CallId::from_random(platform.random()), media });
        }
    }

    /// A private room that nobody has been in.
    #[must_use]
    pub fn new_room(self) -> Option<Room> {
        let bits = self.platform()?.random() as u64;
        Some(Room::Private(RoomCode::from_random(bits)))
    }

    /// Hands the phone what happened, now or after what it is busy with.
    pub fn dispatch(self, input: Input) {
        let Some(engine) = self.engine() else { return };
        engine.queue.borrow_mut().push_back(input);
        self.run(&engine);
    }

    fn run(self, engine: &Rc<Engine>) {
        if engine.running.get() || engine.phone.borrow().is_none() {
            return;
        }
        engine.running.set(true);
        while let Some(input) = engine.next() {
            engine.step(input);
            self.refresh(engine);
        }
        engine.running.set(false);
    }

    /// Shows what has changed, and only that.
    fn refresh(self, engine: &Engine) {
        let phone = engine.phone.borrow();
        let Some(phone) = phone.as_ref() else { return };
        let View { entry, link, call, local, missed, blocked } = phone.view();
        self.tell_time(&engine.platform);
        show(self.link, link);
        show(self.call, call);
        show(self.local, local);
        show(self.missed, missed);
        show(self.blocked, blocked);
        self.follow(&entry, &engine.platform);
        let revision = phone.contacts_revision();
        if engine.revision.replace(Some(revision)) != Some(revision) {
            self.show_contacts(phone.contacts());
        }
        show(self.entry, entry);
    }

    /// Gives every contact the signal it had.
    pub fn show_contacts(self, contacts: Vec<Contact>) {
        let mut known: BTreeMap<PeerId, Person> = self
            .contacts
            .with_untracked(|people| people.iter().map(|person| (person.peer, person.clone())).collect());
        let people: Vec<Person> = contacts
            .into_iter()
            .map(|contact| match known.remove(&contact.peer) {
                Some(person) => {
                    if person.contact.with_untracked(|shown| *shown != contact) {
                        person.contact.set(contact);
                    }
                    person
                }
                None => Person { peer: contact.peer, contact: ArcRwSignal::new(contact) },
            })
            .collect();
        let same = self.contacts.with_untracked(|shown| {
            shown.len() == people.len() && shown.iter().zip(&people).all(|(a, b)| a.peer == b.peer)
        });
        if !same {
            self.contacts.set(people);
        }
    }

    /// The address of the page is the address of the room.
    fn follow(self, entry: &Entry, platform: &Platform) {
        let path = match (entry, self.room()) {
            (Entry::Entered(me), before) if before.as_ref() != Some(&me.room) => address(&me.room),
            (Entry::Prompt { .. }, Some(_)) => address(&Room::Lobby),
            _ => return,
        };
        if self.path.with_untracked(|shown| *shown != path) {
            platform.set_path(&path);
            self.path.set(path);
        }
    }

    /// The room this person is in, without tracking.
    #[must_use]
    pub fn room(self) -> Option<Room> {
        self.entry.with_untracked(|entry| match entry {
            Entry::Entered(me) => Some(me.room.clone()),
            _ => None,
        })
    }

    /// This person in the room.
    #[must_use]
    pub fn me(self) -> Option<Me> {
        self.entry.with(|entry| match entry {
            Entry::Entered(me) => Some(me.clone()),
            _ => None,
        })
    }

    /// Lets [`Session::now`] go on for as long as the reactive owner lives.
    pub fn keep_time(self) {
        if let Some(platform) = self.platform() {
            let clock = platform.clone();
            platform.every_second(move || self.tell_time(&clock));
        }
    }

    /// To the second: nothing on the screen is finer.
    fn tell_time(self, platform: &Platform) {
        show(self.now, Time::from_secs(platform.now().as_secs()));
    }

    #[must_use]
    pub fn lobby_is_open(self) -> bool {
        self.settings.with_value(|settings| settings.lobby)
    }

    #[must_use]
    pub fn remembered(self) -> Remembered {
        self.engine()
            .and_then(|engine| engine.phone.borrow().as_ref().map(|phone| phone.remembered().clone()))
            .unwrap_or_default()
    }

    /// The browser, if this is one.
    #[must_use]
    pub fn platform(self) -> Option<Platform> {
        self.engine().map(|engine| engine.platform.clone())
    }

    fn engine(self) -> Option<Rc<Engine>> {
        self.engine.try_with_value(|engine| Option::clone(engine)).flatten()
    }
}

impl Engine {
    fn next(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn step(&self, input: Input) {
        let mut phone = self.phone.borrow_mut();
        let Some(phone) = phone.as_mut() else { return };
        for effect in phone.handle(input, self.platform.now()) {
            self.platform.perform(effect);
        }
        self.platform.wake_at(phone.next_deadline());
    }
}

/// The devices before anybody asked for them.
fn unopened() -> LocalView {
    LocalView {
        microphone: DeviceState::Off,
        camera: DeviceState::Off,
        muted: false,
        use_microphone: true,
        use_camera: true,
        preview: false,
        devices: Vec::new(),
        selected_microphone: None,
        selected_camera: None,
    }
}

/// The path of a room's address.
#[must_use]
pub fn address(room: &Room) -> String {
    match room {
        Room::Lobby => "/".into(),
        Room::Private(code) => format!("/r/{code}"),
    }
}

fn show<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
