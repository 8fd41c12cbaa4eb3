//! The doctor: finds out what this device, its browser and its network can do for a call, alone in its page.
//! [`Doctor`] takes what happens and the time, and says what to do.
//!
//! **Nothing in here waits, asks the clock, rolls dice or touches a browser.** What comes next is derived after every
//! input, and every step has an end in time. What is found holds kinds and protocols, and never an address.

pub mod devices;
pub mod finding;
pub mod network;
pub mod rehearsal;
pub mod server;
pub mod verdict;

#[cfg(test)]
mod tests;

use std::time::Duration;

use self::{
    devices::{Device, Sound, Speaker, Toned},
    finding::{Finding, Line},
    network::{Network, Probe},
    rehearsal::{Heard, Rehearsal, Way},
    server::Server,
    verdict::Verdict,
};
use crate::{
    call::{
        Time,
        control::Size,
        effect::Ice,
        input::SocketEvent,
        local::{DeviceKind, DeviceProblem},
    },
    protocol::ClientFrame,
};

/// What the doctor asks the browser for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Camera and microphone, in one question.
    OpenDevices,
    CloseDevices,
    PlayTone,
    OpenSocket,
    Send(ClientFrame),
    CloseSocket,
    /// Looks for candidates.
    Gather {
        probe: Probe,
        ice: Ice,
    },
    /// Ends all such searches.
    EndGathering,
    /// A call between two connections of this page.
    Call {
        way: Way,
        ice: Ice,
    },
    EndCall,
}

/// What happens to the doctor.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Start(Start),
    /// A person has seen enough, or leaves.
    Stop,
    Device(DeviceKind, Result<(), DeviceProblem>),
    /// The camera's first picture has been drawn.
    Pictured(Size),
    /// Of the microphone, 0 to 1.
    Level(f32),
    /// A person asks for the tone.
    PlayTone,
    ToneHeard(bool),
    Socket(SocketEvent),
    /// A `candidate-attribute`.
    Candidate(Probe, String),
    Gathered(Probe),
    Called(Way, Heard),
    /// The deadline that the doctor named is reached.
    Tick,
}

/// What is known at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// In a secure context: devices can be opened.
    pub secure: bool,
    /// The browser has WebRTC.
    pub can_call: bool,
    /// For a room of the doctor's own.
    pub random: u128,
}

/// A step's wait and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step<T> {
    #[default]
    Waiting,
    Running {
        until: Time,
    },
    Found(T),
}

impl<T> Step<T> {
    #[must_use]
    pub fn running(now: Time, patience: Duration) -> Self {
        Self::Running { until: now + patience }
    }

    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    #[must_use]
    pub fn is_found(&self) -> bool {
        matches!(self, Self::Found(_))
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        self.deadline().is_some()
    }

    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        if let Self::Running { until } = self { Some(*until) } else { None }
    }

    #[must_use]
    pub fn is_due(&self, now: Time) -> bool {
        self.deadline().is_some_and(|until| until <= now)
    }

    /// What was under way is as if it had never begun.
    fn stop(&mut self) {
        if self.is_running() {
            *self = Self::Waiting;
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Idle,
    Running,
    Stopped,
    Done,
}

#[derive(Default)]
pub struct Doctor {
    phase: Phase,
    start: Option<Start>,
    camera: Device<Size>,
    microphone: Device<Sound>,
    speaker: Speaker,
    server: Server,
    network: Network,
    direct: Rehearsal,
    relayed: Rehearsal,
    effects: Vec<Effect>,
}

/// What is on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub phase: Phase,
    pub verdict: Option<Verdict>,
    /// In the order of [`Line::ALL`].
    pub findings: Vec<(Line, Finding)>,
}

impl View {
    #[must_use]
    pub fn finding(&self, line: Line) -> Finding {
        self.findings.iter().find(|(known, _)| *known == line).map_or(Finding::Waiting, |(_, it)| *it)
    }

    /// Whether what it gives is to be shown: what comes late counts too, so it has to be able to come.
    #[must_use]
    pub fn is_open(&self, device: Line) -> bool {
        self.phase == Phase::Running && self.finding(device).is_of_an_open_device()
    }
}

impl Doctor {
    /// Takes what happened and says what to do, in order.
    pub fn handle(&mut self, input: Input, now: Time) -> Vec<Effect> {
        let open = self.open();
        match input {
            Input::Start(start) => self.begin(start, now),
            Input::Stop => self.stop(),
            Input::PlayTone => self.play_tone(),
            Input::ToneHeard(heard) => self.speaker.answered(heard),
            _ if self.phase != Phase::Running => {}
            Input::Device(DeviceKind::Camera, opened) => self.camera.answered(opened, now),
            Input::Device(DeviceKind::Microphone, opened) => self.microphone.answered(opened, now),
            Input::Pictured(size) => self.camera.works(size),
            Input::Level(level) => self.microphone.hears(level),
            Input::Socket(event) => self.effects.extend(self.server.said(event, now)),
            Input::Candidate(probe, candidate) => self.network.found(probe, &candidate),
            Input::Gathered(probe) => self.network.complete(probe),
            Input::Called(way, heard) => self.rehearsal(way).hears(heard, now),
            Input::Tick => self.time_passed(now),
        }
        if self.phase == Phase::Running {
            let still = self.open();
            self.effects.extend(open.into_iter().filter(|end| !still.contains(end)));
            self.go_on(now);
        }
        std::mem::take(&mut self.effects)
    }

    /// When the doctor wants [`Input::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        if self.phase != Phase::Running {
            return None;
        }
        let steps = [
            self.camera.deadline(),
            self.microphone.deadline(),
            self.server.step.deadline(),
            self.network.step.deadline(),
            self.direct.step.deadline(),
            self.relayed.step.deadline(),
        ];
        steps.into_iter().flatten().min()
    }

    #[must_use]
    pub fn view(&self) -> View {
        let findings = Line::ALL.map(|line| (line, self.finding(line)));
        let is_over = self.phase == Phase::Done;
        View { phase: self.phase, verdict: is_over.then(|| self.verdict()), findings: findings.into() }
    }

    fn begin(&mut self, start: Start, now: Time) {
        if self.phase == Phase::Running {
            return;
        }
        *self = Self { phase: Phase::Running, start: Some(start), ..Self::default() };
        if !start.can_call {
            return;
        }
        if start.secure {
            self.camera.ask(now);
            self.microphone.ask(now);
            self.effects.push(Effect::OpenDevices);
        } else {
            self.camera.fails(DeviceProblem::Insecure);
            self.microphone.fails(DeviceProblem::Insecure);
        }
        self.server.open(start.random, now);
        self.effects.push(Effect::OpenSocket);
    }

    fn stop(&mut self) {
        if self.phase != Phase::Running {
            return;
        }
        self.camera.stop();
        self.microphone.stop();
        self.server.step.stop();
        self.network.step.stop();
        self.direct.step.stop();
        self.relayed.step.stop();
        self.let_go(Phase::Stopped);
    }

    /// What ends that which is under way.
    fn open(&self) -> Vec<Effect> {
        let steps = [
            (self.server.step.is_running(), Effect::CloseSocket),
            (self.network.step.is_running(), Effect::EndGathering),
            (self.direct.step.is_running() || self.relayed.step.is_running(), Effect::EndCall),
        ];
        steps.into_iter().filter_map(|(is_running, end)| is_running.then_some(end)).collect()
    }

    fn let_go(&mut self, phase: Phase) {
        self.phase = phase;
        self.effects.extend([
            Effect::EndCall,
            Effect::EndGathering,
            Effect::CloseSocket,
            Effect::CloseDevices,
        ]);
    }

    fn play_tone(&mut self) {
        self.speaker = Speaker::Played;
        self.effects.push(Effect::PlayTone);
    }

    fn time_passed(&mut self, now: Time) {
        self.camera.tick(now);
        self.microphone.tick(now);
        self.server.tick(now);
        self.network.tick(now);
        self.direct.tick(now);
        self.relayed.tick(now);
    }

    /// One step after the other, whatever has brought the last one to its end.
    fn go_on(&mut self, now: Time) {
        if self.start.is_some_and(|start| !start.can_call) {
            return self.let_go(Phase::Done);
        }
        // Browsers name their own addresses only to a page that may use a device.
        if self.server.step.is_found() && self.camera.is_answered() && self.microphone.is_answered() {
            let searches = self.network.search(self.server.ice_servers(), now);
            self.effects.extend(searches);
        }
        for way in Way::ALL {
            self.rehearse(way, now);
        }
        let devices = self.camera.is_settled() && self.microphone.is_settled();
        if devices && self.direct.step.is_found() && self.relayed.step.is_found() {
            self.let_go(Phase::Done);
        }
    }

    fn rehearse(&mut self, way: Way, now: Time) {
        let may_begin = match way {
            Way::Direct => self.network.step.is_found(),
            Way::Relayed => self.direct.step.is_found(),
        };
        let ice = self.network.ice(way);
        let rehearsal = self.rehearsal(way);
        if may_begin && rehearsal.step.is_waiting() {
            match ice {
                Some(ice) => {
                    rehearsal.begin(now);
                    self.effects.push(Effect::Call { way, ice });
                }
                None => rehearsal.skip(),
            }
        }
    }

    fn rehearsal(&mut self, way: Way) -> &mut Rehearsal {
        match way {
            Way::Direct => &mut self.direct,
            Way::Relayed => &mut self.relayed,
        }
    }

    fn finding(&self, line: Line) -> Finding {
        let Some(start) = self.start else { return Finding::Waiting };
        match line {
            Line::Secure if start.secure => Finding::Secure,
            Line::Secure => Finding::Insecure,
            Line::Browser if start.can_call => Finding::CanCall,
            Line::Browser => Finding::CannotCall,
            Line::Camera => self.camera.finding(),
            Line::Microphone => self.microphone.finding(),
            Line::Speaker => match self.speaker {
                Speaker::NotYet => Finding::Waiting,
                Speaker::Played => Finding::TonePlayed,
                Speaker::Answered(Toned::Heard) => Finding::ToneHeard,
                Speaker::Answered(Toned::Unheard) => Finding::ToneUnheard,
            },
            Line::Server => self.server.finding(),
            Line::DirectCall => self.direct.finding(),
            Line::RelayedCall => self.relayed.finding(),
            way => self.network.finding(way),
        }
    }
}
