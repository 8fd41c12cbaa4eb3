//! Waiting, in one task, for what others do.

use std::{
    cell::Cell,
    future::poll_fn,
    task::{Poll, Waker},
};

/// Whoever waits looks again when it rings.
#[derive(Default)]
pub struct Bell(Cell<Option<Waker>>);

impl Bell {
    pub fn ring(&self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }

    /// For one at a time.
    pub async fn wait<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        poll_fn(|context| match look() {
            Some(found) => Poll::Ready(found),
            None => {
                self.0.set(Some(context.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }
}
