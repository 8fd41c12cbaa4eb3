//! What a connection has to decide by itself: whether a message counts, when patience ends. Everything else is
//! the room's business.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::{debug, info};

use super::{Ending, Heard};
use crate::{
    protocol::{ClientFrame, ClientMessage, ErrorCode, Hello, ServerMessage},
    server::{
        hub::{Frame, Hub, Mailbox, Seat},
        parse::{self, Mistake, parse},
        rate::Bucket,
        registry::ConnectionId,
        sentences::Refusal,
    },
};

pub struct Speaker {
    hub: Hub,
    id: ConnectionId,
    mailbox: Arc<Mailbox>,
    place: Place,
    /// Under which host its browser has reached this server, and so the relay.
    reached: Option<Box<str>>,
    heard_at: Instant,
    messages: Bucket,
    mistakes: Bucket,
}

/// Before and after the hello.
enum Place {
    Outside {
        hello_by: Instant,
    },
    /// Said hello, and has to wait: those who were there before the server was restarted go first.
    Waiting {
        until: Instant,
        hello: Box<(u32, Hello)>,
    },
    Seated {
        seat: Seat,
        renew_ticket_at: Instant,
    },
}

impl Speaker {
    pub fn new(hub: Hub, id: ConnectionId, reached: Option<Box<str>>) -> Self {
        let (now, since_start) = (Instant::now(), hub.now());
        let limits = &hub.config().limits;
        Self {
            mailbox: hub.open_mailbox(id),
            place: Place::Outside { hello_by: now + hub.config().timeouts.hello },
            reached,
            heard_at: now,
            messages: Bucket::new(limits.messages(), since_start),
            mistakes: Bucket::new(limits.mistakes(), since_start),
            hub,
            id,
        }
    }

    pub fn mailbox(&self) -> Arc<Mailbox> {
        Arc::clone(&self.mailbox)
    }

    /// Gives up the seat, if there is one, so that the room knows before the last words are through.
    pub fn leave(self, ending: &Ending) -> Arc<Mailbox> {
        if ending.is_harm() {
            info!(connection = self.id.0, ?ending, "sent away");
        } else {
            debug!(connection = self.id.0, ?ending, "ended");
        }
        self.hub.give_back_mailbox(self.id);
        // It is told to stay away, so its place is not kept.
        if let (Ending::Abuse, Place::Seated { seat, .. }) = (ending, &self.place) {
            seat.hear(0, ClientMessage::Goodbye {});
        }
        self.mailbox
    }

    /// When [`Self::check_time`] is worth while.
    pub fn deadline(&self) -> Instant {
        let silent = self.heard_at + self.hub.config().timeouts.silence;
        match &self.place {
            Place::Outside { hello_by } => silent.min(*hello_by),
            Place::Waiting { until, .. } => silent.min(*until),
            Place::Seated { renew_ticket_at, .. } => silent.min(*renew_ticket_at),
        }
    }

    pub fn check_time(&mut self, now: Instant) -> Result<(), Ending> {
        if now >= self.heard_at + self.hub.config().timeouts.silence {
            return Err(Ending::Silent);
        }
        if let Place::Waiting { until, hello } = &self.place
            && now >= *until
        {
            let (id, hello) = (**hello).clone();
            self.join(id, hello);
        }
        match &mut self.place {
            Place::Outside { hello_by } if now >= *hello_by => return Err(Ending::NoHello),
            Place::Seated { seat, renew_ticket_at } if now >= *renew_ticket_at => {
                seat.renew(self.reached.as_deref());
                *renew_ticket_at = now + half(self.hub.config().timeouts.ticket);
            }
            _ => {}
        }
        Ok(())
    }

    pub fn decide(&mut self, heard: Heard) -> Result<(), Ending> {
        self.heard_at = Instant::now();
        match heard {
            // Each is answered, and so costs what a message costs.
            Heard::Alive if self.messages.take(self.hub.now()) => Ok(()),
            Heard::Alive => self.count_mistake(Mistake { code: ErrorCode::TooManyMessages, id: None }),
            Heard::End(ending) => {
                // Firefox closes the socket before the page can say so itself.
                if let (Ending::PageGone, Place::Seated { seat, .. }) = (ending, &self.place) {
                    seat.hear(0, ClientMessage::Leaving {});
                }
                Err(ending)
            }
            Heard::Binary => self.count_mistake(Mistake { code: ErrorCode::Binary, id: None }),
            Heard::Text(text) if !self.messages.take(self.hub.now()) => {
                self.count_mistake(Mistake { code: ErrorCode::TooManyMessages, id: parse::id(&text) })
            }
            Heard::Text(text) => match parse(&text) {
                Ok(frame) => self.obey(frame),
                Err(mistake) => self.count_mistake(mistake),
            },
        }
    }

    fn obey(&mut self, frame: ClientFrame) -> Result<(), Ending> {
        let ClientFrame { id, message } = frame;
        match (&self.place, message) {
            (Place::Outside { .. }, ClientMessage::Hello(hello)) => {
                match self.hub.waits_until(&hello) {
                    Some(until) => self.place = Place::Waiting { until, hello: Box::new((id, hello)) },
                    None => self.join(id, hello),
                }
                Ok(())
            }
            (Place::Waiting { .. } | Place::Seated { .. }, ClientMessage::Hello(_)) => {
                self.count_mistake(Mistake { code: ErrorCode::HelloTwice, id: Some(id) })
            }
            (Place::Waiting { .. }, ClientMessage::Ping {}) => {
                self.mailbox.push(Frame::write(Some(id), ServerMessage::Pong {}));
                Ok(())
            }
            (Place::Outside { .. } | Place::Waiting { .. }, _) => {
                self.count_mistake(Mistake { code: ErrorCode::HelloFirst, id: Some(id) })
            }
            (Place::Seated { seat, .. }, message) => {
                seat.hear(id, message);
                Ok(())
            }
        }
    }

    /// Whoever was refused may say hello again, with another name perhaps.
    fn join(&mut self, id: u32, hello: Hello) {
        let timeouts = &self.hub.config().timeouts;
        let now = Instant::now();
        self.place = match self.hub.join(self.id, &self.mailbox, self.reached.as_deref(), id, hello) {
            Ok(Some(seat)) => {
                debug!(connection = self.id.0, peer = %seat.peer(), "joined");
                Place::Seated { seat, renew_ticket_at: now + half(timeouts.ticket) }
            }
            Ok(None) => Place::Outside { hello_by: now + timeouts.hello },
            Err(code) => {
                self.refuse(Mistake { code, id: Some(id) });
                Place::Outside { hello_by: now + timeouts.hello }
            }
        };
    }

    /// A mistake costs nothing but itself; many of them cost the connection.
    fn count_mistake(&mut self, mistake: Mistake) -> Result<(), Ending> {
        let is_outdated = mistake.code == ErrorCode::Outdated;
        self.refuse(mistake);
        if is_outdated {
            Err(Ending::Outdated)
        } else if self.mistakes.take(self.hub.now()) {
            Ok(())
        } else {
            Err(Ending::Abuse)
        }
    }

    fn refuse(&self, Mistake { code, id }: Mistake) {
        debug!(connection = self.id.0, ?code, "refused");
        self.hub.metrics().count_error(code);
        self.mailbox.push(Frame::write(id, Refusal::Plain(code).into()));
    }
}

fn half(time: Duration) -> Duration {
    time / 2
}
