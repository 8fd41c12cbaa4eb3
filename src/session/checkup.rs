//! The doctor in its page: what happened goes in, effects and what is to be seen come out.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use leptos::prelude::{RwSignal, Set as _};

use super::show;
use crate::{
    check::{Doctor, Input, Start, View},
    platform::{Examiner, Platform},
};

/// Dropped, everything that it has opened is closed.
pub struct Checkup {
    platform: Platform,
    examiner: Examiner,
    doctor: RefCell<Doctor>,
    queue: RefCell<VecDeque<Input>>,
    running: Cell<bool>,
    seen: RwSignal<View>,
    /// The microphone's, 0 to 1.
    level: RwSignal<f32>,
}

impl Checkup {
    pub fn new(platform: Platform, seen: RwSignal<View>, level: RwSignal<f32>) -> Rc<Self> {
        Rc::new_cyclic(|this: &Weak<Self>| {
            let this = this.clone();
            let dispatch = move |input| {
                if let Some(checkup) = this.upgrade() {
                    checkup.take(input);
                }
            };
            Self {
                examiner: Examiner::new(&platform, dispatch),
                platform,
                doctor: RefCell::default(),
                queue: RefCell::default(),
                running: Cell::new(false),
                seen,
                level,
            }
        })
    }

    pub fn start(&self) {
        let (secure, random) = (self.platform.is_secure(), self.platform.random());
        self.take(Input::Start(Start { secure, can_call: self.examiner.can_call(), random }));
    }

    /// Hands the doctor what happened, now or after what it is busy with.
    pub fn take(&self, input: Input) {
        self.queue.borrow_mut().push_back(input);
        if self.running.replace(true) {
            return;
        }
        while let Some(input) = self.next() {
            self.step(input);
        }
        self.running.set(false);
    }

    fn next(&self) -> Option<Input> {
        self.queue.borrow_mut().pop_front()
    }

    fn step(&self, input: Input) {
        if let Input::Level(level) = input {
            self.level.set(level);
        }
        let mut doctor = self.doctor.borrow_mut();
        let effects = doctor.handle(input, self.platform.now());
        effects.into_iter().for_each(|effect| self.examiner.perform(effect));
        self.examiner.wake_at(doctor.next_deadline());
        show(self.seen, doctor.view());
    }
}
