//! What the runs have been through, so that a simulation in which nothing happens does not pass.

use std::collections::BTreeMap;

use tincan::{
    call::{
        chat::ChatMessage,
        control::{Control, Recording},
        effect::{Effect, PairOp},
        files::message::{FileMessage, Reason},
        recording::RecordOp,
        status::CallStatus,
    },
    protocol::{EndReason, ServerMessage},
};

#[derive(Default)]
pub struct Tally(BTreeMap<&'static str, u32>);

const EVERYTHING: &[&str] = &[
    "answered at once",
    "cancelled",
    "chatted",
    "connected",
    "declined",
    "file cancelled",
    "file complete",
    "file declined",
    "file gone on with",
    "gone",
    "hung up",
    "invited",
    "killed during a call",
    "killed while connecting",
    "killed while it rings",
    "no answer",
    "path lost",
    "path sought anew",
    "preparation lost",
    "recorded",
    "recorded on",
    "refused",
    "rejoined",
    "said twice",
    "superseded",
    "taken up again",
    "welcomed",
    "wire cut",
    "wire frozen",
];

impl Tally {
    pub fn heard(&mut self, message: &ServerMessage) {
        self.count(match message {
            ServerMessage::Welcome(welcome) => match &welcome.call {
                Some(call) if !call.awaited.is_empty() => "taken up again",
                _ => "welcomed",
            },
            ServerMessage::Invited { .. } => "invited",
            ServerMessage::Error { .. } => "refused",
            ServerMessage::CallEnded { reason, .. } => match reason {
                EndReason::Declined => "declined",
                EndReason::Cancelled => "cancelled",
                EndReason::NoAnswer => "no answer",
                EndReason::HungUp => "hung up",
                EndReason::Gone => "gone",
                EndReason::Superseded { .. } => "superseded",
            },
            _ => return,
        });
    }

    pub fn did(&mut self, effect: &Effect, page: u32) {
        match effect {
            Effect::Measure { name: "tincan-connected", .. } => {
                self.count(if page > 0 { "rejoined" } else { "connected" });
            }
            Effect::Pair { op: PairOp::Offer { restart: true }, .. } => self.count("path sought anew"),
            Effect::Pair { op: PairOp::Receive, .. } => self.count("answered at once"),
            Effect::Pair { op: PairOp::Chat(ChatMessage::Received { .. }), .. } => self.count("chatted"),
            Effect::Pair { op: PairOp::Files(message), .. } => self.said_of_a_file(message),
            Effect::Record(RecordOp::Start { .. }) => self.count("recorded"),
            // Said again, on another channel.
            Effect::Pair {
                op: PairOp::Control(Control::Recording(Recording { seconds: 1.., .. })), ..
            } => self.count("recorded on"),
            _ => {}
        }
    }

    fn said_of_a_file(&mut self, message: &FileMessage) {
        self.count(match message {
            FileMessage::Complete { .. } => "file complete",
            FileMessage::Take { from: 1.., .. } => "file gone on with",
            FileMessage::Refuse { why: Reason::Declined, .. } => "file declined",
            FileMessage::Refuse { why: Reason::Cancelled, .. }
            | FileMessage::Withdraw { why: Reason::Cancelled, .. } => "file cancelled",
            _ => return,
        });
    }

    /// In what a server that is killed leaves somebody alone.
    pub fn killed_during(&mut self, status: CallStatus) {
        self.count(match status {
            CallStatus::Calling | CallStatus::Ringing | CallStatus::Incoming { .. } => {
                "killed while it rings"
            }
            CallStatus::Connecting(_) => "killed while connecting",
            CallStatus::Connected { .. } | CallStatus::Reconnecting { .. } => "killed during a call",
            CallStatus::Ended { .. } => return,
        });
    }

    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    /// Everything that can happen to a call has happened, many times.
    pub fn covers_everything(&self) {
        for what in EVERYTHING {
            let times = self.0.get(what).copied().unwrap_or(0);
            assert!(times >= 20, "{what} happened only {times} times: {:?}", self.0);
        }
    }
}
