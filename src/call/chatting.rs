//! The chat of the call at hand: what the person writes goes to everybody, what comes is taken.

use super::{
    Phone, Time,
    chat::{ChatMessage, Hearing},
    effect::{Effect, PairOp},
    pair::PairId,
};
use crate::protocol::PeerId;

impl Phone {
    pub(super) fn write(&mut self, text: &str, now: Time) {
        let Some(call) = self.call.as_mut().filter(|call| call.is_agreed()) else { return };
        if !call.chat.write(text, now) {
            return;
        }
        let mut said = Vec::new();
        for other in &mut call.others {
            said.extend(other.pair_id().zip(other.thread.newest(&call.chat)));
        }
        said.into_iter().for_each(|(pair, message)| self.say_in_chat(pair, message));
    }

    pub(super) fn type_on(&mut self, now: Time) {
        let Some(call) = &mut self.call else { return };
        let mut said = Vec::new();
        for other in &mut call.others {
            let pair = other.pair_id();
            said.extend(pair.zip(other.thread.typing(now, &self.timeouts)));
        }
        said.into_iter().for_each(|(pair, message)| self.say_in_chat(pair, message));
    }

    pub(super) fn show_chat(&mut self, shown: bool) {
        if let Some(call) = &mut self.call {
            call.chat.show(shown);
        }
    }

    pub(super) fn chat_opened(&mut self, pair: PairId) {
        let page = self.incarnation;
        if let Some(resume) = self.with_other(pair.peer, |other| other.thread.open(page)) {
            self.say_in_chat(pair, resume);
        }
    }

    pub(super) fn chat_closed(&mut self, peer: PeerId) {
        self.with_other(peer, |other| other.thread.close());
    }

    pub(super) fn chat_heard(&mut self, pair: PairId, message: ChatMessage, now: Time) {
        let (own_page, timeouts) = (self.incarnation, &self.timeouts);
        let Some(call) = &mut self.call else { return };
        let Some(other) = call.others.iter_mut().find(|other| other.peer == pair.peer) else { return };
        let hearing = Hearing { chat: &mut call.chat, own_page, name: &other.nickname, now, timeouts };
        let answers = other.thread.hear(hearing, message);
        call.chat.delivered(call.others.iter().map(|other| &other.thread));
        answers.into_iter().for_each(|answer| self.say_in_chat(pair, answer));
    }

    pub(super) fn forget_typing(&mut self, now: Time) {
        let Some(call) = &mut self.call else { return };
        for other in &mut call.others {
            if other.thread.tick(now) {
                call.chat.touch();
            }
        }
    }

    fn say_in_chat(&mut self, pair: PairId, message: ChatMessage) {
        self.emit(Effect::Pair { pair, op: PairOp::Chat(message) });
    }
}
