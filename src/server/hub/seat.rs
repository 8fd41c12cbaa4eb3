//! A peer's hold on its room.

use std::{fmt, sync::Arc};

use super::{Frame, Mailbox, room::Room};
use crate::{
    protocol::{ClientMessage, PeerId},
    server::registry::{ConnectionId, Input},
};

/// A peer's place in its room, held by its socket. Dropped, the connection is gone.
pub struct Seat {
    room: Arc<Room>,
    peer: PeerId,
    connection: ConnectionId,
    mailbox: Arc<Mailbox>,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seat({})", self.peer)
    }
}

impl Seat {
    pub(super) fn new(
        room: Arc<Room>,
        peer: PeerId,
        connection: ConnectionId,
        mailbox: Arc<Mailbox>,
    ) -> Self {
        Self { room, peer, connection, mailbox }
    }

    pub fn peer(&self) -> PeerId {
        self.peer
    }

    /// What the peer says.
    pub fn hear(&self, id: u32, message: ClientMessage) {
        let (peer, connection) = (self.peer, self.connection);
        self.room.input(Input::Message { peer, connection, id, message });
    }

    /// Gives the peer what it has anew before it runs out. `reached` is the `Host` of its request.
    pub fn renew(&self, reached: Option<&str>) {
        for message in self.room.renewals(self.peer, reached) {
            // Whoever has a full mailbox is about to be dropped.
            let _ = self.mailbox.push(Frame::write(None, message));
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.leave(self.connection, self.peer);
    }
}
