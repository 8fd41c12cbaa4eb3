//! One device that captures: which one is wanted, and what it is doing.

use super::{DeviceKind, DeviceProblem, DeviceState};
use crate::call::effect::{Choice, DeviceOp};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    phase: Phase,
    /// As the person chose it.
    selected: Choice,
    /// The one that was opened last, where the browser tells.
    opened: Option<String>,
    /// The choice has changed since the device was opened, or how it is to be opened.
    stale: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Off,
    Opening,
    On,
    /// On, while another one opens that is to take its place.
    Changing,
    Failed(DeviceProblem),
}

impl Device {
    #[must_use]
    pub fn new(selected: Option<String>) -> Self {
        let selected = selected.map_or(Choice::Any, Choice::Device);
        Self { selected, ..Self::default() }
    }

    #[must_use]
    pub fn state(&self) -> DeviceState {
        match self.phase {
            Phase::Off => DeviceState::Off,
            Phase::Opening => DeviceState::Opening,
            Phase::On | Phase::Changing => DeviceState::On,
            Phase::Failed(problem) => DeviceState::Failed(problem),
        }
    }

    /// What was asked for when it was opened last, unless that has changed since.
    #[must_use]
    pub fn asked(&self) -> Option<&Choice> {
        (!self.stale).then_some(&self.selected)
    }

    /// Nothing while it is left to the browser.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match &self.selected {
            Choice::Any => None,
            Choice::Device(id) => Some(id),
            Choice::Facing(_) => self.opened.as_deref(),
        }
    }

    /// What failed is tried again, even if it is the same one.
    pub fn choose(&mut self, choice: Choice) {
        if self.selected != choice || matches!(self.phase, Phase::Failed(_)) {
            self.selected = choice;
            self.stale = true;
        }
    }

    /// Opens it once more if it is open, or is about to be.
    pub fn renew(&mut self) {
        self.stale |= matches!(self.phase, Phase::Opening | Phase::On | Phase::Changing);
    }

    pub fn retry(&mut self) {
        if matches!(self.phase, Phase::Failed(_)) {
            self.phase = Phase::Off;
        }
    }

    /// What was chosen and is gone gives way to what the browser opened instead.
    pub fn opened(&mut self, id: Option<String>) {
        self.phase = Phase::On;
        self.opened.clone_from(&id);
        if matches!(self.selected, Choice::Device(_)) && !self.stale {
            self.selected = id.map_or(Choice::Any, Choice::Device);
        }
    }

    pub fn failed(&mut self, problem: DeviceProblem) {
        self.phase = Phase::Failed(problem);
    }

    /// Says what to open, if anything; closing is pushed at once. A device that is opening is let finish, and
    /// is looked at again when it has. **What is open stays so until the other one is.**
    pub fn reconcile(&mut self, wanted: bool, kind: DeviceKind, ops: &mut Vec<DeviceOp>) -> Option<Choice> {
        let opening = match (self.phase, wanted) {
            (Phase::On | Phase::Changing, false) => {
                ops.push(DeviceOp::Close(kind));
                Phase::Off
            }
            (Phase::Failed(_), false) => Phase::Off,
            (Phase::Off, true) => Phase::Opening,
            (Phase::Failed(_), true) if self.stale => Phase::Opening,
            (Phase::On, true) if self.stale => Phase::Changing,
            _ => return None,
        };
        self.phase = opening;
        wanted.then(|| {
            self.stale = false;
            self.selected.clone()
        })
    }
}
