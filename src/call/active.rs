//! The one call this person is in: its stage, and what is known of each of the others.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use super::{
    Time,
    chat::{Chat, Thread},
    control::{MediaState, MicrophoneState, Size},
    encoding::Encoded,
    files::Post,
    input::PathState,
    kinds::Kinds,
    pair::{Pair, PairId},
    pictures::Pictures,
    quality::Quality,
    recording::{There, Told},
    signal::Signal,
    status::{CallStatus, Ended, Step},
    watch::Watch,
};
use crate::protocol::{CallId, Incarnation, Media, Nickname, PeerId};

#[derive(Clone, Debug)]
pub struct ActiveCall {
    pub id: CallId,
    pub stage: Stage,
    /// This person called.
    pub outgoing: bool,
    /// This person wants this call to go through a relay alone.
    pub relay_only: bool,
    /// In the order in which they came.
    pub others: Vec<Other>,
    /// Whether this person wants the camera on in this call.
    pub camera: bool,
    /// Whether this person wants to show the screen.
    pub screen: bool,
    /// When *accept* was clicked here, or its word came from there.
    pub answered_at: Option<Time>,
    pub connected_since: Option<Time>,
    /// For how long it had stood before, when this page was loaded again.
    pub earlier: Duration,
    pub setup: Option<Duration>,
    /// The server has been told how long that took.
    pub is_reported: bool,
    pub tap_to_hear: bool,
    /// Proves this person's part in the call to a server that has forgotten it.
    pub grant: Option<String>,
    /// The server misses the other side and has ended the call, which goes on for as long as the path does.
    pub unlisted: bool,
    /// After a restart of the server, until then: the other side may not be back there yet.
    pub patient_until: Option<Time>,
    pub chat: Chat,
    /// What the others were told last.
    pub announced: Option<MediaState>,
    /// Both call each other at once: what the other side's call has said so far.
    pub rival: Option<Rival>,
}

#[derive(Clone, Debug)]
pub enum Stage {
    Outgoing {
        media: Media,
        /// The frame that invited; an error that answers it ends the call.
        invite: u32,
        ringing: bool,
        give_up_at: Time,
    },
    Incoming {
        media: Media,
        give_up_at: Time,
    },
    /// Accepted here; the server has not confirmed it yet.
    Accepting {
        /// The frame that accepted, if one was sent; an error that answers it ends the call.
        accept: Option<u32>,
        media: Media,
    },
    Joined,
    Ended {
        why: Ended,
        lasted: Option<Duration>,
    },
}

#[derive(Clone, Debug)]
pub struct Rival {
    pub call: CallId,
    pub held: Held,
}

/// Another member of the call.
#[derive(Clone, Debug)]
pub struct Other {
    pub peer: PeerId,
    pub nickname: Nickname,
    pub incarnation: Option<Incarnation>,
    /// How they have called, or accepted.
    pub wish: Option<Media>,
    pub media: MediaState,
    pub relayed: Option<bool>,
    /// Is heard to speak.
    pub speaks: bool,
    /// Whether the newest connection shows the other side's screen.
    pub screen_shown: bool,
    pub pair: Option<Pair>,
    /// The browser has been asked to make the answer while it rings: once is enough, whatever becomes of it.
    pub is_prepared: bool,
    /// The generation that the next own peer connection gets.
    pub next_generation: u32,
    /// Kept as plain data until this person accepts: nothing of it may reach the network before.
    pub held: Held,
    pub control: ControlState,
    pub thread: Thread,
    pub post: Post,
    pub pictures: Pictures,
    /// They record the call.
    pub recording: Option<There>,
    /// What they know of a recording here.
    pub notified: Told,
    pub quality: Quality,
    /// How large the own camera is shown there, once they have told.
    pub pane: Option<Size>,
    /// How large theirs is shown here, and which connection they were told that on.
    pub shown: Option<Size>,
    pub told: Option<(PairId, Size)>,
    /// How the own camera is sent, and on which connection.
    pub encoded: Option<Encoded>,
    /// While the control channel is open.
    pub watch: Option<Watch>,
    /// Operations that failed since the last time a path stood.
    pub failures: u32,
    /// Since when a path is being looked for; nothing while one is there.
    pub seeking: Option<Seeking>,
    /// Which kinds of candidates have gone there in this call, and come from there.
    pub ours: Kinds,
    pub theirs: Kinds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlState {
    NotYet,
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug)]
pub struct Seeking {
    pub since: Time,
    pub try_again_at: Time,
    pub tries: u32,
    /// The words have changed already.
    pub long: bool,
}

/// Signals that wait, bounded in number and size; the oldest gives way.
#[derive(Clone, Debug, Default)]
pub struct Held(VecDeque<Signal>);

const HELD_MOST: usize = 128;
/// Room for many offers of any browser.
const HELD_BYTES: usize = 256 * 1024;

impl Held {
    pub fn push(&mut self, signal: Signal) {
        self.0.push_back(signal);
        while self.0.len() > HELD_MOST || self.bytes() > HELD_BYTES {
            self.0.pop_front();
        }
    }

    pub fn take(&mut self) -> VecDeque<Signal> {
        std::mem::take(&mut self.0)
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(Signal::bytes).sum()
    }
}

impl Other {
    #[must_use]
    pub fn new(peer: PeerId, nickname: Nickname) -> Self {
        Self {
            peer,
            nickname,
            incarnation: None,
            wish: None,
            media: MediaState::default(),
            relayed: None,
            speaks: false,
            screen_shown: false,
            pair: None,
            is_prepared: false,
            next_generation: 0,
            held: Held::default(),
            control: ControlState::NotYet,
            thread: Thread::default(),
            post: Post::default(),
            pictures: Pictures::default(),
            recording: None,
            notified: Told::default(),
            quality: Quality::default(),
            pane: None,
            shown: None,
            told: None,
            encoded: None,
            watch: None,
            failures: 0,
            seeking: None,
            ours: Kinds::default(),
            theirs: Kinds::default(),
        }
    }

    #[must_use]
    pub fn pair_id(&self) -> Option<PairId> {
        self.pair.as_ref().map(|pair| pair.id)
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.seeking.is_none() && self.path() == Some(PathState::Connected)
    }

    /// Muted counts at once, while what was said before is still played.
    #[must_use]
    pub fn is_heard_speaking(&self) -> bool {
        self.speaks && self.is_connected() && self.media.microphone != MicrophoneState::Muted
    }

    /// Whether this recording is on their screen.
    #[must_use]
    pub fn shows_recording(&self, number: u32) -> bool {
        self.control == ControlState::Open && self.notified.is_shown(number)
    }

    /// 0 to 4, once there is something to say.
    #[must_use]
    pub fn bars(&self) -> Option<u8> {
        if self.is_connected() { self.quality.bars() } else { self.quality.bars().map(|_| 0) }
    }

    /// When its path is measured next.
    #[must_use]
    pub fn measure_at(&self) -> Option<Time> {
        (self.control == ControlState::Open).then_some(self.quality.due)
    }

    fn path(&self) -> Option<PathState> {
        self.pair.as_ref().filter(|pair| !pair.is_blank()).map(|pair| pair.path)
    }

    /// A path is needed from now on; the first look at it is after `patience`.
    pub fn seek(&mut self, now: Time, patience: Duration) {
        if self.seeking.is_none() {
            self.seeking = Some(Seeking { since: now, try_again_at: now + patience, tries: 0, long: false });
        }
    }

    fn step(&self) -> Step {
        let long = self.seeking.is_some_and(|seeking| seeking.long);
        match self.path() {
            None => Step::Introducing,
            Some(PathState::Securing | PathState::Connected) => Step::Securing,
            Some(_) if long => Step::StillFindingPath,
            Some(_) => Step::FindingPath,
        }
    }
}

impl ActiveCall {
    /// Whatever the server says, nobody is in it twice.
    #[must_use]
    pub fn new(id: CallId, stage: Stage, mut others: Vec<Other>, camera: bool) -> Self {
        let mut known = BTreeSet::new();
        others.retain(|other| known.insert(other.peer));
        Self {
            id,
            outgoing: matches!(stage, Stage::Outgoing { .. }),
            relay_only: false,
            stage,
            others,
            camera,
            screen: false,
            answered_at: None,
            connected_since: None,
            earlier: Duration::ZERO,
            setup: None,
            is_reported: false,
            tap_to_hear: false,
            grant: None,
            unlisted: false,
            patient_until: None,
            chat: Chat::default(),
            announced: None,
            rival: None,
        }
    }

    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended { .. })
    }

    /// Whether this person and another talk at this moment, whatever the server knows of it.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let talks = |other: &Other| other.is_connected() && other.control == ControlState::Open;
        matches!(self.stage, Stage::Joined) && self.others.iter().any(talks)
    }

    /// Whether this person has said yes: devices may be opened, connections made.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        matches!(self.stage, Stage::Outgoing { .. } | Stage::Accepting { .. } | Stage::Joined)
    }

    /// Whether the server lets negotiation through.
    #[must_use]
    pub fn may_signal(&self) -> bool {
        let may = matches!(
            self.stage,
            Stage::Outgoing { ringing: true, .. } | Stage::Accepting { .. } | Stage::Joined
        );
        may && self.patient_until.is_none()
    }

    #[must_use]
    pub fn other(&self, peer: PeerId) -> Option<&Other> {
        self.others.iter().find(|other| other.peer == peer)
    }

    pub fn other_mut(&mut self, peer: PeerId) -> Option<&mut Other> {
        self.others.iter_mut().find(|other| other.peer == peer)
    }

    /// The first of the others: the other side of a call of two.
    #[must_use]
    pub fn first(&self) -> Option<&Other> {
        self.others.first()
    }

    #[must_use]
    pub fn status(&self) -> CallStatus {
        match self.stage {
            Stage::Outgoing { ringing: false, .. } => CallStatus::Calling,
            Stage::Outgoing { ringing: true, .. } => CallStatus::Ringing,
            Stage::Incoming { media, .. } => CallStatus::Incoming { media },
            Stage::Ended { why, lasted } => CallStatus::Ended { why, lasted },
            Stage::Accepting { .. } | Stage::Joined => self.path_status(),
        }
    }

    /// How long it has stood, if it ever did.
    #[must_use]
    pub fn lasted(&self, now: Time) -> Option<Duration> {
        self.connected_since.map(|since| now.saturating_sub(since) + self.earlier)
    }

    fn path_status(&self) -> CallStatus {
        match self.connected_since {
            Some(since) if self.others.iter().any(Other::is_connected) => {
                CallStatus::Connected { since, earlier: self.earlier }
            }
            Some(_) => CallStatus::Reconnecting { long: self.is_long() },
            None => CallStatus::Connecting(self.first().map_or(Step::Introducing, Other::step)),
        }
    }

    fn is_long(&self) -> bool {
        self.others.iter().any(|other| other.seeking.is_some_and(|seeking| seeking.long))
    }
}
