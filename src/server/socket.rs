//! One connection, one task: it reads what the browser says, decides with the hub what becomes of it, and
//! writes what is in the mailbox.
//!
//! The task of an idle connection is what a server has most of: keep it small.

mod ending;
mod fair;
mod reading;
mod speaker;
mod upgrade;
mod writing;

use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;

pub use upgrade::upgrade;

use self::{
    ending::Ending,
    fair::Fair,
    reading::{Heard, read},
    speaker::Speaker,
    writing::{finish, write},
};
use super::{
    hub::{Content, Hub},
    line::Line,
    registry::ConnectionId,
};

struct Socket {
    stream: WebSocketStream<Fair<Line>>,
    /// Everything that has arrived has been read.
    is_empty: bool,
    /// Whether the client wants what can be compressed compressed.
    inflates: bool,
    /// The `Host` of its request, until somebody speaks for it.
    reached: Option<Box<str>>,
}

/// What happens to a connection.
enum Event {
    Heard(Heard),
    Mail(Content),
    Due,
}

/// Serves one socket until it ends, and ends it. Everything is borrowed: a task has room for each argument twice.
async fn serve(socket: &mut Socket, hub: &Hub, id: ConnectionId, is_let_in: bool) {
    let mut speaker = Speaker::new(hub.clone(), id, socket.reached.take());
    let ending =
        if is_let_in { converse(socket, hub, &mut speaker).await } else { Ending::TooManyConnections };
    let mailbox = speaker.leave(&ending);
    Box::pin(finish(socket, mailbox.take().frames, ending, hub.config().timeouts.write)).await;
}

async fn converse(socket: &mut Socket, hub: &Hub, speaker: &mut Speaker) -> Ending {
    let patience = hub.config().timeouts.write;
    let mailbox = speaker.mailbox();
    let mut deadline = std::pin::pin!(sleep_until(speaker.deadline()));
    loop {
        let event = tokio::select! {
            heard = read(socket) => Event::Heard(heard),
            mail = mailbox.next() => Event::Mail(mail),
            () = deadline.as_mut() => Event::Due,
        };
        let outcome = match event {
            Event::Heard(heard) => speaker.decide(heard),
            Event::Mail(mail) => write(socket, mail, patience).await,
            Event::Due => speaker.check_time(Instant::now()),
        };
        if let Err(ending) = outcome {
            return ending;
        }
        // Set anew only when it has to be: not with each message, which only puts it off.
        let due = speaker.deadline();
        if deadline.is_elapsed() || due < deadline.deadline() {
            deadline.as_mut().reset(due);
        }
    }
}
