//! What waits to be written to one socket: bounded, in order.

use std::{
    future::poll_fn,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use futures_util::task::AtomicWaker;

use super::Frame;

/// Filled under a room's lock, emptied by the socket's task.
#[derive(Debug)]
pub struct Mailbox {
    /// Held to push or to take everything at once.
    content: Mutex<Content>,
    reader: AtomicWaker,
    /// Waits at the crier's to be woken.
    called: AtomicBool,
    most_bytes: usize,
}

#[derive(Debug, Default)]
pub struct Content {
    pub frames: Vec<Frame>,
    /// The socket is to be closed with this code, after the frames.
    pub close: Option<u16>,
    bytes: usize,
}

impl Mailbox {
    pub fn new(most_bytes: usize) -> Self {
        Self {
            content: Mutex::default(),
            reader: AtomicWaker::new(),
            called: AtomicBool::new(false),
            most_bytes,
        }
    }

    /// False when it is full. A single frame always fits into an empty one.
    pub fn push(&self, frame: Frame) -> bool {
        let has_room = self.push_quietly(frame);
        self.reader.wake();
        has_room
    }

    /// For what can wait: the crier wakes the reader, or whatever comes sooner.
    pub fn push_quietly(&self, frame: Frame) -> bool {
        let mut content = self.content();
        let bytes = frame.text().len();
        if content.bytes > 0 && content.bytes + bytes > self.most_bytes {
            return false;
        }
        content.bytes += bytes;
        content.frames.push(frame);
        true
    }

    /// True when the reader does not wait to be woken already.
    pub fn is_first_call(&self) -> bool {
        !self.called.swap(true, Ordering::AcqRel)
    }

    pub fn answer_call(&self) {
        self.called.store(false, Ordering::Release);
        self.reader.wake();
    }

    #[cfg(test)]
    pub fn is_called(&self) -> bool {
        self.called.load(Ordering::Acquire)
    }

    /// Nothing is written after what is in there now. The first reason counts.
    pub fn close(&self, code: u16) {
        self.content().close.get_or_insert(code);
        self.reader.wake();
    }

    /// Throws away what waits: it would not be read.
    pub fn close_at_once(&self, code: u16) {
        let mut content = self.content();
        *content = Content { close: content.close.or(Some(code)), ..Content::default() };
        drop(content);
        self.reader.wake();
    }

    /// Waits until there is something, and takes all of it. For one task only. Nothing is lost when the wait
    /// is given up.
    pub async fn next(&self) -> Content {
        poll_fn(|cx| {
            // Before the look: what comes in between wakes the task.
            self.reader.register(cx.waker());
            let content = self.take();
            if content.frames.is_empty() && content.close.is_none() {
                Poll::Pending
            } else {
                Poll::Ready(content)
            }
        })
        .await
    }

    pub fn take(&self) -> Content {
        mem::take(&mut *self.content())
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> Frame {
        Frame::Text(text.into())
    }

    #[test]
    fn a_full_mailbox_takes_nothing_more_until_it_is_emptied() {
        let mailbox = Mailbox::new(10);
        assert!(mailbox.push(frame("twelve bytes")), "one always fits");
        assert!(!mailbox.push(frame("x")));
        assert_eq!(mailbox.take().frames.len(), 1);
        assert!(mailbox.push(frame("x")));
    }

    #[tokio::test]
    async fn what_waits_comes_in_order_and_then_the_end() {
        let mailbox = Mailbox::new(10);
        mailbox.push(frame("1"));
        mailbox.push(frame("2"));
        mailbox.close(4001);
        mailbox.close(4005);
        let content = mailbox.next().await;
        let texts: Vec<&str> = content.frames.iter().map(|frame| frame.text().as_str()).collect();
        assert_eq!((texts, content.close), (vec!["1", "2"], Some(4001)));
    }
}
