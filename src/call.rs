//! The browser's state machine: [`Phone`] takes what happens and the time, and says what to do.
//!
//! **Nothing in here waits, asks the clock, rolls dice or touches a browser.** The same machine runs in the
//! page, in native tests, and many times over in the simulation.

pub mod control;
pub mod effect;
pub mod input;
pub mod local;
pub mod pair;
pub mod signal;
pub mod status;
pub mod view;

use std::time::Duration;

use self::{
    effect::{Effect, Remembered},
    input::Input,
    view::{Contact, View},
};
use crate::{protocol::Incarnation, settings::Timeouts};

/// Since the page was loaded.
pub type Time = Duration;

/// What a phone starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Random for each load of the page.
    pub incarnation: Incarnation,
    /// Random: jitter is drawn from it.
    pub seed: u64,
    pub timeouts: Timeouts,
    pub remembered: Remembered,
}

pub struct Phone {
    start: Start,
}

impl Phone {
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self { start }
    }

    pub fn handle(&mut self, _input: Input, _now: Time) -> Vec<Effect> {
        Vec::new()
    }

    /// When the phone wants [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        None
    }

    #[must_use]
    pub fn view(&self) -> View {
        todo!()
    }

    /// Everybody else in the room, in the order in which they are shown. The number grows with each change.
    #[must_use]
    pub fn contacts(&self) -> (u64, Vec<Contact>) {
        (0, Vec::new())
    }

    #[must_use]
    pub fn remembered(&self) -> &Remembered {
        &self.start.remembered
    }
}
