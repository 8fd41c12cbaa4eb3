//! The Leptos context: signals of plain data, and the way from a click to the phone and back.
//!
//! Components read the signals and call [`Session::act`]; nothing else reaches the phone. On the server there
//! is none, and the signals keep their first values, which are also those of the browser's first tree.

mod checkup;
mod engine;

use std::{collections::BTreeMap, mem, rc::Rc, time::Duration};

use leptos::{prelude::*, reactive::send_wrapper_ext::SendOption, task::spawn_local};

pub use checkup::Checkup;
pub use engine::Engine;

use crate::{
    call::{
        Time,
        chat::ChatView,
        files::view::FileView,
        history::PastCall,
        input::Action,
        local::{DeviceState, Sharing},
        preferences::Preferences,
        quality::QualityView,
        recording::RecorderView,
        view::{CallView, Contact, Entry, Link, LocalView, Me, Missed, RelayView},
    },
    platform::Platform,
    protocol::{CallId, Media, PeerId, Room, RoomCode},
    rest::{self, Rest},
    settings::Settings,
    ui::{Rooms, Route},
};

#[derive(Clone, Copy)]
pub struct Session {
    /// The page is taken over from the server, and is not waiting for what makes the phone run.
    pub ready: RwSignal<bool>,
    /// The path of the page's address.
    pub path: RwSignal<String>,
    pub entry: RwSignal<Entry>,
    pub link: RwSignal<Link>,
    pub call: RwSignal<Option<CallView>>,
    pub chat: RwSignal<ChatView>,
    pub files: RwSignal<Vec<FileView>>,
    /// How well the call goes.
    pub quality: RwSignal<QualityView>,
    pub local: RwSignal<LocalView>,
    /// This person's own recording of the call, and what others have left behind.
    pub recorder: RwSignal<RecorderView>,
    pub missed: RwSignal<Vec<Missed>>,
    pub blocked: RwSignal<Vec<String>>,
    /// The calls that this device remembers, newest first, and whether it does.
    pub history: RwSignal<Vec<PastCall>>,
    pub keeps_history: RwSignal<bool>,
    pub preferences: RwSignal<Preferences>,
    /// The server names a relay.
    pub relay: RwSignal<RelayView>,
    /// Everybody else in the room, in the order in which they are shown.
    pub contacts: RwSignal<Vec<Person>>,
    /// The microphone's level, 0 to 1, while it is measured.
    pub level: RwSignal<f32>,
    /// Since the page was loaded, in whole seconds; goes on each second while [`Session::keep_time`] has an owner.
    pub now: RwSignal<Time>,
    /// The nickname that this device remembers.
    pub nickname: RwSignal<String>,
    /// The screens behind the prompt, once they are loaded. Nobody gets into a room before.
    pub rooms: RwSignal<Option<Rooms>>,
    lobby: bool,
    /// Where somebody on a page beside the rooms has come from.
    before_aside: StoredValue<String>,
    prepared: StoredValue<bool>,
    /// What was asked for before anybody heard it.
    held: StoredValue<Vec<Action>>,
    /// Only in the browser: on the server, what is not `Send` must not outlive its thread.
    platform: StoredValue<SendOption<Platform>>,
    hear: StoredValue<SendOption<Hear>>,
}

/// Hears what a person asks for.
pub type Hear = Rc<dyn Fn(Action)>;

/// Between two tries to load what is missing.
const AGAIN: Duration = Duration::from_secs(2);

/// A contact with a signal of its own: a change of one of five hundred touches one row.
#[derive(Clone)]
pub struct Person {
    pub peer: PeerId,
    pub contact: ArcRwSignal<Contact>,
}

impl Session {
    /// A session in which nothing happens: the server's, for the first tree, and that of tests.
    #[must_use]
    pub fn still(path: String, settings: &Settings) -> Self {
        Self {
            ready: RwSignal::new(false),
            path: RwSignal::new(path),
            entry: RwSignal::new(Entry::Prompt { problem: None }),
            link: RwSignal::new(Link::Idle),
            call: RwSignal::new(None),
            chat: RwSignal::new(ChatView::default()),
            files: RwSignal::new(Vec::new()),
            quality: RwSignal::new(QualityView::default()),
            local: RwSignal::new(unopened()),
            recorder: RwSignal::new(RecorderView::default()),
            missed: RwSignal::new(Vec::new()),
            blocked: RwSignal::new(Vec::new()),
            history: RwSignal::new(Vec::new()),
            keeps_history: RwSignal::new(true),
            preferences: RwSignal::new(Preferences::default()),
            relay: RwSignal::default(),
            contacts: RwSignal::new(Vec::new()),
            level: RwSignal::new(0.0),
            now: RwSignal::new(Time::ZERO),
            nickname: RwSignal::new(String::new()),
            rooms: RwSignal::new(None),
            lobby: settings.lobby,
            before_aside: StoredValue::new(address(&Room::Lobby)),
            prepared: StoredValue::new(false),
            held: StoredValue::new(Vec::new()),
            platform: StoredValue::new(SendOption::new_local(None)),
            hear: StoredValue::new(SendOption::new_local(None)),
        }
    }

    /// The browser's. The phone starts after hydration, so that the first tree is the server's; for somebody who
    /// is here for the first time, not before there is something to do for it.
    #[must_use]
    pub fn live() -> Self {
        let platform = Platform::here();
        let session = Self::still(platform.path(), &platform.settings());
        let known = platform.knows_this_person() || session.is_aside();
        session.platform.set_value(SendOption::new_local(Some(platform)));
        Effect::new(move |_| if known { session.prepare() } else { session.ready.set(true) });
        session
    }

    /// Loads what makes the phone run, and the screens behind the prompt with it. Once is enough; it is tried until
    /// it is there.
    pub fn prepare(self) {
        if self.platform().is_some() && !self.prepared.get_value() {
            self.prepared.set_value(true);
            self.load(1);
        }
    }

    fn load(self, attempts: u32) {
        spawn_local(async move {
            match rest::load().await {
                Ok(rest) => self.start(rest),
                Err(_) => {
                    let is_there = match self.platform() {
                        Some(platform) => platform.reaches_server().await,
                        None => false,
                    };
                    // A server that is there has the file of its own version only.
                    self.link.set(if is_there { Link::Outdated } else { Link::Reconnecting { attempts } });
                    set_timeout(move || self.load(attempts + 1), AGAIN);
                }
            }
        });
    }

    fn start(self, rest: Rest) {
        let Some(platform) = self.platform() else { return };
        self.rooms.set(Some(rest.rooms));
        let hear = (rest.start)(self, platform);
        self.hear.set_value(SendOption::new_local(Some(hear.clone())));
        self.ready.set(true);
        self.held.try_update_value(mem::take).into_iter().flatten().for_each(|action| hear(action));
    }

    /// What a person asks for.
    pub fn act(self, action: Action) {
        match self.hear.try_with_value(|hear| Option::clone(hear)).flatten() {
            Some(hear) => hear(action),
            None => self.hold(action),
        }
    }

    /// Nobody hears it yet: it has to wait.
    fn hold(self, action: Action) {
        self.prepare();
        let leaves = matches!(action, Action::LeaveRoom);
        match action {
            Action::Enter { .. } => self.entry.set(Entry::Entering),
            Action::LeaveRoom => self.entry.set(Entry::Prompt { problem: None }),
            _ => {}
        }
        self.ready.set(leaves);
        self.held.update_value(|held| if leaves { held.clear() } else { held.push(action) });
    }

    /// Rings somebody, in a call of its own.
    pub fn ring(self, peer: PeerId, media: Media) {
        self.place_call(peer, media, false);
    }

    /// The same, through a relay alone.
    pub fn ring_by_relay(self, peer: PeerId, media: Media) {
        self.place_call(peer, media, true);
    }

    fn place_call(self, peer: PeerId, media: Media, relay_only: bool) {
        if let Some(platform) = self.platform() {
            let call = CallId::from_random(platform.random());
            self.act(Action::Call { peer, call, media, relay_only });
        }
    }

    /// A private room that nobody has been in.
    #[must_use]
    pub fn new_room(self) -> Option<Room> {
        let bits = self.platform()?.random() as u64;
        Some(Room::Private(RoomCode::from_random(bits)))
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

    /// Changes the page's address without loading a page.
    pub fn visit(self, path: &str) {
        if self.path.with_untracked(|shown| shown != path) {
            if let Some(platform) = self.platform() {
                platform.set_path(path);
            }
            self.path.set(path.into());
        }
    }

    /// To a page beside the rooms: none is left for it.
    pub fn go_aside(self, path: &str) {
        if !self.is_aside() {
            self.before_aside.set_value(self.path.get_untracked());
        }
        self.visit(path);
    }

    /// Back to the room, or to where one has come from.
    pub fn come_back(self) {
        let path = self.room().map_or_else(|| self.before_aside.get_value(), |room| address(&room));
        self.visit(&path);
    }

    /// Whether the page's address is that of this room, or of none.
    pub(super) fn leads_to(self, room: &Room) -> bool {
        self.path.with_untracked(|path| Route::parse(path).leads_to(room))
    }

    fn is_aside(self) -> bool {
        self.path.with_untracked(|path| Route::parse(path).is_aside())
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
        self.lobby
    }

    /// The browser, if this is one.
    #[must_use]
    pub fn platform(self) -> Option<Platform> {
        self.platform.try_with_value(|platform| Option::clone(platform)).flatten()
    }
}

/// The devices before anybody asked for them.
fn unopened() -> LocalView {
    LocalView {
        microphone: DeviceState::Off,
        camera: DeviceState::Off,
        sharing: Sharing::Off,
        muted: false,
        pressed: false,
        use_microphone: true,
        use_camera: true,
        preview: false,
        devices: Vec::new(),
        selected_microphone: None,
        selected_camera: None,
        selected_speaker: None,
        facing: None,
        plugged: None,
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
