//! Wakes those who are told what the whole room is told, a few at a time.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::Notify, task::yield_now};

use super::Mailbox;

/// Between two rounds everybody else has a turn.
const IN_A_ROUND: usize = 8;

/// A thousand sockets that are woken at once stand in the scheduler's queue before the next word of a call. So they
/// stand in this one: what they are told can wait for milliseconds, and goes out at once with what cannot.
#[derive(Debug, Default)]
pub struct Crier {
    /// Each at most once.
    waiting: Mutex<VecDeque<Arc<Mailbox>>>,
    filled: Notify,
}

impl Crier {
    /// Has them woken in this order.
    pub fn call<'a>(&self, mailboxes: impl Iterator<Item = &'a Arc<Mailbox>>) {
        self.waiting().extend(mailboxes.filter(|mailbox| mailbox.is_first_call()).map(Arc::clone));
        self.filled.notify_one();
    }

    /// Never ends.
    pub async fn cry(&self) {
        loop {
            let mut called = mem::take(&mut *self.waiting());
            if called.is_empty() {
                self.filled.notified().await;
            }
            while !called.is_empty() {
                called.drain(..called.len().min(IN_A_ROUND)).for_each(|mailbox| mailbox.answer_call());
                yield_now().await;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Arc<Mailbox>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::server::hub::Frame;

    #[tokio::test]
    async fn between_two_rounds_others_have_their_turn() {
        let (crier, mailboxes) = (Crier::default(), [(); 20].map(|()| Arc::new(Mailbox::new(100))));
        for mailbox in &mailboxes {
            assert!(mailbox.push_quietly(Frame::Text("news".into())));
        }
        crier.call(mailboxes.iter());
        crier.call(mailboxes.iter());
        let woken = || mailboxes.iter().filter(|mailbox| mailbox.is_called()).count();
        assert_eq!(woken(), 20);
        let mut crying = Box::pin(crier.cry());
        assert!(crying.as_mut().now_or_never().is_none());
        assert_eq!(woken(), 12, "a round is over");
        assert_eq!(crier.waiting().len(), 0, "nobody is called twice");
    }
}
