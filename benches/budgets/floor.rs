//! The least that a server in between can do: it accepts, tells a connection its number, and forwards each frame
//! to the connection whose number stands in front of it. A frame `join` has it tell the others the number, and
//! the newcomer theirs. Nothing is parsed, checked, limited or remembered.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_tungstenite::{accept_async_with_config, tungstenite::Message};

use crate::{Result, connection};

pub const ARGUMENT: &str = "--floor";
pub const JOIN: &str = "join";

#[derive(Default)]
struct Connections {
    queues: Vec<mpsc::Sender<Message>>,
    joined: HashMap<usize, mpsc::Sender<Message>>,
}

/// Never held across an await: a plain mutex is enough.
#[derive(Default)]
struct Shared(Mutex<Connections>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stderr(), "{}", listener.local_addr()?)?;
    let shared = Arc::<Shared>::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let shared = Arc::clone(&shared);
        // A connection that fails is one that has ended.
        tokio::spawn(async move { _ = forward(stream, &shared).await });
    }
}

async fn forward(stream: TcpStream, shared: &Shared) -> Result<()> {
    let (mut sink, mut stream) =
        accept_async_with_config(stream, Some(connection::small_buffers())).await?.split();
    let (queue, mut waiting) = mpsc::channel(1024);
    let number = {
        let mut shared = shared.lock();
        shared.queues.push(queue);
        shared.queues.len() - 1
    };
    sink.send(Message::text(number.to_string())).await?;
    loop {
        tokio::select! {
            Some(message) = waiting.recv() => {
                sink.feed(message).await?;
                while let Ok(message) = waiting.try_recv() {
                    sink.feed(message).await?;
                }
                sink.flush().await?;
            }
            frame = stream.next() => match frame {
                Some(Ok(Message::Text(text))) if text.as_str() == JOIN => join(number, shared),
                Some(Ok(message)) => pass_on(message, shared).await,
                _ => return Ok(()),
            },
        }
    }
}

async fn pass_on(message: Message, shared: &Shared) {
    let Some(number) = message.to_text().ok().and_then(|text| text.split_once(' ')?.0.parse::<usize>().ok())
    else {
        return;
    };
    let queue = shared.lock().queues.get(number).cloned();
    if let Some(queue) = queue {
        // Nobody is there any more.
        _ = queue.send(message).await;
    }
}

fn join(number: usize, shared: &Shared) {
    let mut shared = shared.lock();
    let others: Vec<String> = shared.joined.keys().map(usize::to_string).collect();
    let news = Message::text(number.to_string());
    for queue in shared.joined.values() {
        // A full queue would be somebody who does not read.
        _ = queue.try_send(news.clone());
    }
    if let Some(queue) = shared.queues.get(number).cloned() {
        _ = queue.try_send(Message::text(others.join(",")));
        shared.joined.insert(number, queue);
    }
}
